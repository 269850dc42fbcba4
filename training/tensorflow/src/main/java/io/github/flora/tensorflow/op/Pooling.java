package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.Op;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;

/** Pooling over windows and over whole images, computed in N×H×W×C. */
public final class Pooling {

  private final Window window;
  private final long[] kernel;

  private Pooling(Shape image, Shape kernel, Shape stride, Shape padding, boolean ceiling) {
    for (int i = 0; i < 2; i++) {
      if (padding.get(i) * 2 > kernel.get(i)) {
        throw new IllegalArgumentException(
            "padding has to be at most half of the kernel, not %s for a kernel of %s"
                .formatted(padding, kernel));
      }
    }
    this.window = Window.of(image, kernel, stride, padding, new Shape(1, 1), ceiling);
    this.kernel = new long[] {1, kernel.get(0), kernel.get(1), 1};
  }

  private static void check(Tensor x, String name) {
    if (x.rank() != 4) {
      throw new UnsupportedOperationException(
          "TensorFlow's engine has no %s of %d dimensions yet".formatted(name, x.rank() - 2));
    }
  }

  /** Pooling of images, to be used on sequences. */
  private interface Piece {
    Tensor of(Tensor x, Shape kernel, Shape stride, Shape padding);
  }

  /** Pools N×C×W as N×C×1×W. */
  private static Tensor flat(
      Emitter e, Tensor x, Shape kernel, Shape stride, Shape padding, Piece piece) {
    Tensor image = Shaping.expandDims(e, x, 2);
    return Shaping.squeeze(
        e, piece.of(image, wide(kernel, 1), wide(stride, 1), wide(padding, 0)), 2);
  }

  /** What comes of an empty batch: oneDNN's kernels can't take one. */
  static Tensor nothing(Emitter e, Shape shape, Tensor... inputs) {
    Tensor y = e.as(Layout.NHWC, Creation.full(e, shape, 0, inputs[0].type()));
    return Tape.record(
        y,
        outputs -> {
          Tensor[] zeros = new Tensor[inputs.length];
          for (int i = 0; i < zeros.length; i++) {
            zeros[i] = Elementwise.zerosLike(e, inputs[i]);
          }
          return zeros;
        },
        inputs);
  }

  private Shape places(Tensor x) {
    Shape shape = x.shape();
    return new Shape(shape.get(0), shape.get(1), window.rows().places(), window.columns().places());
  }

  private static Shape wide(Shape one, long ahead) {
    return new Shape(ahead, one.get(0));
  }

  private Op set(Op op) {
    return op.attr("ksize", kernel)
        .attr("strides", window.strides())
        .attr("padding", window.padding());
  }

  /**
   * Takes the greatest number of each window.
   *
   * @param e where to
   * @param x N×C×H×W, or N×C×W
   * @param kernel height and width of the window
   * @param stride at least 1 for each
   * @param padding on both sides, never the greatest; at most half of the kernel
   * @param ceiling whether a last window may reach beyond the padding
   * @return N×C×H'×W', or N×C×W'
   */
  public static Tensor max(
      Emitter e, Tensor x, Shape kernel, Shape stride, Shape padding, boolean ceiling) {
    if (x.rank() == 3) {
      return flat(e, x, kernel, stride, padding, (y, k, s, p) -> max(e, y, k, s, p, ceiling));
    }
    check(x, "maxPool");
    Pooling piece = new Pooling(x.shape(), kernel, stride, padding, ceiling);
    List<?> settings = List.of(kernel, stride, padding, ceiling);
    if (x.shape().size() == 0) {
      return nothing(e, piece.places(x), x);
    }
    Tensor y = e.function("maxPool", settings, (em, in) -> piece.maxima(em, in[0]), x)[0];
    return Tape.record(
        y,
        outputs ->
            e.function(
                "maxPoolGradient",
                settings,
                (em, in) -> piece.maximumGradient(em, in[0], in[1]),
                x,
                Elementwise.given(outputs)),
        x);
  }

  private static double least(DataType type) {
    return type.isFloating() ? Double.NEGATIVE_INFINITY : type == DataType.UINT8 ? 0 : -128;
  }

  private Tensor[] maxima(Emitter e, Tensor x) {
    return new Tensor[] {maximum(e, window.pad(e, e.as(Layout.NHWC, x), least(x.type())))};
  }

  private Tensor maximum(Emitter e, Tensor padded) {
    return set(e.op("MaxPool").raw(padded)).one(Layout.NHWC);
  }

  /** Computes the maxima once more: only so does TensorFlow use its fast gradient. */
  private Tensor[] maximumGradient(Emitter e, Tensor x, Tensor gradient) {
    Tensor padded = window.pad(e, e.as(Layout.NHWC, x), least(x.type()));
    Op op = e.op("MaxPoolGrad").raw(padded, maximum(e, padded), e.as(Layout.NHWC, gradient));
    return new Tensor[] {window.unpad(e, set(op).one(Layout.NHWC))};
  }

  /**
   * Takes the mean of each window.
   *
   * @param e where to
   * @param x N×C×H×W, or N×C×W
   * @param kernel height and width of the window
   * @param stride at least 1 for each
   * @param padding zeros on both sides; at most half of the kernel
   * @param ceiling whether a last window may reach beyond the padding
   * @param counted whether the padding counts among what is averaged; what lies beyond it never
   *     does
   * @return N×C×H'×W', or N×C×W'
   */
  public static Tensor average(
      Emitter e,
      Tensor x,
      Shape kernel,
      Shape stride,
      Shape padding,
      boolean ceiling,
      boolean counted) {
    if (x.rank() == 3) {
      return flat(
          e, x, kernel, stride, padding, (y, k, s, p) -> average(e, y, k, s, p, ceiling, counted));
    }
    check(x, "avgPool");
    Reductions.floating(x, "avgPool");
    Pooling piece = new Pooling(x.shape(), kernel, stride, padding, ceiling);
    List<?> settings = List.of(kernel, stride, padding, ceiling, counted);
    if (x.shape().size() == 0) {
      return nothing(e, piece.places(x), x);
    }
    Tensor y = e.function("avgPool", settings, (em, in) -> piece.means(em, in[0], counted), x)[0];
    return Tape.record(
        y,
        outputs ->
            e.function(
                "avgPoolGradient",
                settings,
                (em, in) -> piece.meansGradient(em, in[0], in[1], counted),
                x,
                Elementwise.given(outputs)),
        x);
  }

  private Tensor[] means(Emitter e, Tensor x, boolean counted) {
    Tensor padded = window.pad(e, e.as(Layout.NHWC, x), 0);
    Tensor y = set(e.op("AvgPool").raw(padded)).one(Layout.NHWC);
    return new Tensor[] {corrected(e, y, counted)};
  }

  private Tensor[] meansGradient(Emitter e, Tensor x, Tensor gradient, boolean counted) {
    Tensor g = corrected(e, e.as(Layout.NHWC, gradient), counted);
    Op op = e.op("AvgPoolGrad").raw(e.ints(window.paddedSizes(x.shape())), g);
    return new Tensor[] {window.unpad(e, set(op).one(Layout.NHWC))};
  }

  /** Makes means of as many numbers as TensorFlow sees means of as many as are to be counted. */
  private Tensor corrected(Emitter e, Tensor y, boolean counted) {
    int rows = Math.toIntExact(window.rows().places());
    int columns = Math.toIntExact(window.columns().places());
    ByteBuffer data =
        ByteBuffer.allocate(rows * columns * Float.BYTES).order(ByteOrder.nativeOrder());
    boolean differs = false;
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        double seen = seen(window.rows(), i) * seen(window.columns(), j);
        double wanted = window.rows().covered(i, counted) * window.columns().covered(j, counted);
        differs |= seen != wanted;
        data.putFloat((float) (seen / wanted));
      }
    }
    if (!differs) {
      return y;
    }
    Tensor factors = e.constant(data.rewind(), new Shape(1, rows, columns, 1), DataType.FLOAT32);
    return e.op("Mul").raw(y, Elementwise.cast(e, factors, y.type())).one(Layout.NHWC);
  }

  /** By how many TensorFlow divides: the padding that it does itself isn't counted. */
  private double seen(Window.Axis axis, long place) {
    return window.explicit() ? axis.kernel() : axis.covered(place, false);
  }

  /**
   * Takes the p-norm of each window as PyTorch does: (mean of xᵖ · size of the kernel)^(1/p).
   *
   * @param e where to
   * @param x N×C×H×W, or N×C×W
   * @param norm p, not 0
   * @param kernel height and width of the window
   * @param stride at least 1 for each
   * @param padding zeros on both sides; at most half of the kernel
   * @param ceiling whether a last window may reach beyond the padding
   * @return N×C×H'×W', or N×C×W'
   */
  public static Tensor norm(
      Emitter e,
      Tensor x,
      double norm,
      Shape kernel,
      Shape stride,
      Shape padding,
      boolean ceiling) {
    Tensor powers = norm == 1 ? x : Arithmetic.pow(e, x, e.scalar(norm, x.type()));
    Tensor means = average(e, powers, kernel, stride, padding, ceiling, true);
    Tensor sums = Elementwise.scaled(e, means, kernel.size());
    return norm == 1 ? sums : Arithmetic.pow(e, sums, e.scalar(1 / norm, x.type()));
  }

  /**
   * Takes the mean of each channel of each image.
   *
   * @param e where to
   * @param x N×C×…
   * @return N×C
   */
  public static Tensor globalAverage(Emitter e, Tensor x) {
    return Reductions.mean(e, x, inner(x), false);
  }

  /**
   * Takes the greatest number of each channel of each image.
   *
   * @param e where to
   * @param x N×C×H×W, or N×C×W
   * @return N×C
   */
  public static Tensor globalMax(Emitter e, Tensor x) {
    Shape kernel = x.shape().slice(2);
    return squeezed(e, max(e, x, kernel, kernel, none(kernel), false));
  }

  /**
   * Takes the p-norm of each channel of each image.
   *
   * @param e where to
   * @param x N×C×H×W, or N×C×W
   * @param norm p, not 0
   * @return N×C
   */
  public static Tensor globalNorm(Emitter e, Tensor x, double norm) {
    Shape kernel = x.shape().slice(2);
    return squeezed(e, norm(e, x, norm, kernel, kernel, none(kernel), false));
  }

  private static Shape none(Shape kernel) {
    return new Shape(new long[kernel.dimension()]);
  }

  private static Tensor squeezed(Emitter e, Tensor x) {
    return Shaping.reshape(e, x, x.shape().slice(0, 2));
  }

  private static int[] inner(Tensor x) {
    if (x.rank() < 3) {
      throw new IllegalArgumentException("pooling takes N×C×…, not " + x.shape());
    }
    return IntStream.range(2, x.rank()).toArray();
  }
}
