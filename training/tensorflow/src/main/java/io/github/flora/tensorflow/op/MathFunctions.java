package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.DataType;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;

/**
 * Functions of one number, shaped and laid out like their input. Integers become float32 where the
 * result is no integer. Where nothing is said of the range, a number outside of the function's
 * domain gives NaN.
 */
public final class MathFunctions {

  private MathFunctions() {}

  /** A function of floating numbers. */
  static Tensor real(Emitter e, String type, Tensor x, Elementwise.UnaryGradient gradient) {
    return Elementwise.unary(e, type, Promotion.floating(e, x), gradient);
  }

  /** A function of floating numbers that is flat wherever it has a slope; integers stay. */
  private static Tensor step(Emitter e, String type, Tensor x) {
    return x.type().isFloating()
        ? Elementwise.unary(e, type, x, (g, in, out) -> Elementwise.zerosLike(e, g))
        : x;
  }

  /** A function without gradient. */
  static Tensor raw(Emitter e, String type, Tensor x) {
    return e.op(type).raw(x).one(x.layout());
  }

  private static Tensor plus(Emitter e, Tensor x, double n) {
    return Elementwise.add(e, x, e.scalar(n, x.type()));
  }

  /** Times a number. */
  static Tensor times(Emitter e, Tensor x, double n) {
    return Elementwise.scaled(e, x, n);
  }

  /** Divided by a tensor. */
  static Tensor over(Emitter e, Tensor a, Tensor b) {
    return Arithmetic.quotient(e, a, b);
  }

  /** The square times a number plus a number. */
  static Tensor square(Emitter e, Tensor x, double sign, double plus) {
    return plus(e, times(e, raw(e, "Square", x), sign), plus);
  }

  /**
   * Returns e to the power of each element.
   *
   * @param e where to
   * @param x the tensor
   * @return the powers
   */
  public static Tensor exp(Emitter e, Tensor x) {
    return real(e, "Exp", x, (g, in, out) -> Elementwise.mul(e, g, out));
  }

  /**
   * Returns natural logarithms.
   *
   * @param e where to
   * @param x the tensor
   * @return the logarithms
   */
  public static Tensor log(Emitter e, Tensor x) {
    return real(e, "Log", x, (g, in, out) -> over(e, g, in));
  }

  /**
   * Returns logarithms to base 2.
   *
   * @param e where to
   * @param x the tensor
   * @return the logarithms
   */
  public static Tensor log2(Emitter e, Tensor x) {
    return logarithm(e, x, Math.log(2));
  }

  /**
   * Returns logarithms to base 10.
   *
   * @param e where to
   * @param x the tensor
   * @return the logarithms
   */
  public static Tensor log10(Emitter e, Tensor x) {
    return logarithm(e, x, Math.log(10));
  }

  private static Tensor logarithm(Emitter e, Tensor x, double unit) {
    Tensor natural = log(e, x);
    return over(e, natural, e.scalar(unit, natural.type()));
  }

  /**
   * Returns square roots.
   *
   * @param e where to
   * @param x the tensor
   * @return the roots
   */
  public static Tensor sqrt(Emitter e, Tensor x) {
    return real(e, "Sqrt", x, (g, in, out) -> times(e, over(e, g, out), 0.5));
  }

  /**
   * Squares.
   *
   * @param e where to
   * @param x the tensor
   * @return the squares, of the same type
   */
  public static Tensor square(Emitter e, Tensor x) {
    return Elementwise.unary(
        e, "Square", x, (g, in, out) -> times(e, Elementwise.mul(e, g, in), 2));
  }

  /**
   * Returns cube roots.
   *
   * @param e where to
   * @param x the tensor
   * @return the roots, negative ones of negative numbers
   */
  public static Tensor cbrt(Emitter e, Tensor x) {
    Tensor in = Promotion.meeting(e, x, 1.0 / 3);
    Tensor size = e.op("Pow").raw(raw(e, "Abs", in), e.scalar(1.0 / 3, in.type())).one(in.layout());
    Tensor y = Elementwise.binary(e, "Mul", raw(e, "Sign", in), size);
    return Tape.record(
        y,
        outputs -> {
          Tensor g = e.as(in.layout(), Elementwise.given(outputs));
          return new Tensor[] {over(e, g, times(e, raw(e, "Square", y), 3))};
        },
        in);
  }

  /**
   * Takes the sign away.
   *
   * @param e where to
   * @param x the tensor
   * @return the absolute values, of the same type
   */
  public static Tensor abs(Emitter e, Tensor x) {
    return unsigned(x)
        ? x
        : Elementwise.unary(e, "Abs", x, (g, in, out) -> Elementwise.mul(e, g, raw(e, "Sign", in)));
  }

  /**
   * Returns signs.
   *
   * @param e where to
   * @param x the tensor
   * @return −1, 0 or 1, of the same type
   */
  public static Tensor sign(Emitter e, Tensor x) {
    if (unsigned(x)) {
      Tensor positive = Elementwise.cast(e, x, DataType.BOOLEAN);
      return Elementwise.cast(e, positive, x.type());
    }
    return Elementwise.unary(e, "Sign", x, (g, in, out) -> Elementwise.zerosLike(e, g));
  }

  private static boolean unsigned(Tensor x) {
    return switch (x.type()) {
      case BOOLEAN, UINT8, UINT16, UINT32, UINT64 -> true;
      default -> false;
    };
  }

  /**
   * Rounds down.
   *
   * @param e where to
   * @param x the tensor
   * @return whole numbers of the same type
   */
  public static Tensor floor(Emitter e, Tensor x) {
    return step(e, "Floor", x);
  }

  /**
   * Rounds up.
   *
   * @param e where to
   * @param x the tensor
   * @return whole numbers of the same type
   */
  public static Tensor ceil(Emitter e, Tensor x) {
    return step(e, "Ceil", x);
  }

  /**
   * Rounds to the nearest whole number, halves to the even one.
   *
   * @param e where to
   * @param x the tensor
   * @return whole numbers of the same type
   */
  public static Tensor round(Emitter e, Tensor x) {
    return step(e, "Round", x);
  }

  /**
   * Rounds towards 0.
   *
   * @param e where to
   * @param x the tensor
   * @return whole numbers of the same type
   */
  public static Tensor trunc(Emitter e, Tensor x) {
    if (!x.type().isFloating()) {
      return x;
    }
    Tensor floor = raw(e, "Floor", raw(e, "Abs", x));
    Tensor y = Elementwise.binary(e, "Mul", raw(e, "Sign", x), floor);
    return Tape.record(y, outputs -> new Tensor[] {Elementwise.zerosLike(e, x)}, x);
  }

  /**
   * Returns the error function.
   *
   * @param e where to
   * @param x the tensor
   * @return numbers in (−1, 1)
   */
  public static Tensor erf(Emitter e, Tensor x) {
    return real(
        e,
        "Erf",
        x,
        (g, in, out) ->
            Elementwise.mul(
                e, g, times(e, raw(e, "Exp", square(e, in, -1, 0)), 2 / Math.sqrt(Math.PI))));
  }

  /**
   * Inverts the error function.
   *
   * @param e where to
   * @param x the tensor
   * @return the numbers whose error function is x
   */
  public static Tensor erfinv(Emitter e, Tensor x) {
    return real(
        e,
        "Erfinv",
        x,
        (g, in, out) ->
            Elementwise.mul(
                e, g, times(e, raw(e, "Exp", square(e, out, 1, 0)), Math.sqrt(Math.PI) / 2)));
  }

  /**
   * Returns ln |Γ(x)|.
   *
   * @param e where to
   * @param x the tensor
   * @return the logarithms
   */
  public static Tensor gammaln(Emitter e, Tensor x) {
    return real(e, "Lgamma", x, (g, in, out) -> Elementwise.mul(e, g, raw(e, "Digamma", in)));
  }

  /**
   * Keeps numbers within bounds.
   *
   * @param e where to
   * @param x the tensor
   * @param low the least that comes out
   * @param high the greatest that comes out; wins where it is below low
   * @return the numbers, promoted as if they met the bounds; the gradient passes where low ≤ x ≤
   *     high
   */
  public static Tensor clip(Emitter e, Tensor x, Number low, Number high) {
    DataType type = Promotion.bounded(x, low, high);
    Tensor wide = Elementwise.cast(e, x, type);
    Tensor raised = Elementwise.binary(e, "Maximum", wide, e.scalar(low, type));
    Tensor y = Elementwise.binary(e, "Minimum", raised, e.scalar(high, type));
    return Tape.record(
        y,
        outputs -> {
          Tensor g = e.as(wide.layout(), Elementwise.given(outputs));
          // The bounds once more: what isn't recorded may be gone.
          Tensor inside =
              Elementwise.binary(
                  e,
                  "LogicalAnd",
                  Elementwise.binary(e, "GreaterEqual", wide, e.scalar(low, type)),
                  Elementwise.binary(e, "LessEqual", wide, e.scalar(high, type)));
          return new Tensor[] {Elementwise.select(e, inside, g, e.scalar(0, g.type()))};
        },
        wide);
  }
}
