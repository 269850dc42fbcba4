package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.DataType;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tensor;
import java.util.stream.IntStream;

/** What gives booleans: comparisons, with promotion and broadcasting, logic and tests. */
public final class Comparisons {

  private Comparisons() {}

  private static Tensor compare(Emitter e, String name, Tensor a, Tensor b) {
    DataType type = Promotion.common(a, b);
    if (type == DataType.BOOLEAN) {
      // TensorFlow orders no booleans.
      type = DataType.UINT8;
    }
    return Elementwise.binary(e, name, Elementwise.cast(e, a, type), Elementwise.cast(e, b, type));
  }

  /**
   * Compares.
   *
   * @param e where to
   * @param a one
   * @param b the other
   * @return where a = b
   */
  public static Tensor eq(Emitter e, Tensor a, Tensor b) {
    return compare(e, "Equal", a, b);
  }

  /**
   * Compares.
   *
   * @param e where to
   * @param a one
   * @param b the other
   * @return where a ≠ b
   */
  public static Tensor neq(Emitter e, Tensor a, Tensor b) {
    return compare(e, "NotEqual", a, b);
  }

  /**
   * Compares.
   *
   * @param e where to
   * @param a one
   * @param b the other
   * @return where a &gt; b
   */
  public static Tensor gt(Emitter e, Tensor a, Tensor b) {
    return compare(e, "Greater", a, b);
  }

  /**
   * Compares.
   *
   * @param e where to
   * @param a one
   * @param b the other
   * @return where a ≥ b
   */
  public static Tensor gte(Emitter e, Tensor a, Tensor b) {
    return compare(e, "GreaterEqual", a, b);
  }

  /**
   * Compares.
   *
   * @param e where to
   * @param a one
   * @param b the other
   * @return where a &lt; b
   */
  public static Tensor lt(Emitter e, Tensor a, Tensor b) {
    return compare(e, "Less", a, b);
  }

  /**
   * Compares.
   *
   * @param e where to
   * @param a one
   * @param b the other
   * @return where a ≤ b
   */
  public static Tensor lte(Emitter e, Tensor a, Tensor b) {
    return compare(e, "LessEqual", a, b);
  }

  private static Tensor truth(Emitter e, Tensor x) {
    return Elementwise.cast(e, x, DataType.BOOLEAN);
  }

  /**
   * Returns where both hold.
   *
   * @param e where to
   * @param a one; any number but 0 is true
   * @param b the other
   * @return where both are true
   */
  public static Tensor and(Emitter e, Tensor a, Tensor b) {
    return Elementwise.binary(e, "LogicalAnd", truth(e, a), truth(e, b));
  }

  /**
   * Returns where either holds.
   *
   * @param e where to
   * @param a one; any number but 0 is true
   * @param b the other
   * @return where one or both are true
   */
  public static Tensor or(Emitter e, Tensor a, Tensor b) {
    return Elementwise.binary(e, "LogicalOr", truth(e, a), truth(e, b));
  }

  /**
   * Returns where exactly one holds.
   *
   * @param e where to
   * @param a one; any number but 0 is true
   * @param b the other
   * @return where one is true and the other false
   */
  public static Tensor xor(Emitter e, Tensor a, Tensor b) {
    return Elementwise.binary(e, "NotEqual", truth(e, a), truth(e, b));
  }

  /**
   * Returns where something doesn't hold.
   *
   * @param e where to
   * @param x any number but 0 is true
   * @return where x is false
   */
  public static Tensor not(Emitter e, Tensor x) {
    return e.op("LogicalNot").raw(truth(e, x)).one(x.layout());
  }

  /**
   * Tests for NaN.
   *
   * @param e where to
   * @param x the tensor
   * @return where x isn't a number; nowhere for integers
   */
  public static Tensor isNaN(Emitter e, Tensor x) {
    return test(e, "IsNan", x);
  }

  /**
   * Tests for infinity.
   *
   * @param e where to
   * @param x the tensor
   * @return where x is infinite, of either sign; nowhere for integers
   */
  public static Tensor isInfinite(Emitter e, Tensor x) {
    return test(e, "IsInf", x);
  }

  private static Tensor test(Emitter e, String name, Tensor x) {
    if (!x.type().isFloating()) {
      return Creation.full(e, x.shape(), 0, DataType.BOOLEAN);
    }
    return e.op(name).raw(x).one(x.layout());
  }

  /**
   * Tells whether all are true.
   *
   * @param e where to
   * @param x any number but 0 is true
   * @return a boolean without dimensions; true for an empty tensor
   */
  public static Tensor all(Emitter e, Tensor x) {
    return whole(e, "All", truth(e, x));
  }

  /**
   * Tells whether any is true.
   *
   * @param e where to
   * @param x any number but 0 is true
   * @return a boolean without dimensions; false for an empty tensor
   */
  public static Tensor any(Emitter e, Tensor x) {
    return whole(e, "Any", truth(e, x));
  }

  private static Tensor whole(Emitter e, String name, Tensor x) {
    int[] axes = IntStream.range(0, x.rank()).toArray();
    return e.op(name).raw(x, e.ints(axes)).attr("keep_dims", false).one();
  }

  /**
   * Tells whether two tensors hold the same.
   *
   * @param e where to
   * @param a one
   * @param b the other, of the same shape and type
   * @return a boolean without dimensions; false if anything is NaN
   */
  public static Tensor same(Emitter e, Tensor a, Tensor b) {
    return whole(e, "All", eq(e, a, b));
  }
}
