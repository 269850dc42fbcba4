package io.github.flora.example;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import io.github.flora.models.NetworkOptions;
import io.github.flora.trainer.CustomRecipe;

/** A recipe for which no machine has the memory: 128 TB for every image of a batch. */
public final class HungryDigits implements CustomRecipe {

  private static final long NUMBERS = 1L << 45;

  @Override
  public String name() {
    return "hungry-digits";
  }

  @Override
  public String dataset() {
    return "mnist";
  }

  @Override
  public Block newBlock(NetworkOptions options) {
    return new SequentialBlock()
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(1).build())
        .add(HungryDigits::eat)
        .add(Linear.builder().setUnits(options.classes()).build());
  }

  private static NDList eat(NDList inputs) {
    NDArray one = inputs.singletonOrThrow();
    long batch = one.getShape().get(0);
    if (batch == 1) {
      // The shapes are being found out.
      return new NDList(one);
    }
    return new NDList(one.broadcast(new Shape(batch, NUMBERS)).add(1).sum(new int[] {1}, true));
  }
}
