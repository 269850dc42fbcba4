package io.github.flora.tensorflow.op;

import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tensor;

/**
 * Circular and hyperbolic functions, shaped and laid out like their input. Integers become float32;
 * a number outside of a function's domain gives NaN.
 */
public final class Trigonometry {

  private Trigonometry() {}

  /**
   * Returns sines.
   *
   * @param e where to
   * @param x the tensor
   * @return the sines of angles in radians
   */
  public static Tensor sin(Emitter e, Tensor x) {
    return MathFunctions.real(
        e, "Sin", x, (g, in, out) -> Elementwise.mul(e, g, MathFunctions.raw(e, "Cos", in)));
  }

  /**
   * Returns cosines.
   *
   * @param e where to
   * @param x the tensor
   * @return the cosines of angles in radians
   */
  public static Tensor cos(Emitter e, Tensor x) {
    return MathFunctions.real(
        e,
        "Cos",
        x,
        (g, in, out) -> Arithmetic.neg(e, Elementwise.mul(e, g, MathFunctions.raw(e, "Sin", in))));
  }

  /**
   * Returns tangents.
   *
   * @param e where to
   * @param x the tensor
   * @return the tangents of angles in radians
   */
  public static Tensor tan(Emitter e, Tensor x) {
    return MathFunctions.real(
        e, "Tan", x, (g, in, out) -> Elementwise.mul(e, g, MathFunctions.square(e, out, 1, 1)));
  }

  /**
   * Returns arc sines.
   *
   * @param e where to
   * @param x the tensor
   * @return angles in [−π/2, π/2]
   */
  public static Tensor asin(Emitter e, Tensor x) {
    return MathFunctions.real(
        e,
        "Asin",
        x,
        (g, in, out) ->
            MathFunctions.over(
                e, g, MathFunctions.raw(e, "Sqrt", MathFunctions.square(e, in, -1, 1))));
  }

  /**
   * Returns arc cosines.
   *
   * @param e where to
   * @param x the tensor
   * @return angles in [0, π]
   */
  public static Tensor acos(Emitter e, Tensor x) {
    return MathFunctions.real(
        e,
        "Acos",
        x,
        (g, in, out) ->
            Arithmetic.neg(
                e,
                MathFunctions.over(
                    e, g, MathFunctions.raw(e, "Sqrt", MathFunctions.square(e, in, -1, 1)))));
  }

  /**
   * Returns arc tangents.
   *
   * @param e where to
   * @param x the tensor
   * @return angles in (−π/2, π/2)
   */
  public static Tensor atan(Emitter e, Tensor x) {
    return MathFunctions.real(
        e, "Atan", x, (g, in, out) -> MathFunctions.over(e, g, MathFunctions.square(e, in, 1, 1)));
  }

  /**
   * Returns hyperbolic sines.
   *
   * @param e where to
   * @param x the tensor
   * @return the sines
   */
  public static Tensor sinh(Emitter e, Tensor x) {
    return MathFunctions.real(
        e, "Sinh", x, (g, in, out) -> Elementwise.mul(e, g, MathFunctions.raw(e, "Cosh", in)));
  }

  /**
   * Returns hyperbolic cosines.
   *
   * @param e where to
   * @param x the tensor
   * @return the cosines
   */
  public static Tensor cosh(Emitter e, Tensor x) {
    return MathFunctions.real(
        e, "Cosh", x, (g, in, out) -> Elementwise.mul(e, g, MathFunctions.raw(e, "Sinh", in)));
  }

  /**
   * Inverts the hyperbolic sine.
   *
   * @param e where to
   * @param x the tensor
   * @return the numbers whose hyperbolic sine is x
   */
  public static Tensor asinh(Emitter e, Tensor x) {
    return MathFunctions.real(
        e,
        "Asinh",
        x,
        (g, in, out) ->
            MathFunctions.over(
                e, g, MathFunctions.raw(e, "Sqrt", MathFunctions.square(e, in, 1, 1))));
  }

  /**
   * Inverts the hyperbolic cosine.
   *
   * @param e where to
   * @param x the tensor
   * @return the numbers from 0 whose hyperbolic cosine is x
   */
  public static Tensor acosh(Emitter e, Tensor x) {
    return MathFunctions.real(
        e,
        "Acosh",
        x,
        (g, in, out) ->
            MathFunctions.over(
                e, g, MathFunctions.raw(e, "Sqrt", MathFunctions.square(e, in, 1, -1))));
  }

  /**
   * Inverts the hyperbolic tangent.
   *
   * @param e where to
   * @param x the tensor
   * @return the numbers whose hyperbolic tangent is x
   */
  public static Tensor atanh(Emitter e, Tensor x) {
    return MathFunctions.real(
        e,
        "Atanh",
        x,
        (g, in, out) -> MathFunctions.over(e, g, MathFunctions.square(e, in, -1, 1)));
  }

  /**
   * Converts radians to degrees.
   *
   * @param e where to
   * @param x the tensor
   * @return the angles in degrees
   */
  public static Tensor toDegrees(Emitter e, Tensor x) {
    Tensor in = Promotion.meeting(e, x, Math.PI);
    return MathFunctions.times(e, in, 180 / Math.PI);
  }

  /**
   * Converts degrees to radians.
   *
   * @param e where to
   * @param x the tensor
   * @return the angles in radians
   */
  public static Tensor toRadians(Emitter e, Tensor x) {
    Tensor in = Promotion.meeting(e, x, Math.PI);
    return MathFunctions.times(e, in, Math.PI / 180);
  }
}
