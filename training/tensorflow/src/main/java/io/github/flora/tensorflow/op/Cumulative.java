package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;

/** Running sums and products along an axis, products as a whole, differences of neighbours. */
public final class Cumulative {

  private Cumulative() {}

  private static Tensor run(
      Emitter e, String name, Tensor x, int axis, boolean exclusive, boolean reverse) {
    if (x.rank() == 0) {
      return x;
    }
    int place = x.layout().inMemory(Reductions.axis(axis, x.rank()));
    return e.op(name)
        .raw(x, e.scalar(place, DataType.INT32))
        .attr("exclusive", exclusive)
        .attr("reverse", reverse)
        .one(x.layout());
  }

  private static Tensor widened(Emitter e, Tensor x) {
    return x.type().isFloating() ? x : Elementwise.cast(e, x, DataType.INT64);
  }

  /**
   * Sums from the start of an axis up to each place.
   *
   * @param e where to
   * @param x the tensor
   * @param axis along which
   * @return the sums, shaped like x; of integers and booleans as int64
   */
  public static Tensor sum(Emitter e, Tensor x, int axis) {
    Tensor in = widened(e, x);
    Tensor y = run(e, "Cumsum", in, axis, false, false);
    if (in.rank() == 0) {
      return y;
    }
    return Tape.record(
        y,
        outputs -> {
          Tensor g = e.as(in.layout(), Elementwise.given(outputs));
          return new Tensor[] {run(e, "Cumsum", g, axis, false, true)};
        },
        in);
  }

  /**
   * Multiplies from the start of an axis up to each place.
   *
   * @param e where to
   * @param x the tensor
   * @param axis along which
   * @return the products, shaped like x; of integers and booleans as int64
   */
  public static Tensor product(Emitter e, Tensor x, int axis) {
    Tensor in = widened(e, x);
    Tensor y = run(e, "Cumprod", in, axis, false, false);
    if (in.rank() == 0) {
      return y;
    }
    return Tape.record(
        y,
        outputs -> {
          Tensor g = e.as(in.layout(), Elementwise.given(outputs));
          return new Tensor[] {productGradient(e, g, in, y, axis)};
        },
        in);
  }

  /**
   * Σ gᵢ·yᵢ / x over the places from x on. Where x is the first zero of its row, the sum is taken
   * of products that leave this zero out; behind it every product is 0.
   */
  private static Tensor productGradient(Emitter e, Tensor g, Tensor x, Tensor y, int axis) {
    Tensor zero = Elementwise.binary(e, "Equal", x, e.scalar(0, x.type()));
    Tensor count = run(e, "Cumsum", Elementwise.cast(e, zero, x.type()), axis, false, false);
    Tensor one = e.scalar(1, x.type());
    Tensor first =
        Elementwise.binary(e, "LogicalAnd", zero, Elementwise.binary(e, "Equal", count, one));
    Tensor without = Elementwise.select(e, first, one, x);
    Tensor rest = run(e, "Cumprod", without, axis, false, false);
    Tensor atFirst = run(e, "Cumsum", Elementwise.mul(e, g, rest), axis, false, true);
    Tensor sums = run(e, "Cumsum", Elementwise.mul(e, g, y), axis, false, true);
    Tensor divisor = Elementwise.select(e, zero, one, x);
    return Elementwise.select(e, first, atFirst, Arithmetic.quotient(e, sums, divisor));
  }

  /**
   * Multiplies all numbers along axes.
   *
   * @param e where to
   * @param x the tensor
   * @param axes along which; none for all
   * @param keepDims whether the axes stay with length 1
   * @return the products; of integers and booleans as int64
   */
  public static Tensor prod(Emitter e, Tensor x, int[] axes, boolean keepDims) {
    Tensor in = widened(e, x);
    if (!Tape.tracks(in)) {
      return Reductions.reduce(e, "Prod", in, axes, keepDims);
    }
    Tensor y = in;
    for (int axis : Reductions.axes(axes, x.rank())) {
      y = prodAlong(e, y, axis);
    }
    if (keepDims) {
      return y;
    }
    int[] gone = Reductions.axes(axes, x.rank());
    return Shaping.reshape(e, y, Reductions.without(x.shape(), gone));
  }

  private static Tensor prodAlong(Emitter e, Tensor x, int axis) {
    Tensor y = Reductions.reduce(e, "Prod", x, new int[] {axis}, true);
    return Tape.record(
        y,
        outputs -> {
          Tensor before = run(e, "Cumprod", x, axis, true, false);
          Tensor after = run(e, "Cumprod", x, axis, true, true);
          Tensor g = e.as(x.layout(), Elementwise.given(outputs));
          return new Tensor[] {Elementwise.mul(e, g, Elementwise.mul(e, before, after))};
        },
        x);
  }

  /**
   * Subtracts from each number the one before it along an axis, several times over.
   *
   * @param e where to
   * @param x the tensor
   * @param times how many times, from 0
   * @param axis along which
   * @return the differences; the axis is shorter by {@code times}, never below 0
   * @throws IllegalArgumentException if times is negative or x has no dimensions
   */
  public static Tensor diff(Emitter e, Tensor x, int times, int axis) {
    if (times < 0 || x.rank() == 0) {
      throw new IllegalArgumentException(
          "diff takes at least 0 times and 1 dimension, not %d times and %d dimensions"
              .formatted(times, x.rank()));
    }
    int along = Reductions.axis(axis, x.rank());
    Tensor y = x;
    for (int i = 0; i < times; i++) {
      y = difference(e, y, along);
    }
    return y;
  }

  private static Tensor difference(Emitter e, Tensor x, int axis) {
    long length = Math.max(0, x.shape().get(axis) - 1);
    long skip = Math.min(1, x.shape().get(axis));
    Tensor later = part(e, x, axis, skip, length);
    Tensor earlier = part(e, x, axis, 0, length);
    if (x.type() == DataType.BOOLEAN) {
      return Elementwise.binary(e, "NotEqual", later, earlier);
    }
    Tensor y = e.op("Sub").raw(later, earlier).one();
    return Tape.record(
        y,
        outputs -> {
          Tensor g = e.plain(Elementwise.given(outputs));
          return new Tensor[] {
            e.op("Sub").raw(padded(e, g, axis, skip, 0), padded(e, g, axis, 0, skip)).one()
          };
        },
        x);
  }

  private static Tensor part(Emitter e, Tensor x, int axis, long from, long length) {
    long[] begin = new long[x.rank()];
    begin[axis] = from;
    long[] size = x.shape().getShape().clone();
    size[axis] = length;
    return e.op("Slice").in(x).raw(e.longs(begin), e.longs(size)).one();
  }

  private static Tensor padded(Emitter e, Tensor x, int axis, long before, long after) {
    long[] pads = new long[2 * x.rank()];
    pads[2 * axis] = before;
    pads[2 * axis + 1] = after;
    Tensor table = e.op("Reshape").raw(e.longs(pads), e.dims(new Shape(x.rank(), 2))).one();
    return e.op("Pad").raw(x, table).one();
  }
}
