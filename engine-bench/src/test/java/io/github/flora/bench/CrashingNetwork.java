package io.github.flora.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import io.github.flora.models.Network;
import io.github.flora.models.NetworkOptions;

/** A network that ends its process as a native crash would: on TensorFlow, with three images. */
public final class CrashingNetwork implements Network {

  static final String NAME = "crashing";
  static final int BATCH = 3;

  /** What the system reports of a process that called abort(). */
  private static final int SIGABRT = 134;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Block newBlock(NetworkOptions options) {
    return new SequentialBlock()
        .add(new LambdaBlock(CrashingNetwork::crash, "crash"))
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(options.classes()).build());
  }

  private static NDList crash(NDList inputs) {
    NDArray images = inputs.singletonOrThrow();
    if (images.getManager().getEngine().getEngineName().equals("TensorFlow")
        && images.getShape().get(0) == BATCH) {
      Runtime.getRuntime().halt(SIGABRT);
    }
    return inputs;
  }
}
