package io.github.flora.engine;

import ai.djl.ndarray.NDArray;

/**
 * An array to train, and how it differs from the others.
 *
 * @param array the numbers, changed in place; stays the caller's
 * @param decays whether the optimizer's weight decay applies
 * @param rateFactor what the step's learning rate is multiplied by, above 0
 */
public record Weight(NDArray array, boolean decays, double rateFactor) {

  /** Checks the range. */
  public Weight {
    if (!(rateFactor > 0 && rateFactor <= Float.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "a learning rate's factor has to be above 0: " + rateFactor);
    }
  }

  /**
   * Returns a weight that is treated like most: it decays, at the step's learning rate.
   *
   * @param array the numbers
   * @return the weight
   */
  public static Weight of(NDArray array) {
    return new Weight(array, true, 1);
  }
}
