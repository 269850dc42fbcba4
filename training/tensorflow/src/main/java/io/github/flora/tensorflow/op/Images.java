package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Operations on pictures. Scaled as by DJL's PyTorch engine: with antialiasing. */
public final class Images {

  private Images() {}

  /** How pixels are made of others; in the order of DJL's {@code Image.Interpolation}. */
  private enum Mode {
    NEAREST,
    BILINEAR,
    AREA,
    BICUBIC;

    static Mode of(int number) {
      if (number < 0 || number >= values().length) {
        throw new UnsupportedOperationException(
            "TensorFlow's engine has no interpolation number " + number);
      }
      return values()[number];
    }
  }

  /**
   * Scales images.
   *
   * @param e where to
   * @param x N×C×H×W, of a floating type
   * @param height the new height
   * @param width the new width
   * @param mode 0 nearest, 1 bilinear, 2 area, 3 bicubic; bilinear and bicubic with antialiasing
   * @param alignCorners bilinear alone: whether the middles of the outermost pixels stay in place,
   *     not their edges; then there is no antialiasing
   * @return N×C×height×width
   */
  public static Tensor interpolation(
      Emitter e, Tensor x, long height, long width, int mode, boolean alignCorners) {
    Shape shape = x.shape();
    if (shape.dimension() != 4) {
      throw new UnsupportedOperationException(
          "TensorFlow's engine has no interpolation of %d dimensions yet"
              .formatted(shape.dimension() - 2));
    }
    if (height < 1 || width < 1 || shape.get(2) < 1 || shape.get(3) < 1) {
      throw new IllegalArgumentException(
          "images of %s can't be scaled to %d×%d".formatted(shape, height, width));
    }
    Tensor size = e.ints(Math.toIntExact(height), Math.toIntExact(width));
    Tensor y =
        switch (Mode.of(mode)) {
          case NEAREST -> nearest(e, x, size);
          case BILINEAR ->
              alignCorners ? aligned(e, x, size) : smooth(e, x, height, width, "triangle");
          case AREA -> area(e, x, height, width);
          case BICUBIC -> {
            if (alignCorners) {
              throw new UnsupportedOperationException(
                  "TensorFlow's engine has no bicubic interpolation with aligned corners yet");
            }
            yield smooth(e, x, height, width, "keyscubic");
          }
        };
    return Elementwise.cast(e, y, x.type());
  }

  private static Tensor nearest(Emitter e, Tensor x, Tensor size) {
    Shape shape = x.shape();
    Tensor y = e.op("ResizeNearestNeighbor").raw(e.as(Layout.NHWC, x), size).one(Layout.NHWC);
    return Tape.record(
        y,
        outputs -> {
          Tensor g = e.as(Layout.NHWC, Elementwise.given(outputs));
          Tensor from = e.ints(Math.toIntExact(shape.get(2)), Math.toIntExact(shape.get(3)));
          return new Tensor[] {e.op("ResizeNearestNeighborGrad").raw(g, from).one(Layout.NHWC)};
        },
        x);
  }

  private static Tensor aligned(Emitter e, Tensor x, Tensor size) {
    Tensor y =
        e.op("ResizeBilinear")
            .raw(e.as(Layout.NHWC, x), size)
            .attr("align_corners", true)
            .one(Layout.NHWC);
    return Tape.record(
        y,
        outputs -> {
          Tensor g = e.as(Layout.NHWC, Elementwise.given(outputs));
          Tensor found =
              e.op("ResizeBilinearGrad")
                  .raw(g, e.as(Layout.NHWC, x))
                  .attr("align_corners", true)
                  .one(Layout.NHWC);
          return new Tensor[] {found};
        },
        x);
  }

  /** Antialiased: a kernel that widens with the old pixels that make up a new one. */
  private static Tensor smooth(Emitter e, Tensor given, long height, long width, String kernel) {
    Tensor x = Elementwise.cast(e, given, DataType.FLOAT32);
    float down = (float) height / x.shape().get(2);
    float across = (float) width / x.shape().get(3);
    Tensor size = e.ints(Math.toIntExact(height), Math.toIntExact(width));
    Tensor y =
        e.op("ScaleAndTranslate")
            .raw(e.as(Layout.NHWC, x), size, pair(e, down, across), pair(e, 0, 0))
            .attr("kernel_type", kernel)
            .one(Layout.NHWC);
    return Tape.record(
        y,
        outputs -> {
          Tensor g = e.as(Layout.NHWC, Elementwise.given(outputs));
          Tensor found =
              e.op("ScaleAndTranslateGrad")
                  .raw(g, e.as(Layout.NHWC, x), pair(e, down, across), pair(e, 0, 0))
                  .attr("kernel_type", kernel)
                  .one(Layout.NHWC);
          return new Tensor[] {found};
        },
        x);
  }

  private static Tensor pair(Emitter e, float a, float b) {
    ByteBuffer data = ByteBuffer.allocate(2 * Float.BYTES).order(ByteOrder.nativeOrder());
    return e.constant(data.putFloat(a).putFloat(b).rewind(), new Shape(2), DataType.FLOAT32);
  }

  private static Tensor area(Emitter e, Tensor x, long height, long width) {
    Tensor rows = shares(e, x.shape().get(2), height, x.type());
    Tensor columns = shares(e, x.shape().get(3), width, x.type());
    Tensor down = Products.matMul(e, rows, x);
    return Products.matMul(e, down, Shaping.transpose(e, columns, 1, 0));
  }

  /** The share of each old pixel in each new one along an axis, new × old. */
  private static Tensor shares(Emitter e, long from, long to, DataType type) {
    int old = Math.toIntExact(from);
    int fresh = Math.toIntExact(to);
    ByteBuffer data = ByteBuffer.allocate(old * fresh * Float.BYTES).order(ByteOrder.nativeOrder());
    for (int i = 0; i < fresh; i++) {
      int first = Math.toIntExact((long) i * old / fresh);
      int last = Math.toIntExact(-Math.floorDiv(-(i + 1L) * old, (long) fresh));
      for (int j = 0; j < old; j++) {
        data.putFloat(j >= first && j < last ? 1f / (last - first) : 0);
      }
    }
    return Elementwise.cast(
        e, e.constant(data.rewind(), new Shape(fresh, old), DataType.FLOAT32), type);
  }

  /**
   * Scales pictures.
   *
   * @param e where to
   * @param x H×W×C or N×H×W×C, of any numeric type
   * @param height the new height
   * @param width the new width
   * @param mode as for {@link #interpolation}
   * @return height×width×C or N×height×width×C, of x's type
   */
  public static Tensor resize(Emitter e, Tensor x, long height, long width, int mode) {
    Tensor batch = batch(e, x);
    Tensor floats = Elementwise.cast(e, batch, DataType.FLOAT32);
    Tensor image = Shaping.transpose(e, floats, 0, 3, 1, 2);
    Tensor scaled = interpolation(e, image, height, width, mode, false);
    Tensor y = Shaping.transpose(e, scaled, 0, 2, 3, 1);
    if (x.type() == DataType.UINT8) {
      y = MathFunctions.clip(e, y, 0, 255); // bicubic goes beyond
    }
    y = Elementwise.cast(e, y, x.type());
    return x.rank() == 3 ? Shaping.squeeze(e, y, 0) : y;
  }

  private static void check(Tensor x) {
    if (x.rank() != 3 && x.rank() != 4) {
      throw new IllegalArgumentException("pictures are H×W×C or N×H×W×C, not " + x.shape());
    }
  }

  private static Tensor batch(Emitter e, Tensor x) {
    check(x);
    return x.rank() == 3 ? Shaping.expandDims(e, x, 0) : x;
  }

  /**
   * Makes pictures the input of a network.
   *
   * @param e where to
   * @param x H×W×C or N×H×W×C, from 0 to 255
   * @return float32, C×H×W or N×C×H×W, from 0 to 1
   */
  public static Tensor toTensor(Emitter e, Tensor x) {
    Tensor floats = Elementwise.cast(e, batch(e, x), DataType.FLOAT32);
    Tensor y =
        Shaping.transpose(
            e, Arithmetic.div(e, floats, e.scalar(255, DataType.FLOAT32)), 0, 3, 1, 2);
    return x.rank() == 3 ? Shaping.squeeze(e, y, 0) : y;
  }

  /**
   * Mirrors all or none, with equal probability.
   *
   * @param e where to
   * @param x H×W×C or N×H×W×C
   * @param across left to right, otherwise upside down
   * @return shaped like x
   */
  public static Tensor randomFlip(Emitter e, Tensor x, boolean across) {
    check(x);
    int axis = x.rank() - (across ? 2 : 3);
    Tensor flipped = Shaping.flip(e, x, axis);
    Tensor drawn =
        e.op("StatelessRandomUniform")
            .raw(e.dims(new Shape()), e.nextSeed())
            .attr("dtype", DataType.FLOAT32)
            .one();
    Tensor heads = e.op("Less").raw(drawn, e.scalar(0.5, DataType.FLOAT32)).one();
    return Joining.where(e, heads, flipped, x);
  }
}
