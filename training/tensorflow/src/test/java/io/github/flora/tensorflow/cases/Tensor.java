package io.github.flora.tensorflow.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.util.Float16Utils;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** An array outside of any engine, in which engines are compared. */
public final class Tensor {

  private final DataType type;
  private final Shape shape;
  private final double[] values;

  /**
   * Wraps numbers.
   *
   * @param type the element type
   * @param shape the shape
   * @param values the elements in row-major order; booleans are 0 and 1
   */
  Tensor(DataType type, Shape shape, double[] values) {
    if (values.length != shape.size()) {
      throw new IllegalArgumentException(values.length + " values for " + shape);
    }
    this.type = type;
    this.shape = shape;
    this.values = values;
  }

  DataType type() {
    return type;
  }

  Shape shape() {
    return shape;
  }

  /** The elements themselves, no copy. */
  double[] values() {
    return values;
  }

  static Tensor of(Shape shape, double... values) {
    return new Tensor(DataType.FLOAT32, shape, values);
  }

  /** Reads an array back through its bytes, the one way that every type has. */
  public static Tensor of(NDArray array) {
    ByteBuffer bytes = array.toByteBuffer();
    double[] values = new double[Math.toIntExact(array.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (array.getDataType()) {
            case FLOAT64 -> bytes.getDouble(8 * i);
            case FLOAT32 -> bytes.getFloat(4 * i);
            case FLOAT16 -> Float16Utils.halfToFloat(bytes.getShort(2 * i));
            case BFLOAT16 -> Float.intBitsToFloat(bytes.getShort(2 * i) << 16);
            case INT64, UINT64 -> bytes.getLong(8 * i);
            case INT32 -> bytes.getInt(4 * i);
            case UINT32 -> bytes.getInt(4 * i) & 0xFFFFFFFFL;
            case INT16 -> bytes.getShort(2 * i);
            case UINT16 -> bytes.getShort(2 * i) & 0xFFFF;
            case INT8 -> bytes.get(i);
            case UINT8 -> bytes.get(i) & 0xFF;
            case BOOLEAN -> bytes.get(i);
            default -> throw new IllegalArgumentException("no numbers: " + array.getDataType());
          };
    }
    return new Tensor(array.getDataType(), array.getShape(), values);
  }

  /** Reads a list of arrays. */
  public static List<Tensor> of(NDList arrays) {
    return arrays.stream().map(Tensor::of).toList();
  }

  /** Makes the array on an engine. */
  public NDArray create(NDManager manager) {
    ByteBuffer bytes = manager.allocateDirect(values.length * type.getNumOfBytes());
    for (double value : values) {
      switch (type) {
        case FLOAT64 -> bytes.putDouble(value);
        case FLOAT32 -> bytes.putFloat((float) value);
        case FLOAT16 -> bytes.putShort(Float16Utils.floatToHalf((float) value));
        case BFLOAT16 -> bytes.putShort((short) (Float.floatToRawIntBits((float) value) >> 16));
        case INT64, UINT64 -> bytes.putLong((long) value);
        case INT32, UINT32 -> bytes.putInt((int) (long) value);
        case INT16, UINT16 -> bytes.putShort((short) (int) value);
        case INT8, UINT8, BOOLEAN -> bytes.put((byte) (int) value);
        default -> throw new IllegalArgumentException("no numbers: " + type);
      }
    }
    bytes.rewind();
    return manager.create(bytes, shape, type);
  }

  /** The random weights of an output in the scalar that is differentiated. */
  static Tensor weights(DataType type, Shape shape, int output) {
    SplittableRandom random = new SplittableRandom(output);
    double[] values = new double[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(-8, 9) / 8.0;
    }
    return new Tensor(type, shape, values);
  }

  /** The same numbers in double precision, if they are of a floating type. */
  Tensor widened() {
    return type.isFloating() ? new Tensor(DataType.FLOAT64, shape, values.clone()) : this;
  }

  Tensor as(DataType other) {
    return new Tensor(other, shape, values);
  }

  double get(long index) {
    return values[Math.toIntExact(index)];
  }

  /** The element at a multi-dimensional index. */
  double at(long... index) {
    long flat = 0;
    for (int i = 0; i < index.length; i++) {
      flat = flat * shape.get(i) + index[i];
    }
    return get(flat);
  }

  Tensor map(DoubleUnaryOperator f) {
    double[] mapped = values.clone();
    for (int i = 0; i < mapped.length; i++) {
      mapped[i] = f.applyAsDouble(mapped[i]);
    }
    return new Tensor(type, shape, mapped);
  }

  /** Element by element with another of the same shape, or with one element. */
  Tensor zip(Tensor other, DoubleBinaryOperator f) {
    double[] zipped = values.clone();
    for (int i = 0; i < zipped.length; i++) {
      zipped[i] = f.applyAsDouble(zipped[i], other.values[other.values.length == 1 ? 0 : i]);
    }
    return new Tensor(type, shape, zipped);
  }

  /**
   * Fails unless another has the same type and shape and each element lies within {@code tolerance
   * × (1 + |expected|)}; NaN and infinities have to be the same.
   */
  public static void assertClose(Tensor expected, Tensor actual, double tolerance, String what) {
    assertEquals(expected.type, actual.type, what + ": type");
    assertEquals(expected.shape, actual.shape, what + ": shape");
    for (int i = 0; i < expected.values.length; i++) {
      double e = expected.values[i];
      double a = actual.values[i];
      boolean same =
          Double.isFinite(e)
              ? Math.abs(a - e) <= tolerance * (1 + Math.abs(e))
              : Double.compare(a, e) == 0;
      if (!same) {
        fail(
            "%s %s %s: element %d is %s instead of %s"
                .formatted(what, expected.type, expected.shape, i, a, e));
      }
    }
  }
}
