package io.github.flora.onnx;

import java.io.IOException;
import java.nio.file.Path;

/** A file that isn't what it should be. The message is one line that names file and reason. */
public final class OnnxFileException extends IOException {

  private static final long serialVersionUID = 1L;

  /**
   * A bad file.
   *
   * @param file the file
   * @param reason what is wrong with it
   */
  public OnnxFileException(Path file, String reason) {
    super(file + ": " + reason);
  }

  /**
   * A bad file.
   *
   * @param file the file
   * @param reason what is wrong with it
   * @param cause what happened
   */
  public OnnxFileException(Path file, String reason, Throwable cause) {
    super(file + ": " + reason, cause);
  }
}
