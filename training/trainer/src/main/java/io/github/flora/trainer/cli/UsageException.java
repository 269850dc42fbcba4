package io.github.flora.trainer.cli;

import org.jspecify.annotations.Nullable;

/** The command line asks for something that can't be; ends the program with status 2. */
public final class UsageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message one line: what is wrong and what would be right
   * @param cause what was thrown, or null
   */
  public UsageException(@Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
