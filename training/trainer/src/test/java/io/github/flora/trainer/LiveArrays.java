package io.github.flora.trainer;

import ai.djl.ndarray.NDManager;

/** Counts arrays of the engine that nobody has closed. */
final class LiveArrays {

  private LiveArrays() {}

  /** All below the engine's root manager, so that nothing can escape to a manager above. */
  static int count(NDManager any) {
    NDManager top = any;
    while (top.getParentManager() != null && top.getParentManager() != top) {
      top = top.getParentManager();
    }
    return top.getManagedArrays().size();
  }
}
