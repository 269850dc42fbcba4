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
}
