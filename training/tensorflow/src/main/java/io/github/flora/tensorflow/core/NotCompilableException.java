package io.github.flora.tensorflow.core;

/** What a model does can't be made a function beforehand; it has to be carried out step by step. */
public final class NotCompilableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what can't be compiled
   */
  public NotCompilableException(String message) {
    super(message);
  }
}
