package io.github.flora.onnx;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

/** Makes inputs for a block: for the trace and the proof, which need several batch sizes. */
@FunctionalInterface
public interface BatchSource {

  /**
   * Makes the inputs of one forward pass.
   *
   * @param manager owner of the arrays
   * @param size the batch size, the first dimension of every array
   * @return one array for each input of the block, in order
   */
  NDList batch(NDManager manager, int size);
}
