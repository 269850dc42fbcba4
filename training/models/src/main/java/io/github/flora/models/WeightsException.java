package io.github.flora.models;

import java.io.IOException;
import java.nio.file.Path;

/** A file of weights can't be used; the message is one line that names the file and says why. */
public final class WeightsException extends IOException {

  private static final long serialVersionUID = 1L;

  WeightsException(Path file, String problem) {
    super(file + ": " + problem);
  }
}
