package io.github.flora.trainer.run;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A run folder is missing, incomplete, damaged or in use; the message names the file and the way
 * out.
 */
public final class RunException extends IOException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message one line: the file, what is wrong with it, and the way out
   */
  public RunException(String message) {
    super(message);
  }

  /**
   * Creates the exception.
   *
   * @param message one line: the file, what is wrong with it, and the way out
   * @param cause what was thrown
   */
  public RunException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
