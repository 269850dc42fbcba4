package io.github.flora.models;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.Objects;

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

  /** Images n×3×side×side whose values are cos(i² / 100), i counting from 0. */
  static NDArray waves(NDManager manager, int n, int side) {
    float[] pixels = new float[n * 3 * side * side];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) Math.cos((double) i * i * 0.01);
    }
    return manager.create(pixels, new Shape(n, 3, side, side));
  }

  /** The parameter of a name, which has to be there. */
  static Parameter parameter(Block block, String name) {
    return Objects.requireNonNull(ParameterNames.of(block).get(name), name);
  }
}
