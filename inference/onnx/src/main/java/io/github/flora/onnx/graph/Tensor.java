package io.github.flora.onnx.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;

/**
 * A constant's content. That of an engine's array is fetched when it is needed, so that a graph
 * doesn't hold a second copy of all weights.
 */
public final class Tensor {

  private final DataType type;
  private final Shape shape;
  private final Object source;

  private Tensor(DataType type, Shape shape, Object source) {
    this.type = type;
    this.shape = shape;
    this.source = source;
  }

  /**
   * The content of an engine's array.
   *
   * @param array the array; must stay open and unchanged as long as the graph is used
   * @return the content
   */
  public static Tensor of(NDArray array) {
    return new Tensor(array.getDataType(), array.getShape(), array);
  }

  /**
   * Whole numbers.
   *
   * @param shape the shape
   * @param values as many values as the shape has elements
   * @return the content
   */
  public static Tensor of(Shape shape, long... values) {
    ByteBuffer bytes = allocate(8L * values.length);
    bytes.asLongBuffer().put(values);
    return new Tensor(DataType.INT64, shape, bytes);
  }

  /**
   * Numbers.
   *
   * @param shape the shape
   * @param values as many values as the shape has elements
   * @return the content
   */
  public static Tensor of(Shape shape, float... values) {
    return floats(shape, index -> values[index]);
  }

  /**
   * Numbers.
   *
   * @param shape the shape
   * @param value gives each by its index in row-major order
   * @return the content
   */
  public static Tensor floats(Shape shape, IntToDoubleFunction value) {
    int size = Math.toIntExact(shape.size());
    ByteBuffer bytes = allocate(4L * size);
    FloatBuffer numbers = bytes.asFloatBuffer();
    for (int i = 0; i < size; i++) {
      numbers.put(i, (float) value.applyAsDouble(i));
    }
    return new Tensor(DataType.FLOAT32, shape, bytes);
  }

  /**
   * One number.
   *
   * @param type its type
   * @param value its value; cut off where the type is a whole number
   * @return the content, without dimensions
   * @throws IllegalArgumentException if the type isn't one that ONNX Runtime computes with
   */
  public static Tensor scalar(DataType type, Number value) {
    ByteBuffer bytes = allocate(type.getNumOfBytes());
    switch (type) {
      case FLOAT32 -> bytes.putFloat(0, value.floatValue());
      case FLOAT64 -> bytes.putDouble(0, value.doubleValue());
      case INT64 -> bytes.putLong(0, value.longValue());
      case INT32 -> bytes.putInt(0, value.intValue());
      case INT8, UINT8 -> bytes.put(0, value.byteValue());
      case BOOLEAN -> bytes.put(0, (byte) (value.doubleValue() == 0 ? 0 : 1));
      default -> throw new IllegalArgumentException("no constants of type " + type);
    }
    return new Tensor(type, new Shape(), bytes);
  }

  private static ByteBuffer allocate(long bytes) {
    return ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The elements' type.
   *
   * @return the type
   */
  public DataType type() {
    return type;
  }

  /**
   * The dimensions.
   *
   * @return the shape
   */
  public Shape shape() {
    return shape;
  }

  /**
   * The elements.
   *
   * @return the elements in row-major order, little-endian; not to be changed
   */
  public ByteBuffer bytes() {
    if (source instanceof NDArray array) {
      // As on every platform that DJL's engines run on, the machine's order is little-endian.
      return array.toByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    }
    return ((ByteBuffer) source).duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The elements as numbers.
   *
   * @return the elements in row-major order; not to be changed
   * @throws IllegalStateException if they aren't of type FLOAT32
   */
  public FloatBuffer floats() {
    if (type != DataType.FLOAT32) {
      throw new IllegalStateException("a tensor of " + type + ", not FLOAT32");
    }
    return bytes().asFloatBuffer();
  }

  /** The first element, without dimensions. */
  Tensor first() {
    ByteBuffer bytes = allocate(type.getNumOfBytes());
    ByteBuffer all = bytes();
    bytes.put(0, all, all.position(), bytes.capacity());
    return new Tensor(type, new Shape(), bytes);
  }

  /** Whether both are the same content, by source or byte by byte. */
  boolean sameAs(Tensor other) {
    if (source == other.source) {
      return true;
    }
    return type == other.type
        && Objects.equals(shape, other.shape)
        && bytes().equals(other.bytes());
  }
}
