package io.github.flora.tensorflow.core;

import ai.djl.ndarray.types.Shape;

/**
 * The order in which a tensor's dimensions lie in memory. DJL's callers see images as N×C×H×W and
 * filters as O×I×H×W; TensorFlow computes on the CPU in N×H×W×C and H×W×I×O. A tensor keeps the
 * order of memory as a flag, so that nothing is transposed until somebody could see the difference.
 */
public enum Layout {
  /** As the shape says. */
  PLAIN,
  /** Images: the shape says N×C×H×W, memory holds N×H×W×C. */
  NHWC(0, 2, 3, 1),
  /** Filters: the shape says O×I×H×W, memory holds H×W×I×O. */
  HWIO(2, 3, 1, 0);

  /** The axis of the shape that is i-th in memory; empty for all in order. Never changed. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final int[] order;

  /** The inverse. Never changed. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final int[] inverse;

  Layout(int... order) {
    this.order = order;
    this.inverse = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      inverse[order[i]] = i;
    }
  }

  /**
   * Returns the permutation for {@code Transpose} that brings a plain tensor into this order.
   *
   * @return the axes of the shape in the order of memory
   */
  public int[] fromPlain() {
    return order.clone();
  }

  /**
   * Returns the permutation for {@code Transpose} that brings a tensor of this order back.
   *
   * @return the axes of memory in the order of the shape
   */
  public int[] toPlain() {
    return inverse.clone();
  }

  /**
   * Returns the place in memory of an axis of the shape.
   *
   * @param axis an axis, not negative
   * @return its place
   */
  public int inMemory(int axis) {
    return this == PLAIN ? axis : inverse[axis];
  }

  /**
   * Returns the shape that memory has.
   *
   * @param shape the shape that callers see
   * @return the same dimensions in memory's order
   */
  public Shape inMemory(Shape shape) {
    return permute(shape, order);
  }

  /**
   * Returns the shape that callers see.
   *
   * @param memory the dimensions in memory's order
   * @return the same dimensions as callers name them
   */
  public Shape seen(Shape memory) {
    return permute(memory, inverse);
  }

  private static Shape permute(Shape shape, int[] order) {
    if (order.length == 0) {
      return shape;
    }
    long[] dims = new long[order.length];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = shape.get(order[i]);
    }
    return new Shape(dims);
  }
}
