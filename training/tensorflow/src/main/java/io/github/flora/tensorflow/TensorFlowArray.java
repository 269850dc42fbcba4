package io.github.flora.tensorflow;

import ai.djl.ndarray.internal.NDArrayEx;

/** An array of TensorFlow's. */
public final class TensorFlowArray extends ShapeArray {

  private final TensorFlowArrayEx extended = new TensorFlowArrayEx(this);

  TensorFlowArray(TensorFlowManager manager, Cell cell) {
    super(manager, cell);
  }

  @Override
  TensorFlowArray self() {
    return this;
  }

  @Override
  public NDArrayEx getNDArrayInternal() {
    return extended;
  }
}
