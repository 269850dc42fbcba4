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
   * The images that it is made for.
   *
   * @return channels × height × width, without the batch
   */
  Shape inputShape();

  /**
   * Makes a block that maps N×C×H×W images, FLOAT32, to N×classes logits. It isn't initialised; its
   * weights start as Keras's do (Glorot uniform, biases zero) and depend on the engine's random
   * seed alone.
   *
   * @param options what can be chosen
   * @return a new block
   * @throws IllegalArgumentException if this network has no such option
   */
  Block newBlock(NetworkOptions options);
}
