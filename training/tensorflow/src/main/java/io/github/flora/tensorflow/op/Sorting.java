package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.DataType;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tensor;

/** Order among the elements along an axis. */
public final class Sorting {

  private Sorting() {}

  /**
   * Finds the greatest elements.
   *
   * @param e where to
   * @param x the tensor
   * @param axis the axis along which to look
   * @return their positions as int64, of equal ones the first
   */
  public static Tensor argMax(Emitter e, Tensor x, int axis) {
    return extreme(e, "ArgMax", x, axis);
  }

  /**
   * Finds the least elements.
   *
   * @param e where to
   * @param x the tensor
   * @param axis the axis along which to look
   * @return their positions as int64, of equal ones the first
   */
  public static Tensor argMin(Emitter e, Tensor x, int axis) {
    return extreme(e, "ArgMin", x, axis);
  }

  private static Tensor extreme(Emitter e, String type, Tensor x, int axis) {
    if (x.rank() == 0) {
      return e.scalar(0, DataType.INT64);
    }
    int at = Shaping.axis(axis, x.rank());
    return e.op(type).in(x, e.scalar(at, DataType.INT32)).attr("output_type", DataType.INT64).one();
  }

  /**
   * Finds the order along an axis.
   *
   * @param e where to
   * @param x a numeric tensor
   * @param axis the axis
   * @param ascending whether the least comes first
   * @return for each place in order the position as int64; equal elements keep their order if
   *     ascending and reverse it if not
   */
  public static Tensor argSort(Emitter e, Tensor x, int axis, boolean ascending) {
    if (x.rank() == 0) {
      return e.scalar(0, DataType.INT64);
    }
    int at = Shaping.axis(axis, x.rank());
    Tensor order = top(e, x, (int) x.shape().get(at), at, false);
    return ascending ? order : Shaping.flip(e, order, at);
  }

  /**
   * Sorts along an axis, the least first.
   *
   * @param e where to
   * @param x a numeric tensor
   * @param axis the axis
   * @return the sorted tensor
   */
  public static Tensor sort(Emitter e, Tensor x, int axis) {
    return x.rank() == 0 ? x : Indexing.gather(e, x, argSort(e, x, axis, true), axis);
  }

  /**
   * Takes the greatest or least elements along an axis, in order.
   *
   * @param e where to
   * @param x a numeric tensor
   * @param k how many
   * @param axis the axis
   * @param largest whether the greatest are wanted
   * @return the elements and their positions as int64
   */
  public static Tensor[] topK(Emitter e, Tensor x, int k, int axis, boolean largest) {
    int at = Shaping.axis(axis, x.rank());
    if (k < 0 || k > x.shape().get(at)) {
      throw new IllegalArgumentException(
          "can't take %d elements along axis %d of %s".formatted(k, axis, x.shape()));
    }
    Tensor positions = top(e, x, k, at, largest);
    return new Tensor[] {Indexing.gather(e, x, positions, at), positions};
  }

  private static Tensor top(Emitter e, Tensor x, int k, int axis, boolean largest) {
    // Inverting bits turns the order of whole numbers round without overflow.
    String turn = x.type().isFloating() ? "Neg" : "Invert";
    Tensor keys = largest ? x : e.op(turn).in(x).one();
    Tensor[] found =
        e.op("TopKV2")
            .in(Shaping.swap(e, keys, axis, -1), e.scalar(k, DataType.INT32))
            .attr("sorted", true)
            .attr("index_type", DataType.INT64)
            .all(2);
    return Shaping.swap(e, found[1], axis, -1);
  }

  /**
   * Finds the different elements; how many there are depends on the numbers.
   *
   * @param e where to
   * @param x a numeric tensor, taken as flat
   * @return the different elements in ascending order, for each of x's elements its place among
   *     them as int64 in x's shape, and how often each occurs as int64
   */
  public static Tensor[] unique(Emitter e, Tensor x) {
    Tensor flat = Shaping.flatten(e, x, 0, -1);
    Tensor order = argSort(e, flat, 0, true);
    Tensor[] found =
        e.op("UniqueWithCountsV2")
            .in(Indexing.rows(e, flat, order, 0), e.longs(0))
            .attr("out_idx", DataType.INT64)
            .all(3);
    Tensor places = Indexing.put(e, order, order, found[1]);
    return new Tensor[] {found[0], Shaping.reshape(e, places, x.shape()), found[2]};
  }
}
