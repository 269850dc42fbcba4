package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tensor;
import java.util.Arrays;

/** What is true, and what lies where something is true. */
public final class Masking {

  private Masking() {}

  /**
   * Finds where a mask is true; how many there are depends on the numbers.
   *
   * @param e where to
   * @param mask a boolean tensor
   * @return the positions in the flattened mask, as int64
   */
  public static Tensor trueAt(Emitter e, Tensor mask) {
    Tensor flat = Shaping.reshape(e, mask, new Shape(mask.shape().size()));
    return e.op("Squeeze")
        .in(e.op("Where").in(flat).one())
        .attr("squeeze_dims", new long[] {1})
        .one();
  }

  /**
   * Finds what isn't 0; how many there are depends on the numbers.
   *
   * @param e where to
   * @param x a boolean or numeric tensor; a number counts as one dimension of size 1
   * @return a row of positions as int64 for each, one per axis
   */
  public static Tensor nonzero(Emitter e, Tensor x) {
    return e.op("Where").in(x.rank() == 0 ? Shaping.reshape(e, x, new Shape(1)) : x).one();
  }

  /**
   * Takes what lies where a mask is true.
   *
   * @param e where to
   * @param x the tensor
   * @param mask shaped like x's dimensions from the axis on, or the first of these
   * @param axis the axis
   * @return x with one dimension, as long as the mask has true elements, in place of the mask's
   */
  public static Tensor masked(Emitter e, Tensor x, Tensor mask, int axis) {
    // A mask of all dimensions fits whatever the axis.
    int at = mask.shape().equals(x.shape()) ? 0 : Shaping.axis(axis, x.rank());
    int end = at + mask.rank();
    if (mask.rank() == 0 || end > x.rank() || !mask.shape().equals(x.shape().slice(at, end))) {
      throw new IllegalArgumentException(
          "a mask " + mask.shape() + " doesn't fit " + x.shape() + " from axis " + axis + " on");
    }
    Tensor bools = Elementwise.cast(e, mask, DataType.BOOLEAN);
    return Indexing.rows(e, Shaping.flatten(e, x, at, end - 1), trueAt(e, bools), at);
  }

  /**
   * Replaces what lies where a mask is true by one number.
   *
   * @param e where to
   * @param x the tensor
   * @param mask shaped like x's first dimensions
   * @param value a single element of x's type
   * @return x with these elements replaced
   */
  public static Tensor replaced(Emitter e, Tensor x, Tensor mask, Tensor value) {
    long[] dims = Arrays.copyOf(mask.shape().getShape(), x.rank());
    Arrays.fill(dims, mask.rank(), dims.length, 1);
    Tensor wide = Shaping.reshape(e, mask, new Shape(dims));
    return Joining.where(e, wide, Shaping.reshape(e, value, new Shape()), x);
  }

  /**
   * Replaces what lies past the end of sequences.
   *
   * @param e where to
   * @param x batch × time × …
   * @param lengths the length of each sequence
   * @param value what to put past the end
   * @return x with these elements replaced
   */
  public static Tensor sequence(Emitter e, Tensor x, Tensor lengths, Number value) {
    if (x.rank() < 2 || !lengths.shape().equals(x.shape().slice(0, 1))) {
      throw new IllegalArgumentException(
          "sequences " + x.shape() + " don't go with lengths " + lengths.shape());
    }
    long[] rows = new long[x.rank()];
    long[] steps = new long[x.rank()];
    Arrays.fill(rows, 1);
    Arrays.fill(steps, 1);
    rows[0] = x.shape().get(0);
    steps[1] = x.shape().get(1);
    Tensor ends = Shaping.reshape(e, Elementwise.cast(e, lengths, DataType.INT64), new Shape(rows));
    Tensor inside = e.op("Less").in(Indexing.positions(e, new Shape(steps)), ends).one();
    return Joining.where(e, inside, x, e.scalar(value, x.type()));
  }

  /**
   * Codes positions as rows of which one element stands out.
   *
   * @param e where to
   * @param index the positions; one outside of the row gives a row without
   * @param depth length of a row
   * @param on the element that stands out
   * @param off the others
   * @param type the element type of the result
   * @return a tensor of one dimension more
   */
  public static Tensor oneHot(
      Emitter e, Tensor index, int depth, Number on, Number off, DataType type) {
    return e.op("OneHot")
        .in(
            Elementwise.cast(e, index, DataType.INT64),
            e.scalar(depth, DataType.INT32),
            e.scalar(on, type),
            e.scalar(off, type))
        .attr("axis", -1L)
        .one();
  }
}
