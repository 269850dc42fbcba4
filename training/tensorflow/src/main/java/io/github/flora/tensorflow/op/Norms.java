package io.github.flora.tensorflow.op;

import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;

/** Lengths of vectors. */
public final class Norms {

  private Norms() {}

  /**
   * Returns p-norms of vectors.
   *
   * @param e where to
   * @param x the tensor, of a floating type
   * @param p the order; 0 counts what isn't 0
   * @param axes along which; several axes make one vector, none at all everything
   * @param keepDims whether the axes stay with length 1
   * @return (Σ|x|^p)^(1/p); the gradient of a vector of zeros is 0
   */
  public static Tensor norm(Emitter e, Tensor x, double p, int[] axes, boolean keepDims) {
    Reductions.floating(x, "norm");
    if (p == 0) {
      Tensor zero = Comparisons.not(e, x);
      Tensor used = Elementwise.cast(e, Comparisons.not(e, zero), x.type());
      Tensor y = Reductions.reduce(e, "Sum", used, axes, keepDims);
      return Tape.record(y, outputs -> new Tensor[] {Elementwise.zerosLike(e, x)}, x);
    }
    Tensor size = MathFunctions.raw(e, "Abs", x);
    Tensor powers = p == 1 ? size : p == 2 ? MathFunctions.raw(e, "Square", x) : power(e, size, p);
    Tensor sum = Reductions.reduce(e, "Sum", powers, axes, keepDims);
    Tensor y = p == 1 ? sum : p == 2 ? MathFunctions.raw(e, "Sqrt", sum) : power(e, sum, 1 / p);
    return Tape.record(
        y, outputs -> new Tensor[] {gradient(e, Elementwise.given(outputs), x, y, p, axes)}, x);
  }

  private static Tensor power(Emitter e, Tensor x, double p) {
    return e.op("Pow").raw(x, e.scalar(p, x.type())).one(x.layout());
  }

  /** g · sign(x) · (|x| / ‖x‖)^(p−1), 0 where the norm is 0. */
  private static Tensor gradient(Emitter e, Tensor g, Tensor x, Tensor y, double p, int[] axes) {
    Tensor wide = Reductions.spread(e, g, x, axes);
    Tensor sign = MathFunctions.raw(e, "Sign", x);
    if (p == 1) {
      return Elementwise.mul(e, wide, sign);
    }
    Tensor norm = Reductions.spread(e, y, x, axes);
    Tensor direction;
    if (p == 2) {
      direction = Arithmetic.quotient(e, x, norm);
    } else {
      Tensor part = Arithmetic.quotient(e, MathFunctions.raw(e, "Abs", x), norm);
      direction = Elementwise.mul(e, sign, power(e, part, p - 1));
    }
    Tensor zero = Elementwise.binary(e, "Equal", norm, e.scalar(0, x.type()));
    Tensor slope = Elementwise.select(e, zero, e.scalar(0, x.type()), direction);
    return Elementwise.mul(e, wide, slope);
  }

  /**
   * Scales vectors to length 1.
   *
   * @param e where to
   * @param x the tensor, of a floating type
   * @param p the order of the norm
   * @param axis along which the vectors lie
   * @param epsilon the least that is divided by
   * @return x / max(‖x‖, epsilon)
   */
  public static Tensor normalize(Emitter e, Tensor x, double p, int axis, double epsilon) {
    Tensor length = norm(e, x, p, new int[] {axis}, true);
    Tensor divisor = MathFunctions.clip(e, length, epsilon, Double.POSITIVE_INFINITY);
    return Arithmetic.quotient(e, x, divisor);
  }
}
