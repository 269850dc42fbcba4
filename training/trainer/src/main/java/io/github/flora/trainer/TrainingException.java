package io.github.flora.trainer;

/** Training can't go on; the message says why and what to try. */
public final class TrainingException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message one line: the cause and the way out
   */
  public TrainingException(String message) {
    super(message);
  }
}
