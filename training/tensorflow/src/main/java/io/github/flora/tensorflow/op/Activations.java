package io.github.flora.tensorflow.op;

import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import java.util.List;

/** Activation functions, shaped and laid out like their input. Integers become float32. */
public final class Activations {

  private Activations() {}

  /**
   * Returns max(x, 0).
   *
   * @param e where to
   * @param x the tensor; integers stay integers
   * @return the activations
   */
  public static Tensor relu(Emitter e, Tensor x) {
    return Elementwise.unary(
        e, "Relu", x, (g, in, out) -> e.op("ReluGrad").raw(g, out).one(out.layout()));
  }

  /**
   * Returns 1 / (1 + e^−x).
   *
   * @param e where to
   * @param x the tensor
   * @return the activations
   */
  public static Tensor sigmoid(Emitter e, Tensor x) {
    return Elementwise.unary(
        e,
        "Sigmoid",
        Promotion.floating(e, x),
        (g, in, out) -> e.op("SigmoidGrad").raw(out, g).one(out.layout()));
  }

  /**
   * Returns the hyperbolic tangent.
   *
   * @param e where to
   * @param x the tensor
   * @return the activations
   */
  public static Tensor tanh(Emitter e, Tensor x) {
    return Elementwise.unary(
        e,
        "Tanh",
        Promotion.floating(e, x),
        (g, in, out) -> e.op("TanhGrad").raw(out, g).one(out.layout()));
  }

  /**
   * Returns ln(1 + e^x).
   *
   * @param e where to
   * @param x the tensor
   * @return the activations
   */
  public static Tensor softPlus(Emitter e, Tensor x) {
    return Elementwise.unary(
        e,
        "Softplus",
        Promotion.floating(e, x),
        (g, in, out) -> e.op("SoftplusGrad").raw(g, in).one(in.layout()));
  }

  /**
   * Returns x / (1 + |x|).
   *
   * @param e where to
   * @param x the tensor
   * @return the activations
   */
  public static Tensor softSign(Emitter e, Tensor x) {
    return Elementwise.unary(
        e,
        "Softsign",
        Promotion.floating(e, x),
        (g, in, out) -> e.op("SoftsignGrad").raw(g, in).one(in.layout()));
  }

  /**
   * Returns x where it is positive, else alpha · x.
   *
   * @param e where to
   * @param x the tensor
   * @param alpha the slope on the left
   * @return the activations
   */
  public static Tensor leakyRelu(Emitter e, Tensor x, float alpha) {
    Tensor in = Promotion.floating(e, x);
    Tensor y = e.op("LeakyRelu").raw(in).attr("alpha", alpha).one(in.layout());
    return Tape.record(
        y,
        outputs -> {
          Tensor g = e.as(in.layout(), Elementwise.given(outputs));
          return new Tensor[] {
            e.op("LeakyReluGrad").raw(g, in).attr("alpha", alpha).one(in.layout())
          };
        },
        in);
  }

  /**
   * Returns x where it is positive, else alpha · (e^x − 1).
   *
   * @param e where to
   * @param x the tensor
   * @param alpha minus the limit on the left
   * @return the activations
   */
  public static Tensor elu(Emitter e, Tensor x, float alpha) {
    Tensor in = Promotion.floating(e, x);
    if (alpha == 1) {
      return Elementwise.unary(
          e, "Elu", in, (g, a, out) -> e.op("EluGrad").raw(g, out).one(out.layout()));
    }
    Tensor grown = Elementwise.scaled(e, e.op("Expm1").raw(in).one(in.layout()), alpha);
    Tensor y = Elementwise.select(e, positive(e, in), in, grown);
    return Tape.record(
        y,
        outputs -> {
          Tensor g = e.as(in.layout(), Elementwise.given(outputs));
          // alpha · e^x is y + alpha where x isn't positive.
          Tensor left = Elementwise.mul(e, g, Elementwise.add(e, y, e.scalar(alpha, y.type())));
          return new Tensor[] {Elementwise.select(e, positive(e, in), g, left)};
        },
        in);
  }

  private static Tensor positive(Emitter e, Tensor x) {
    return Elementwise.binary(e, "Greater", x, e.scalar(0, x.type()));
  }

  /**
   * Returns the scaled exponential linear unit (Klambauer et al. 2017).
   *
   * @param e where to
   * @param x the tensor
   * @return the activations
   */
  public static Tensor selu(Emitter e, Tensor x) {
    return Elementwise.unary(
        e,
        "Selu",
        Promotion.floating(e, x),
        (g, in, out) -> e.op("SeluGrad").raw(g, out).one(out.layout()));
  }

  /**
   * Returns x · Φ(x), Φ the normal distribution function: the exact form (Hendrycks and Gimpel
   * 2016), as PyTorch's default.
   *
   * @param e where to
   * @param x the tensor
   * @return the activations
   */
  public static Tensor gelu(Emitter e, Tensor x) {
    Tensor in = Promotion.floating(e, x);
    Tensor y =
        e.function(
                "gelu",
                List.of(),
                (em, a) -> new Tensor[] {Elementwise.mul(em, a[0], phi(em, a[0]))},
                in)[0];
    return Tape.record(
        y,
        outputs -> {
          Tensor g = e.as(in.layout(), Elementwise.given(outputs));
          return e.function("geluGradient", List.of(), Activations::geluGradient, g, in);
        },
        in);
  }

  private static Tensor phi(Emitter e, Tensor x) {
    Tensor erf = e.op("Erf").raw(Elementwise.scaled(e, x, Math.sqrt(0.5))).one(x.layout());
    Tensor half = e.scalar(0.5, x.type());
    return Elementwise.add(e, Elementwise.mul(e, erf, half), half);
  }

  private static Tensor[] geluGradient(Emitter e, Tensor[] in) {
    Tensor x = in[1];
    Tensor square = e.op("Square").raw(x).one(x.layout());
    Tensor bell = e.op("Exp").raw(Elementwise.scaled(e, square, -0.5)).one(x.layout());
    Tensor density = Elementwise.scaled(e, bell, 1 / Math.sqrt(2 * Math.PI));
    Tensor slope = Elementwise.add(e, phi(e, x), Elementwise.mul(e, x, density));
    return new Tensor[] {Elementwise.mul(e, in[0], slope)};
  }

  /**
   * Returns x · sigmoid(beta · x).
   *
   * @param e where to
   * @param x the tensor
   * @param beta how steep
   * @return the activations
   */
  public static Tensor swish(Emitter e, Tensor x, float beta) {
    Tensor in = Promotion.floating(e, x);
    return Elementwise.mul(e, sigmoid(e, Elementwise.scaled(e, in, beta)), in);
  }

  /**
   * Returns x · tanh(log2(1 + e^x)), which DJL calls mish. Misra's (2019) has the natural
   * logarithm; a network has to give the same on every engine, though.
   *
   * @param e where to
   * @param x the tensor
   * @return the activations, finite where e^x isn't
   */
  public static Tensor mish(Emitter e, Tensor x) {
    Tensor in = Promotion.floating(e, x);
    Tensor logarithm = Elementwise.scaled(e, softPlus(e, in), 1 / Math.log(2));
    return Elementwise.mul(e, tanh(e, logarithm), in);
  }
}
