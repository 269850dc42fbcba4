package io.github.flora.tensorflow.op;

import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;

/** Scores to probabilities along an axis. */
public final class Softmax {

  private Softmax() {}

  /**
   * Returns probabilities.
   *
   * @param e where to
   * @param x scores, of a floating type
   * @param axis the axis along which they sum to 1; negative from the end
   * @return numbers in [0, 1], shaped like x
   */
  public static Tensor softmax(Emitter e, Tensor x, int axis) {
    Tensor y = alongAxis(e, "Softmax", x, axis);
    return Tape.record(
        y,
        outputs -> {
          Tensor g = e.as(y.layout(), Elementwise.given(outputs));
          Tensor weighted = sum(e, Elementwise.mul(e, g, y), axis);
          return new Tensor[] {Elementwise.mul(e, y, Elementwise.binary(e, "Sub", g, weighted))};
        },
        x);
  }

  /**
   * Returns logarithms of probabilities.
   *
   * @param e where to
   * @param x scores, of a floating type
   * @param axis the axis along which the probabilities sum to 1; negative from the end
   * @return numbers up to 0, shaped like x
   */
  public static Tensor logSoftmax(Emitter e, Tensor x, int axis) {
    Tensor y = alongAxis(e, "LogSoftmax", x, axis);
    return Tape.record(
        y,
        outputs -> {
          Tensor g = e.as(y.layout(), Elementwise.given(outputs));
          Tensor probability = e.op("Exp").raw(y).one(y.layout());
          Tensor share = Elementwise.mul(e, probability, sum(e, g, axis));
          return new Tensor[] {Elementwise.binary(e, "Sub", g, share)};
        },
        x);
  }

  private static Tensor sum(Emitter e, Tensor x, int axis) {
    return x.rank() == 0 ? x : Reductions.reduce(e, "Sum", x, new int[] {axis}, true);
  }

  /** TensorFlow computes along the last axis of memory only. */
  private static Tensor alongAxis(Emitter e, String name, Tensor x, int axis) {
    if (x.rank() == 0) {
      Tensor one = e.op("Reshape").raw(x, e.longs(1)).one();
      return e.op("Reshape").raw(e.op(name).raw(one).one(), e.longs()).one();
    }
    Layout layout = x.layout();
    int place = layout.inMemory(Reductions.axis(axis, x.rank()));
    int last = x.rank() - 1;
    if (place == last) {
      return e.op(name).raw(x).one(layout);
    }
    int[] swap = Reductions.swap(place, last, x.rank());
    Tensor swapped = e.op("Transpose").raw(e.relabelled(x, Layout.PLAIN), e.ints(swap)).one();
    Tensor y = e.op(name).raw(swapped).one();
    return e.op("Transpose").raw(y, e.ints(swap)).one(layout);
  }
}
