package io.github.flora.models;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;

/** A kind of network that can be made for any number of classes; see {@link Networks}. */
public interface Network {

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
  String description();

  /**
   * The images that it is made for. A block can be initialised for others: of any number of
   * channels, and of any size from {@link #smallestSize()} up.
   *
   * @return channels × height × width, without the batch
   */
  Shape inputShape();

  /**
   * The least height and width that a block can be initialised for; of less, nothing would be left
   * for the last layers.
   *
   * @return pixels
   */
  int smallestSize();

  /**
   * Whether the weights are the same for every size: a block that ends in global pooling takes
   * images of changing sizes, and weights that were trained at another. Otherwise a block takes
   * only what it was initialised for.
   *
   * @return whether it is so
   */
  boolean anySize();

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
