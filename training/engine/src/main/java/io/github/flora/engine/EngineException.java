package io.github.flora.engine;

/**
 * An engine or device that was asked for isn't there or can't do the job; the message says which
 * are.
 */
public final class EngineException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message one line: what was asked for, what there is, and the way out
   */
  public EngineException(String message) {
    super(message);
  }
}
