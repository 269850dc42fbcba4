package io.github.flora.example;

import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import io.github.flora.models.NetworkOptions;
import io.github.flora.trainer.CustomRecipe;
import io.github.flora.trainer.Hyperparameters;

/** A recipe in one class: {@code ./flora train wide-digits}. */
public final class WideDigits implements CustomRecipe {

  @Override
  public String name() {
    return "wide-digits";
  }

  @Override
  public String dataset() {
    return "mnist";
  }

  @Override
  public Hyperparameters defaults() {
    return Hyperparameters.builder().optEpochs(2).optBatchSize(32).build();
  }

  @Override
  public Block newBlock(NetworkOptions options) {
    return new SequentialBlock()
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(700).build())
        .add(Activation::relu)
        .add(Linear.builder().setUnits(options.classes()).build());
  }
}
