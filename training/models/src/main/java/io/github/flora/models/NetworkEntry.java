package io.github.flora.models;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import java.util.Set;
import java.util.function.Function;

/**
 * A network as data.
 *
 * @param options what can be chosen beside the number of classes
 * @param factory makes the block once the options are known to be possible
 */
record NetworkEntry(
    String name,
    String description,
    Shape inputShape,
    int smallestSize,
    boolean anySize,
    Set<Option> options,
    Function<NetworkOptions, Block> factory)
    implements Network {

  enum Option {
    DROPOUT,
    /** Dropout of 0.5 that is always there. */
    FIXED_DROPOUT,
    BATCH_NORM,
    /** Batch normalisation that is always there. */
    FIXED_BATCH_NORM
  }

  @Override
  public Block newBlock(NetworkOptions chosen) {
    Float dropout = chosen.dropout();
    if (dropout != null && options.contains(Option.FIXED_DROPOUT)) {
      if (dropout != 0.5f) {
        throw rejected("has a dropout of 0.5, which can't be changed");
      }
    } else if (chosen.dropoutOr(0f) > 0 && !options.contains(Option.DROPOUT)) {
      throw rejected("has no dropout");
    }
    if (chosen.batchNorm()
        && !options.contains(Option.BATCH_NORM)
        && !options.contains(Option.FIXED_BATCH_NORM)) {
      throw rejected("has no batch normalisation");
    }
    return factory.apply(chosen);
  }

  private IllegalArgumentException rejected(String reason) {
    return new IllegalArgumentException("model '" + name + "' " + reason);
  }
}
