package io.github.flora.models;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;

/** What several tests need; all of them run on PyTorch. */
final class Fixtures {

  static final Engine ENGINE = Engine.getEngine("PyTorch");

  private Fixtures() {}

  /** Initialises a block for images without a batch. */
  static Block initialized(NDManager manager, Block block, Shape image) {
    block.initialize(manager, DataType.FLOAT32, new Shape(1).addAll(image));
    return block;
  }

  static NDArray forward(NDManager manager, Block block, NDArray input, boolean training) {
    return block
        .forward(new ParameterStore(manager, false), new NDList(input), training)
        .singletonOrThrow();
  }
}
