package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.DataType;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tensor;

/**
 * Arithmetic with two operands of any types and shapes: they are promoted as {@link Promotion}
 * says, and broadcast as NumPy does.
 */
public final class Arithmetic {

  private Arithmetic() {}

  /**
   * Adds.
   *
   * @param e where to
   * @param a one
   * @param b the other
   * @return the sum; of booleans whether either is true
   */
  public static Tensor add(Emitter e, Tensor a, Tensor b) {
    DataType type = Promotion.common(a, b);
    if (type == DataType.BOOLEAN) {
      return Elementwise.binary(e, "LogicalOr", a, b);
    }
    return Elementwise.add(e, Elementwise.cast(e, a, type), Elementwise.cast(e, b, type));
  }

  /**
   * Subtracts.
   *
   * @param e where to
   * @param a from what
   * @param b what
   * @return the difference
   * @throws IllegalArgumentException for booleans
   */
  public static Tensor sub(Emitter e, Tensor a, Tensor b) {
    DataType type = numeric(a, b, "subtracted");
    return Elementwise.binary(
        e,
        "Sub",
        Elementwise.cast(e, a, type),
        Elementwise.cast(e, b, type),
        (g, x, y, z) -> g,
        (g, x, y, z) -> neg(e, g));
  }

  private static DataType numeric(Tensor a, Tensor b, String what) {
    DataType type = Promotion.common(a, b);
    if (type == DataType.BOOLEAN) {
      throw new IllegalArgumentException(
          "booleans can't be %s: use logicalNot, logicalXor or toType".formatted(what));
    }
    return type;
  }

  /**
   * Multiplies.
   *
   * @param e where to
   * @param a one
   * @param b the other
   * @return the product; of booleans whether both are true
   */
  public static Tensor mul(Emitter e, Tensor a, Tensor b) {
    DataType type = Promotion.common(a, b);
    if (type == DataType.BOOLEAN) {
      return Elementwise.binary(e, "LogicalAnd", a, b);
    }
    return Elementwise.mul(e, Elementwise.cast(e, a, type), Elementwise.cast(e, b, type));
  }

  /**
   * Divides.
   *
   * @param e where to
   * @param a the dividend
   * @param b the divisor
   * @return the quotient; of integers as float32
   */
  public static Tensor div(Emitter e, Tensor a, Tensor b) {
    DataType type = floating(a, b);
    return quotient(e, Elementwise.cast(e, a, type), Elementwise.cast(e, b, type));
  }

  private static DataType floating(Tensor a, Tensor b) {
    DataType type = Promotion.common(a, b);
    return type.isFloating() ? type : DataType.FLOAT32;
  }

  /** Divides tensors of the same floating type. */
  static Tensor quotient(Emitter e, Tensor a, Tensor b) {
    return Elementwise.binary(
        e,
        "RealDiv",
        a,
        b,
        (g, x, y, z) -> quotient(e, g, y),
        (g, x, y, z) -> neg(e, quotient(e, Elementwise.mul(e, g, z), y)));
  }

  /**
   * Returns the remainder, which has the sign of the divisor, as in Python.
   *
   * @param e where to
   * @param a the dividend
   * @param b the divisor
   * @return the remainder
   * @throws IllegalArgumentException for booleans
   */
  public static Tensor mod(Emitter e, Tensor a, Tensor b) {
    DataType type = numeric(a, b, "divided with a remainder");
    return Elementwise.binary(
        e,
        "FloorMod",
        Elementwise.cast(e, a, type),
        Elementwise.cast(e, b, type),
        (g, x, y, z) -> g,
        (g, x, y, z) -> neg(e, Elementwise.mul(e, g, Elementwise.binary(e, "FloorDiv", x, y))));
  }

  /**
   * Raises to a power.
   *
   * @param e where to
   * @param a the base
   * @param b the exponent; not negative if both are integers
   * @return the power
   * @throws IllegalArgumentException for booleans
   */
  public static Tensor pow(Emitter e, Tensor a, Tensor b) {
    DataType type = numeric(a, b, "raised to a power");
    if (type == DataType.UINT8) {
      // TensorFlow's Pow doesn't know it.
      DataType wider = DataType.INT64;
      Tensor wide = pow(e, Elementwise.cast(e, a, wider), Elementwise.cast(e, b, wider));
      return Elementwise.cast(e, wide, type);
    }
    return Elementwise.binary(
        e,
        "Pow",
        Elementwise.cast(e, a, type),
        Elementwise.cast(e, b, type),
        (g, x, y, z) -> Elementwise.mul(e, g, slope(e, x, y)),
        (g, x, y, z) -> Elementwise.mul(e, g, Elementwise.mul(e, z, safeLog(e, x, y))));
  }

  /** y·x^(y−1), and 0 where y is 0 even if x is 0. */
  private static Tensor slope(Emitter e, Tensor x, Tensor y) {
    Tensor less = Elementwise.binary(e, "Sub", y, e.scalar(1, y.type()));
    Tensor slope = Elementwise.mul(e, y, Elementwise.binary(e, "Pow", x, less));
    Tensor zero = Elementwise.binary(e, "Equal", y, e.scalar(0, y.type()));
    return Elementwise.select(e, zero, e.scalar(0, slope.type()), slope);
  }

  /** ln x, and 0 where x is 0 and y isn't negative: there 0^y doesn't change with y. */
  private static Tensor safeLog(Emitter e, Tensor x, Tensor y) {
    Tensor zero = e.scalar(0, x.type());
    Tensor flat =
        Elementwise.binary(
            e,
            "LogicalAnd",
            Elementwise.binary(e, "Equal", x, zero),
            Elementwise.binary(e, "GreaterEqual", y, zero));
    return Elementwise.select(e, flat, zero, e.op("Log").raw(x).one(x.layout()));
  }

  /**
   * Changes the sign.
   *
   * @param e where to
   * @param x the tensor
   * @return −x; of unsigned integers modulo their range
   * @throws IllegalArgumentException for booleans
   */
  public static Tensor neg(Emitter e, Tensor x) {
    if (x.type() == DataType.BOOLEAN) {
      throw new IllegalArgumentException("booleans have no negative: use logicalNot");
    }
    if (x.type() == DataType.UINT8) {
      return Elementwise.binary(e, "Sub", e.scalar(0, x.type()), x);
    }
    return Elementwise.unary(e, "Neg", x, (g, in, out) -> neg(e, g));
  }

  /**
   * Returns the greater of each two.
   *
   * @param e where to
   * @param a one
   * @param b the other
   * @return the maximum; where both are equal each gets half of the gradient
   */
  public static Tensor maximum(Emitter e, Tensor a, Tensor b) {
    return extreme(e, "Maximum", "LogicalOr", "Greater", a, b);
  }

  /**
   * Returns the lesser of each two.
   *
   * @param e where to
   * @param a one
   * @param b the other
   * @return the minimum; where both are equal each gets half of the gradient
   */
  public static Tensor minimum(Emitter e, Tensor a, Tensor b) {
    return extreme(e, "Minimum", "LogicalAnd", "Less", a, b);
  }

  private static Tensor extreme(
      Emitter e, String name, String logical, String wins, Tensor a, Tensor b) {
    DataType type = Promotion.common(a, b);
    if (type == DataType.BOOLEAN) {
      return Elementwise.binary(e, logical, a, b);
    }
    return Elementwise.binary(
        e,
        name,
        Elementwise.cast(e, a, type),
        Elementwise.cast(e, b, type),
        (g, x, y, z) -> share(e, wins, g, x, y),
        (g, x, y, z) -> share(e, wins, g, y, x));
  }

  private static Tensor share(Emitter e, String wins, Tensor g, Tensor mine, Tensor other) {
    Tensor won = Elementwise.cast(e, Elementwise.binary(e, wins, mine, other), g.type());
    Tensor tied = Elementwise.cast(e, Elementwise.binary(e, "Equal", mine, other), g.type());
    Tensor part = Elementwise.add(e, won, Elementwise.scaled(e, tied, 0.5));
    return Elementwise.mul(e, g, part);
  }

  /**
   * Returns the angle of points.
   *
   * @param e where to
   * @param y the ordinates
   * @param x the abscissas
   * @return the angles in (−π, π]
   */
  public static Tensor atan2(Emitter e, Tensor y, Tensor x) {
    DataType type = floating(y, x);
    return Elementwise.binary(
        e,
        "Atan2",
        Elementwise.cast(e, y, type),
        Elementwise.cast(e, x, type),
        (g, a, b, z) -> Elementwise.mul(e, g, quotient(e, b, squares(e, a, b))),
        (g, a, b, z) -> neg(e, Elementwise.mul(e, g, quotient(e, a, squares(e, a, b)))));
  }

  private static Tensor squares(Emitter e, Tensor a, Tensor b) {
    return Elementwise.add(e, Elementwise.mul(e, a, a), Elementwise.mul(e, b, b));
  }

  /**
   * Returns x · ln y, and 0 where x is 0.
   *
   * @param e where to
   * @param x the factors
   * @param y what the logarithms are taken of
   * @return the products
   */
  public static Tensor xlogy(Emitter e, Tensor x, Tensor y) {
    DataType type = floating(x, y);
    return Elementwise.binary(
        e,
        "Xlogy",
        Elementwise.cast(e, x, type),
        Elementwise.cast(e, y, type),
        (g, a, b, z) -> Elementwise.mul(e, g, logWhereUsed(e, a, b)),
        (g, a, b, z) -> Elementwise.mul(e, g, quotient(e, a, b)));
  }

  private static Tensor logWhereUsed(Emitter e, Tensor x, Tensor y) {
    Tensor zero = e.scalar(0, x.type());
    Tensor unused =
        Elementwise.binary(
            e,
            "LogicalAnd",
            Elementwise.binary(e, "Equal", x, zero),
            Elementwise.binary(e, "LessEqual", y, zero));
    return Elementwise.select(e, unused, zero, e.op("Log").raw(y).one(y.layout()));
  }
}
