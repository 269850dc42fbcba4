package io.github.flora.models;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A kind of network that can be made for any number of classes; see {@link Networks}.
 *
 * <p>One of your own is {@link #of} a function, or a public class with a constructor without
 * arguments that says its name and makes a block. Listed in {@code
 * META-INF/services/io.github.flora.models.Network}, the class is found by its name as those that
 * come with Flora are, also by the process that loads what another has trained.
 */
public interface Network {

  /** What is said of a network that doesn't describe itself. */
  String OWN = "a network of your own";

  /**
   * Makes a network of a function. It has no options but the number of classes.
   *
   * @param name as {@link #name}
   * @param block makes a new block for a number of classes, as {@link #newBlock}
   * @return the network
   */
  static Network of(String name, IntFunction<Block> block) {
    return new NetworkEntry(
        name,
        OWN,
        new Shape(1, 28, 28),
        1,
        false,
        null,
        Set.of(),
        options -> block.apply(options.classes()));
  }

  /**
   * The name that a user gives, such as {@code cnn}.
   *
   * @return the name
   */
  String name();

  /**
   * One line on what it is.
   *
   * @return the description
   */
  default String description() {
    return OWN;
  }

  /**
   * The images that it is made for. A block can be initialised for others: of any number of
   * channels, and of any size from {@link #smallestSize()} up.
   *
   * @return channels × height × width, without the batch; MNIST's unless said otherwise
   */
  default Shape inputShape() {
    return new Shape(1, 28, 28);
  }

  /**
   * The least height and width that a block can be initialised for; of less, nothing would be left
   * for the last layers.
   *
   * @return pixels; 1 unless said otherwise
   */
  default int smallestSize() {
    return 1;
  }

  /**
   * Whether the weights are the same for every size: a block that ends in global pooling takes
   * images of changing sizes, and weights that were trained at another. Otherwise a block takes
   * only what it was initialised for.
   *
   * @return whether it is so; not unless said otherwise
   */
  default boolean anySize() {
    return false;
  }

  /**
   * The share of units that dropout drops where none is chosen, for the record.
   *
   * @return the share in [0, 1), 0 if there is no dropout; null if it isn't known, which is so
   *     unless said otherwise
   */
  default @Nullable Float dropout() {
    return null;
  }

  /**
   * Makes a block that maps N×C×H×W images, FLOAT32, to N×classes logits. It isn't initialised; its
   * weights start as in the framework it was taken from (those named after Keras's examples as
   * Keras's, ResNet as torchvision's, {@code djl-} as DJL's) and depend on the engine's random seed
   * alone.
   *
   * @param options what can be chosen
   * @return a new block
   * @throws IllegalArgumentException if this network has no such option
   */
  Block newBlock(NetworkOptions options);
}
