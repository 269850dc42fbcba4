package io.github.flora.tensorflow.op;

import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tensor;

/** Functions of one number. Integers become float32 where the result is no integer. */
public final class MathFunctions {

  private MathFunctions() {}

  /**
   * Returns e to the power of each element.
   *
   * @param e where to
   * @param x the tensor
   * @return the powers
   */
  public static Tensor exp(Emitter e, Tensor x) {
    return Elementwise.unary(
        e, "Exp", Promotion.floating(e, x), (g, in, out) -> Elementwise.mul(e, g, out));
  }
}
