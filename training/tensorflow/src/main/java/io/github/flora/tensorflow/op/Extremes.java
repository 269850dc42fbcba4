package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import org.jspecify.annotations.Nullable;

/** The greatest and least along axes, and what lies between them by rank. */
public final class Extremes {

  private Extremes() {}

  /**
   * Returns the greatest numbers.
   *
   * @param e where to
   * @param x the tensor
   * @param axes along which; none for all
   * @param keepDims whether the axes stay with length 1
   * @return the maxima, of the same type. Along one axis the gradient goes to the first maximum,
   *     along several in equal parts to all
   * @throws IllegalArgumentException for a maximum of nothing
   */
  public static Tensor max(Emitter e, Tensor x, int[] axes, boolean keepDims) {
    return extreme(e, "Max", x, axes, keepDims);
  }

  /**
   * Returns the least numbers.
   *
   * @param e where to
   * @param x the tensor
   * @param axes along which; none for all
   * @param keepDims whether the axes stay with length 1
   * @return the minima, of the same type. Along one axis the gradient goes to the first minimum,
   *     along several in equal parts to all
   * @throws IllegalArgumentException for a minimum of nothing
   */
  public static Tensor min(Emitter e, Tensor x, int[] axes, boolean keepDims) {
    return extreme(e, "Min", x, axes, keepDims);
  }

  private static Tensor extreme(Emitter e, String name, Tensor x, int[] axes, boolean keepDims) {
    for (int axis : Reductions.axes(axes, x.rank())) {
      if (x.shape().get(axis) == 0) {
        throw new IllegalArgumentException(
            "there is no %s of nothing: axis %d of %s is empty"
                .formatted(name.equals("Max") ? "maximum" : "minimum", axis, x.shape()));
      }
    }
    if (x.type() == DataType.BOOLEAN) {
      return Reductions.reduce(e, name.equals("Max") ? "Any" : "All", x, axes, keepDims);
    }
    Tensor y = Reductions.reduce(e, name, x, axes, keepDims);
    if (axes.length == 1 && x.rank() > 0) {
      return Tape.record(
          y,
          outputs -> {
            Tensor g = Reductions.spread(e, Elementwise.given(outputs), x, axes);
            return new Tensor[] {Elementwise.mul(e, g, first(e, "Arg" + name, x, axes[0]))};
          },
          x);
    }
    return Tape.record(
        y,
        outputs -> {
          Tensor hit =
              Elementwise.cast(
                  e, Elementwise.binary(e, "Equal", x, Reductions.spread(e, y, x, axes)), x.type());
          Tensor count = Reductions.reduce(e, "Sum", hit, axes, keepDims);
          Tensor g = Elementwise.given(outputs);
          Tensor share = Arithmetic.quotient(e, g, count);
          return new Tensor[] {Elementwise.mul(e, Reductions.spread(e, share, x, axes), hit)};
        },
        x);
  }

  /** 1 at the first extreme along an axis, else 0; in x's layout. */
  private static Tensor first(Emitter e, String name, Tensor x, int axis) {
    int place = x.layout().inMemory(Reductions.axis(axis, x.rank()));
    Tensor index =
        e.op(name)
            .raw(x, e.scalar(place, DataType.INT32))
            .attr("output_type", DataType.INT64)
            .one();
    return e.op("OneHot")
        .raw(
            index,
            e.scalar(x.shape().get(Reductions.axis(axis, x.rank())), DataType.INT32),
            e.scalar(1, x.type()),
            e.scalar(0, x.type()))
        .attr("axis", place)
        .one(x.layout());
  }

  /**
   * Returns the lower median.
   *
   * @param e where to
   * @param x the tensor, without NaN
   * @param axis along which; the axis goes away
   * @return of an even number of elements the lesser of the two in the middle
   * @throws IllegalArgumentException for a median of nothing
   */
  public static Tensor median(Emitter e, Tensor x, int axis) {
    long middle = (length(x, axis) - 1) / 2;
    return ranked(e, x, axis, middle, middle, 0);
  }

  /**
   * Returns a percentile, between two elements by linear interpolation.
   *
   * @param e where to
   * @param x the tensor, of a floating type and without NaN
   * @param percent 0 for the least to 100 for the greatest
   * @param axis along which; the axis goes away
   * @return the percentiles
   * @throws IllegalArgumentException for a percentile of nothing or outside of [0, 100]
   */
  public static Tensor percentile(Emitter e, Tensor x, double percent, int axis) {
    Reductions.floating(x, "percentile");
    if (!(percent >= 0 && percent <= 100)) {
      throw new IllegalArgumentException("a percentile lies in [0, 100], not at " + percent);
    }
    double place = percent / 100 * (length(x, axis) - 1);
    long low = (long) Math.floor(place);
    return ranked(e, x, axis, low, (long) Math.ceil(place), place - low);
  }

  private static long length(Tensor x, int axis) {
    long length = x.rank() == 0 ? 1 : x.shape().get(Reductions.axis(axis, x.rank()));
    if (length == 0) {
      throw new IllegalArgumentException("nothing is in the middle of nothing: " + x.shape());
    }
    return length;
  }

  /** Mixes the elements of two ranks, counted from the least; weight is that of the higher. */
  private static Tensor ranked(Emitter e, Tensor x, int axis, long low, long high, double weight) {
    if (x.rank() == 0) {
      return x;
    }
    int along = Reductions.axis(axis, x.rank());
    int[] swap = Reductions.swap(along, x.rank() - 1, x.rank());
    int length = Math.toIntExact(x.shape().get(along));
    Tensor rows = e.op("Transpose").in(x).raw(e.ints(swap)).one();
    Tensor[] sorted =
        e.op("TopKV2").raw(rows, e.scalar(length, DataType.INT32)).attr("sorted", true).all(2);
    // The greatest comes first.
    Tensor a = column(e, sorted[0], length - 1 - low);
    Tensor b = column(e, sorted[0], length - 1 - high);
    Tensor placeA = column(e, sorted[1], length - 1 - low);
    Tensor placeB = column(e, sorted[1], length - 1 - high);
    Tensor mixed = a;
    if (weight != 0) {
      Tensor step = Elementwise.binary(e, "Sub", b, a);
      mixed = Elementwise.add(e, a, Elementwise.scaled(e, step, weight));
    }
    Tensor kept = e.op("Transpose").raw(mixed, e.ints(swap)).one();
    Shape keptShape = kept.shape();
    Tensor y = e.op("Reshape").raw(kept, e.dims(Reductions.without(x.shape(), along))).one();
    return Tape.record(
        y,
        outputs -> {
          Tensor g = e.op("Reshape").in(Elementwise.given(outputs)).raw(e.dims(keptShape)).one();
          Tensor column = e.op("Transpose").raw(g, e.ints(swap)).one();
          Tensor share =
              Elementwise.add(
                  e,
                  Elementwise.scaled(e, hot(e, placeA, length, x.type()), 1 - weight),
                  Elementwise.scaled(e, hot(e, placeB, length, x.type()), weight));
          Tensor spread = Elementwise.mul(e, column, share);
          return new @Nullable Tensor[] {
            e.op("Transpose").raw(spread, e.ints(swap)).one(), null, null
          };
        },
        x,
        placeA,
        placeB);
  }

  private static Tensor column(Emitter e, Tensor rows, long column) {
    long[] begin = new long[rows.rank()];
    begin[begin.length - 1] = column;
    long[] size = rows.shape().getShape().clone();
    size[size.length - 1] = 1;
    return e.op("Slice").raw(rows, e.longs(begin), e.longs(size)).one();
  }

  /** Rows with 1 at the place that a column says, else 0. */
  private static Tensor hot(Emitter e, Tensor column, int length, DataType type) {
    Tensor places = Reductions.range(e, length, column.type());
    return Elementwise.cast(e, Elementwise.binary(e, "Equal", column, places), type);
  }
}
