package io.github.flora.tensorflow;

import io.github.flora.tensorflow.core.EagerTensor;

/** Counts what the engine holds in native memory. */
public final class TensorHandles {

  private TensorHandles() {}

  /**
   * Returns how many native tensors are alive in this process: those of arrays, of gradients and of
   * a backward pass under way. Small constants that the engine keeps for reuse aren't counted.
   *
   * @return the number of handles not yet released
   */
  public static long live() {
    return EagerTensor.live();
  }
}
