package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.Op;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import java.util.List;

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
      Tensor y =
          max(
              e,
              Reshaping.expanded(e, x),
              wide(kernel, 1),
              wide(stride, 1),
              wide(padding, 0),
              ceiling);
      return Reshaping.squeezed(e, y);
    }
    check(x, "maxPool");
    Pooling piece = new Pooling(x.shape(), kernel, stride, padding, ceiling);
    List<?> settings = List.of(kernel, stride, padding, ceiling);
    Tensor image = e.as(Layout.NHWC, x);
    Tensor y = piece.maximum(e, piece.window.pad(e, image, least(x.type())));
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

  private Tensor maximum(Emitter e, Tensor padded) {
    return set(e.op("MaxPool").raw(padded)).one(Layout.NHWC);
  }

  /** Computes the maxima once more: only so does TensorFlow use its fast gradient. */
  private Tensor[] maximumGradient(Emitter e, Tensor x, Tensor gradient) {
    Tensor padded = window.pad(e, e.as(Layout.NHWC, x), least(x.type()));
    Op op = e.op("MaxPoolGrad").raw(padded, maximum(e, padded), e.as(Layout.NHWC, gradient));
    return new Tensor[] {window.unpad(e, set(op).one(Layout.NHWC))};
  }
}
