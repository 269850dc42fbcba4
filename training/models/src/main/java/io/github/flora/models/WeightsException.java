package io.github.flora.models;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Weights can't be used; the message is one line that names the file and says why. */
public final class WeightsException extends IOException {

  private static final long serialVersionUID = 1L;

  WeightsException(Path file, String problem) {
    super(file + ": " + problem);
  }

  /** For weights that no file holds yet; the message is the whole line. */
  WeightsException(String message, @Nullable IOException cause) {
    super(message, cause);
  }

  /**
   * For a failure of the file system, whose messages often lack the file or the reason.
   *
   * @param what what couldn't be done, such as {@code can't be read}
   */
  WeightsException(Path file, String what, IOException cause) {
    super(file + ": " + what + ": " + reason(cause), cause);
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file or folder";
    }
    if (e instanceof AccessDeniedException) {
      return "access denied";
    }
    String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return reason == null ? e.getClass().getSimpleName() : reason;
  }
}
