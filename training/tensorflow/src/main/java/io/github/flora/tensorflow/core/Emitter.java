package io.github.flora.tensorflow.core;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Where operations go. An operation and its gradient are written once, over this; the eager emitter
 * carries them out at once, the graph emitter makes them nodes of a function.
 */
public abstract class Emitter {

  Emitter() {}

  /**
   * Starts an operation.
   *
   * @param type its name in TensorFlow, such as {@code MatMul}
   * @return the operation, to be given inputs and attributes
   */
  public abstract Op op(String type);

  /**
   * Starts an operation that runs only after tensors were computed, even if it takes none of them.
   *
   * @param type its name in TensorFlow
   * @param before what has to be there first
   * @return the operation
   */
  public abstract Op opAfter(String type, Tensor... before);

  /**
   * Makes a constant.
   *
   * @param data the numbers in native byte order, from position 0 to the limit
   * @param shape the dimensions
   * @param type the element type
   * @return the tensor
   */
  public abstract Tensor constant(ByteBuffer data, Shape shape, DataType type);

  /**
   * Makes a small constant that is kept for the next time it is asked for.
   *
   * @param data its content
   * @param shape the dimensions
   * @param type the element type
   * @return the tensor
   */
  abstract Tensor kept(ByteBuffer data, Shape shape, DataType type);

  /**
   * Does some work in a frame of its own: every tensor that is made meanwhile on this thread, and
   * that nobody retained, is released at the end.
   *
   * @param <T> what comes of the work
   * @param work what to do
   * @return its result; a tensor among it has to be retained
   */
  public abstract <T> T framed(Supplier<T> work);

  /**
   * Carries out a piece of several operations as one function, which TensorFlow optimises as a
   * whole. Inside a function under construction the operations are simply added to it. Gradients
   * aren't recorded inside.
   *
   * @param name says what the piece does
   * @param settings everything but the inputs' types, shapes and layouts that changes the
   *     operations
   * @param body the operations
   * @param inputs what the body works on
   * @return what the body returned
   */
  public abstract Tensor[] function(String name, List<?> settings, Body body, Tensor... inputs);

  /** The operations of a function. */
  public interface Body {
    /**
     * Adds the operations.
     *
     * @param emitter where to
     * @param inputs stand for the function's inputs
     * @return the function's outputs
     */
    Tensor[] emit(Emitter emitter, Tensor[] inputs);
  }

  /**
   * Returns the seed of the next random operation, two int64 numbers for TensorFlow's stateless
   * generators.
   *
   * @return a seed that wasn't used since the engine was seeded
   */
  public abstract Tensor nextSeed();

  /**
   * Returns a tensor that lies in memory as its shape says.
   *
   * @param tensor a tensor of any layout
   * @return the same numbers
   */
  public final Tensor plain(Tensor tensor) {
    return tensor.layout() == Layout.PLAIN
        ? tensor
        : transpose(tensor, tensor.layout().toPlain(), Layout.PLAIN);
  }

  /**
   * Returns a tensor that lies in memory as asked for.
   *
   * @param tensor a tensor of any layout
   * @param layout the order of memory; its number of dimensions has to be the tensor's
   * @return the same numbers
   */
  public final Tensor as(Layout layout, Tensor tensor) {
    if (tensor.layout() == layout) {
      return tensor;
    }
    Tensor plain = plain(tensor);
    return layout == Layout.PLAIN ? plain : transpose(plain, layout.fromPlain(), layout);
  }

  private Tensor transpose(Tensor tensor, int[] permutation, Layout layout) {
    // As a function, since eager mode misses TensorFlow's fast transpose of four dimensions.
    return function(
        "transpose",
        List.of(layout, Arrays.toString(permutation)),
        (e, in) -> new Tensor[] {e.op("Transpose").raw(in[0], e.ints(permutation)).one(layout)},
        tensor)[0];
  }

  /**
   * Returns the same memory under another layout: only what is seen changes.
   *
   * @param tensor the tensor
   * @param layout how its memory is to be understood
   * @return a tensor that shares the numbers
   */
  public abstract Tensor relabelled(Tensor tensor, Layout layout);

  /**
   * Makes a constant of no dimensions.
   *
   * @param value the number, brought into the type's range as a cast does
   * @param type a numeric type or boolean
   * @return the tensor
   */
  public final Tensor scalar(Number value, DataType type) {
    ByteBuffer data = buffer(type.getNumOfBytes());
    switch (type) {
      case FLOAT32 -> data.putFloat(value.floatValue());
      case FLOAT64 -> data.putDouble(value.doubleValue());
      case FLOAT16 -> data.putShort(Halves.fromFloat(value.floatValue()));
      case BFLOAT16 -> data.putShort(Halves.brainFromFloat(value.floatValue()));
      case INT64, UINT64 -> data.putLong(value.longValue());
      case INT32, UINT32 -> data.putInt((int) value.longValue());
      case INT16, UINT16 -> data.putShort((short) value.longValue());
      case INT8, UINT8 -> data.put((byte) value.longValue());
      case BOOLEAN -> data.put((byte) (value.doubleValue() == 0 ? 0 : 1));
      default -> throw new UnsupportedOperationException("a scalar of type " + type);
    }
    return kept(data.rewind(), new Shape(), type);
  }

  /**
   * Makes a constant of one dimension.
   *
   * @param values the numbers
   * @return an int32 tensor
   */
  public final Tensor ints(int... values) {
    ByteBuffer data = buffer(values.length * Integer.BYTES);
    data.asIntBuffer().put(values);
    return kept(data, new Shape(values.length), DataType.INT32);
  }

  /**
   * Makes a constant of one dimension.
   *
   * @param values the numbers
   * @return an int64 tensor
   */
  public final Tensor longs(long... values) {
    ByteBuffer data = buffer(values.length * Long.BYTES);
    data.asLongBuffer().put(values);
    return kept(data, new Shape(values.length), DataType.INT64);
  }

  /**
   * Makes a constant for an operation that wants a shape.
   *
   * @param shape the dimensions
   * @return an int64 tensor of one dimension
   */
  public final Tensor dims(Shape shape) {
    return longs(shape.getShape());
  }

  static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
  }
}
