package io.github.flora.models;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A network as data.
 *
 * @param dropout as {@link Network#dropout}; what the factory gets where none is chosen
 * @param options what can be chosen beside the number of classes
 * @param factory makes the block once the options are known to be possible
 */
record NetworkEntry(
    String name,
    String description,
    Shape inputShape,
    int smallestSize,
    boolean anySize,
    @Nullable Float dropout,
    Set<Option> options,
    Function<NetworkOptions, Block> factory)
    implements Network {

  enum Option {
    DROPOUT,
    /** Dropout that is always there. */
    FIXED_DROPOUT,
    BATCH_NORM,
    /** Batch normalisation that is always there. */
    FIXED_BATCH_NORM,
    HEAD_HIDDEN
  }

  @Override
  public Block newBlock(NetworkOptions chosen) {
    Float rate = chosen.dropout();
    if (rate != null && options.contains(Option.FIXED_DROPOUT)) {
      if (!rate.equals(dropout)) {
        throw rejected("has a dropout of %s, which can't be changed".formatted(dropout));
      }
    } else if (chosen.dropoutOr(0f) > 0 && !options.contains(Option.DROPOUT)) {
      throw rejected("has no dropout");
    }
    if (chosen.batchNorm()
        && !options.contains(Option.BATCH_NORM)
        && !options.contains(Option.FIXED_BATCH_NORM)) {
      throw rejected("has no batch normalisation");
    }
    if (chosen.headHidden() > 0 && !options.contains(Option.HEAD_HIDDEN)) {
      throw rejected("has no choice of a hidden layer in its head");
    }
    return factory.apply(
        rate != null
            ? chosen
            : new NetworkOptions(
                chosen.classes(), dropout, chosen.batchNorm(), chosen.headHidden()));
  }

  private IllegalArgumentException rejected(String reason) {
    return new IllegalArgumentException("model '" + name + "' " + reason);
  }
}
