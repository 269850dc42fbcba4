package io.github.flora.tensorflow;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDArrayIndexer;
import ai.djl.ndarray.index.full.NDIndexFullPick;
import ai.djl.ndarray.index.full.NDIndexFullSlice;
import ai.djl.ndarray.index.full.NDIndexFullTake;

/** Reads and changes parts of arrays. */
final class TensorFlowIndexer extends NDArrayIndexer {

  private final TensorFlowManager manager;

  TensorFlowIndexer(TensorFlowManager manager) {
    this.manager = manager;
  }

  @Override
  public NDArray get(NDArray array, NDIndexFullPick pick) {
    throw ArrayBase.unsupported("pick by " + manager);
  }

  @Override
  public NDArray get(NDArray array, NDIndexFullTake take) {
    throw ArrayBase.unsupported("take");
  }

  @Override
  public NDArray get(NDArray array, NDIndexFullSlice slice) {
    throw ArrayBase.unsupported("slice");
  }

  @Override
  public void set(NDArray array, NDIndexFullSlice slice, NDArray value) {
    throw ArrayBase.unsupported("set");
  }

  @Override
  public void set(NDArray array, NDIndexFullSlice slice, Number value) {
    throw ArrayBase.unsupported("set");
  }
}
