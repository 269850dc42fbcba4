package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** New tensors: constants, ranges, random numbers. */
public final class Creation {

  private Creation() {}

  /**
   * Makes a tensor of one number.
   *
   * @param e where to
   * @param shape the dimensions
   * @param value the number
   * @param type the element type
   * @return the tensor
   */
  public static Tensor full(Emitter e, Shape shape, Number value, DataType type) {
    return e.op("Fill").in(e.dims(shape), e.scalar(value, type)).one();
  }

  /**
   * Makes a range, computed in the type asked for.
   *
   * @param e where to
   * @param start the first number
   * @param stop where it ends, exclusive
   * @param step the difference, not 0
   * @param type the element type
   * @return ceil((stop − start) / step) numbers, none if the step leads away from stop
   */
  public static Tensor arange(Emitter e, float start, float stop, float step, DataType type) {
    if (Math.signum(stop - start) != Math.signum(step)) {
      return full(e, new Shape(0), 0, type);
    }
    // TensorFlow's Range knows few types.
    DataType inner = type.isFloating() && type != DataType.FLOAT64 ? DataType.FLOAT32 : type;
    if (!type.isFloating()) {
      inner = DataType.INT64;
    }
    Tensor range =
        e.op("Range")
            .in(e.scalar(start, inner), e.scalar(stop, inner), e.scalar(step, inner))
            .one();
    return Elementwise.cast(e, range, type);
  }

  /**
   * Makes a matrix of zeros with ones on a diagonal.
   *
   * @param e where to
   * @param rows number of rows
   * @param cols number of columns
   * @param k the diagonal: 0 the main one, above 0 to its right
   * @param type the element type
   * @return the matrix
   */
  public static Tensor eye(Emitter e, int rows, int cols, int k, DataType type) {
    Tensor down = e.op("ExpandDims").in(range(e, rows), e.scalar(1, DataType.INT32)).one();
    Tensor across = e.op("Sub").in(range(e, cols), e.scalar(k, DataType.INT64)).one();
    return Elementwise.cast(e, e.op("Equal").in(down, across).one(), type);
  }

  private static Tensor range(Emitter e, long n) {
    return arange(e, 0, (float) n, 1, DataType.INT64);
  }

  /**
   * Makes evenly spaced numbers.
   *
   * @param e where to
   * @param start the first
   * @param stop the last, or what would follow it
   * @param num how many
   * @param endpoint whether stop is the last of them
   * @return a float32 tensor of one dimension
   */
  public static Tensor linspace(Emitter e, float start, float stop, int num, boolean endpoint) {
    double step = ((double) stop - start) / (endpoint ? Math.max(1, num - 1) : num);
    float[] numbers = new float[num];
    for (int i = 0; i < num; i++) {
      numbers[i] = (float) (start + i * step);
    }
    if (endpoint && num > 1) {
      numbers[num - 1] = stop;
    }
    ByteBuffer data = ByteBuffer.allocate(num * Float.BYTES).order(ByteOrder.nativeOrder());
    data.asFloatBuffer().put(numbers);
    return e.constant(data, new Shape(num), DataType.FLOAT32);
  }

  /**
   * Draws whole numbers evenly.
   *
   * @param e where to
   * @param low the least
   * @param high above the greatest
   * @param shape the dimensions
   * @param type the element type
   * @return the numbers
   */
  public static Tensor randomInteger(Emitter e, long low, long high, Shape shape, DataType type) {
    Tensor drawn =
        e.op("StatelessRandomUniformInt")
            .in(
                e.dims(shape),
                e.nextSeed(),
                e.scalar(low, DataType.INT64),
                e.scalar(high, DataType.INT64))
            .one();
    return Elementwise.cast(e, drawn, type);
  }

  /**
   * Draws an order.
   *
   * @param e where to
   * @param n how many numbers
   * @return 0 to n − 1 as int64, shuffled
   */
  public static Tensor randomPermutation(Emitter e, long n) {
    Tensor keys = uniform(e, new Shape(n), DataType.FLOAT64);
    Tensor[] sorted =
        e.op("TopKV2")
            .in(keys, e.scalar(n, DataType.INT32))
            .attr("index_type", DataType.INT64)
            .all(2);
    return sorted[1];
  }

  private static Tensor uniform(Emitter e, Shape shape, DataType type) {
    return e.op("StatelessRandomUniform").in(e.dims(shape), e.nextSeed()).attr("dtype", type).one();
  }

  /**
   * Draws evenly from an interval.
   *
   * @param e where to
   * @param low its lower end, inclusive
   * @param high its upper end, exclusive
   * @param shape the dimensions
   * @param type a floating type
   * @return the numbers
   */
  public static Tensor randomUniform(Emitter e, float low, float high, Shape shape, DataType type) {
    return shifted(e, uniform(e, shape, type), low, (double) high - low);
  }

  /**
   * Draws from a normal distribution.
   *
   * @param e where to
   * @param loc its mean
   * @param scale its standard deviation
   * @param shape the dimensions
   * @param type a floating type
   * @return the numbers
   */
  public static Tensor randomNormal(Emitter e, float loc, float scale, Shape shape, DataType type) {
    return drawn(e, "StatelessRandomNormal", loc, scale, shape, type);
  }

  /**
   * Draws from a normal distribution, again where a number lies more than two standard deviations
   * from the mean.
   *
   * @param e where to
   * @param loc the mean
   * @param scale the standard deviation before cutting off
   * @param shape the dimensions
   * @param type a floating type
   * @return the numbers
   */
  public static Tensor truncatedNormal(
      Emitter e, float loc, float scale, Shape shape, DataType type) {
    return drawn(e, "StatelessTruncatedNormal", loc, scale, shape, type);
  }

  private static Tensor drawn(
      Emitter e, String generator, float loc, float scale, Shape shape, DataType type) {
    Tensor standard = e.op(generator).in(e.dims(shape), e.nextSeed()).attr("dtype", type).one();
    return shifted(e, standard, loc, scale);
  }

  private static Tensor shifted(Emitter e, Tensor drawn, double by, double scale) {
    Tensor scaled = scale == 1 ? drawn : e.op("Mul").in(drawn, e.scalar(scale, drawn.type())).one();
    return by == 0 ? scaled : e.op("AddV2").in(scaled, e.scalar(by, drawn.type())).one();
  }
}
