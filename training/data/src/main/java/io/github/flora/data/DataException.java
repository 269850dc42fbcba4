package io.github.flora.data;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Data that can't be had: one line that names the file or cause and the way out. */
public class DataException extends IOException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception without a cause.
   *
   * @param message one line for people
   */
  public DataException(String message) {
    super(message);
  }

  /**
   * Creates an exception.
   *
   * @param message one line for people
   * @param cause what went wrong below, or null
   */
  public DataException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
