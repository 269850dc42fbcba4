package io.github.flora.tensorflow.core;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * An immutable value that operations take and give: numbers in native memory, or a node of a
 * function under construction. Counted: whoever keeps one beyond the {@link Emitter#framed frame}
 * in which it was made retains and releases it.
 */
public abstract class Tensor {

  private final Layout layout;

  Tensor(Layout layout) {
    this.layout = layout;
  }

  /**
   * Returns the order of memory.
   *
   * @return the layout
   */
  public final Layout layout() {
    return layout;
  }

  /**
   * Returns the element type.
   *
   * @return the type
   */
  public abstract DataType type();

  /**
   * Returns the dimensions as callers see them.
   *
   * @return the shape, whatever the layout
   */
  public abstract Shape shape();

  /** Keeps the value alive until {@link #release}. */
  public abstract void retain();

  /** Gives up a reference; the last one frees the memory. */
  public abstract void release();

  /**
   * Returns the number of dimensions.
   *
   * @return the rank
   */
  public final int rank() {
    return shape().dimension();
  }

  @Override
  public String toString() {
    return "%s%s %s".formatted(type(), shape(), layout);
  }
}
