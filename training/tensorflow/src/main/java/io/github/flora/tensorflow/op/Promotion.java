package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.DataType;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tensor;

/**
 * Which element type comes out of tensors of different types: PyTorch's rules
 * (pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc). A tensor without dimensions
 * gives way to one with dimensions unless it is of a higher category: boolean, integer, floating.
 */
public final class Promotion {

  private Promotion() {}

  /**
   * Returns the type of a number, as DJL's managers make arrays of it.
   *
   * @param n the number
   * @return its type
   * @throws IllegalArgumentException for a class that DJL knows no type for
   */
  public static DataType typeOf(Number n) {
    if (n instanceof Integer) {
      return DataType.INT32;
    } else if (n instanceof Float) {
      return DataType.FLOAT32;
    } else if (n instanceof Double) {
      return DataType.FLOAT64;
    } else if (n instanceof Long) {
      return DataType.INT64;
    } else if (n instanceof Byte) {
      return DataType.INT8;
    }
    throw new IllegalArgumentException(
        "a number of %s has no type of an array".formatted(n.getClass().getName()));
  }

  /**
   * Makes a number a constant that doesn't change what {@link #common} says of the two.
   *
   * @param e where to
   * @param x what the number meets
   * @param n the number
   * @return a tensor without dimensions
   */
  public static Tensor number(Emitter e, Tensor x, Number n) {
    DataType own = typeOf(n);
    return e.scalar(n, x.type() == own ? own : common(x.type(), x.rank() == 0, own, true));
  }

  /**
   * Converts a tensor as an operation with a number would.
   *
   * @param e where to
   * @param x the tensor
   * @param n the number
   * @return the tensor in the type that it and the number have in common
   */
  static Tensor meeting(Emitter e, Tensor x, Number n) {
    return Elementwise.cast(e, x, common(x.type(), x.rank() == 0, typeOf(n), true));
  }

  /**
   * Returns the type of numbers between bounds. Unlike in arithmetic the bounds count as numbers of
   * Python: whatever their width, they only turn booleans into int64, and integers into float32.
   *
   * @param x the tensor
   * @param bounds the bounds
   * @return the type
   */
  static DataType bounded(Tensor x, Number... bounds) {
    int highest = category(x.type());
    for (Number bound : bounds) {
      highest = Math.max(highest, category(typeOf(bound)));
    }
    if (highest == category(x.type())) {
      return x.type();
    }
    return highest == 2 ? DataType.FLOAT32 : DataType.INT64;
  }

  /**
   * Returns the type in which two tensors meet.
   *
   * @param a one
   * @param b the other
   * @return the common type
   */
  public static DataType common(Tensor a, Tensor b) {
    return a.type() == b.type()
        ? a.type()
        : common(a.type(), a.rank() == 0, b.type(), b.rank() == 0);
  }

  private static DataType common(DataType a, boolean scalarA, DataType b, boolean scalarB) {
    if (scalarA != scalarB) {
      DataType high = scalarA ? b : a;
      DataType low = scalarA ? a : b;
      if (category(high) >= category(low)) {
        return high;
      }
    }
    return join(a, b);
  }

  private static DataType join(DataType a, DataType b) {
    if (a == b) {
      return a;
    }
    int difference = category(a) - category(b);
    if (difference != 0) {
      return difference > 0 ? a : b;
    }
    if (a.isFloating()) {
      if (a == DataType.FLOAT64 || b == DataType.FLOAT64) {
        return DataType.FLOAT64;
      }
      // Neither 16-bit type holds the other.
      return DataType.FLOAT32;
    }
    if (a.getNumOfBytes() != b.getNumOfBytes() && !wideUnsigned(a) && !wideUnsigned(b)) {
      return a.getNumOfBytes() > b.getNumOfBytes() ? a : b;
    }
    if (a.getNumOfBytes() == 1 && b.getNumOfBytes() == 1) {
      return DataType.INT16;
    }
    throw new IllegalArgumentException(
        "%s and %s have no common type: convert one of them".formatted(a, b));
  }

  private static boolean wideUnsigned(DataType type) {
    return type == DataType.UINT16 || type == DataType.UINT32 || type == DataType.UINT64;
  }

  private static int category(DataType type) {
    if (type == DataType.BOOLEAN) {
      return 0;
    }
    if (type.isFloating() && type != DataType.COMPLEX64) {
      return 2;
    }
    if (type.isInteger()) {
      return 1;
    }
    throw new UnsupportedOperationException("arithmetic on arrays of " + type);
  }

  /**
   * Converts to a floating type for a function that only those have.
   *
   * @param e where to
   * @param x the tensor
   * @return the tensor itself, or as float32
   */
  public static Tensor floating(Emitter e, Tensor x) {
    return x.type().isFloating() ? x : Elementwise.cast(e, x, DataType.FLOAT32);
  }

  /**
   * Makes a result fit to replace what it was computed from.
   *
   * @param e where to
   * @param x what is to be replaced
   * @param result the result
   * @return the result in x's type
   * @throws IllegalArgumentException if the shapes differ, or the type can't hold such numbers
   */
  public static Tensor into(Emitter e, Tensor x, Tensor result) {
    if (!result.shape().equals(x.shape())) {
      throw new IllegalArgumentException(
          "an array of shape %s can't hold a result of shape %s in place"
              .formatted(x.shape(), result.shape()));
    }
    if (category(result.type()) > category(x.type())) {
      throw new IllegalArgumentException(
          "an array of %s can't hold a result of %s in place".formatted(x.type(), result.type()));
    }
    return Elementwise.cast(e, result, x.type());
  }
}
