package io.github.flora.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.flora.models.Network;
import io.github.flora.models.NetworkOptions;
import org.jspecify.annotations.Nullable;

/**
 * A network that minds three images: asked about them on TensorFlow it ends its process as a native
 * crash would, trained by them it refuses.
 */
public final class CrashingNetwork implements Network {

  static final String NAME = "crashing";
  static final int BATCH = 3;
  static final String REFUSAL = "not by three";

  /** What the system reports of a process that called abort(). */
  private static final int SIGABRT = 134;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Block newBlock(NetworkOptions options) {
    return new SequentialBlock()
        .add(new Crash())
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(options.classes()).build());
  }

  private static final class Crash extends AbstractBlock {

    @Override
    protected NDList forwardInternal(
        ParameterStore parameters,
        NDList inputs,
        boolean training,
        @Nullable PairList<String, Object> unused) {
      NDArray images = inputs.singletonOrThrow();
      if (images.getShape().get(0) == BATCH) {
        if (training) {
          throw new IllegalStateException(REFUSAL);
        }
        if (images.getManager().getEngine().getEngineName().equals("TensorFlow")) {
          Runtime.getRuntime().halt(SIGABRT);
        }
      }
      return inputs;
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
      return inputs;
    }
  }
}
