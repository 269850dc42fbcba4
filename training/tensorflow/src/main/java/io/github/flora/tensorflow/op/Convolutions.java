package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.Op;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Convolutions, computed in N×H×W×C. */
public final class Convolutions {

  private final Window window;
  private final Shape image;
  private final Shape filter;
  private final Shape dilation;
  private final int groups;

  private Convolutions(
      Shape image, Shape filter, Shape stride, Shape padding, Shape dilation, int groups) {
    if (groups < 1 || image.get(1) != filter.get(1) * groups || filter.get(0) % groups != 0) {
      throw new IllegalArgumentException(
          "filters of shape %s in %d groups don't fit an image of shape %s"
              .formatted(filter, groups, image));
    }
    this.window = Window.of(image, filter.slice(2), stride, padding, dilation, false);
    this.image = image;
    this.filter = filter;
    this.dilation = dilation;
    this.groups = groups;
  }

  /**
   * Convolves images (cross-correlates, as all engines do).
   *
   * @param e where to
   * @param x N×C×H×W, or N×C×W
   * @param w filters, O×(C / groups)×H×W, or O×(C / groups)×W
   * @param bias O numbers, or null for none
   * @param stride at least 1 for each of height and width
   * @param padding zeros on both sides, for each of height and width
   * @param dilation distance of neighbours in the kernel, at least 1 for each
   * @param groups divides C and O
   * @return N×O×H'×W', or N×O×W'; H' = ⌊(H + 2 · padding − dilation · (kernel − 1) − 1) / stride⌋ +
   *     1
   * @throws IllegalArgumentException if the shapes don't fit
   */
  public static Tensor convolution(
      Emitter e,
      Tensor x,
      Tensor w,
      @Nullable Tensor bias,
      Shape stride,
      Shape padding,
      Shape dilation,
      int groups) {
    if (x.rank() == 3 && w.rank() == 3) {
      Tensor y =
          convolution(
              e,
              Shaping.expandDims(e, x, 2),
              Shaping.expandDims(e, w, 2),
              bias,
              new Shape(1, stride.get(0)),
              new Shape(0, padding.get(0)),
              new Shape(1, dilation.get(0)),
              groups);
      return Shaping.squeeze(e, y, 2);
    }
    if (x.rank() != 4 || w.rank() != 4) {
      throw new UnsupportedOperationException(
          "TensorFlow's engine has no convolution of " + (x.rank() - 2) + " dimensions yet");
    }
    Convolutions piece = new Convolutions(x.shape(), w.shape(), stride, padding, dilation, groups);
    List<Object> settings = List.of(stride, padding, dilation, groups);
    Tensor[] inputs = bias == null ? new Tensor[] {x, w} : new Tensor[] {x, w, bias};
    if (x.shape().size() == 0) {
      return piece.nothing(e, inputs);
    }
    Tensor y = e.function("convolution", settings, piece::forward, inputs)[0];
    boolean[] wanted = new boolean[inputs.length];
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = Tape.tracks(inputs[i]);
    }
    return Tape.record(
        y,
        outputs -> {
          List<Object> all = new ArrayList<>(settings);
          all.add(Arrays.toString(wanted));
          Tensor[] found =
              e.function(
                  "convolutionGradient",
                  all,
                  (em, in) -> piece.backward(em, in[0], in[1], in[2], wanted),
                  x,
                  w,
                  Elementwise.given(outputs));
          @Nullable Tensor[] gradients = new @Nullable Tensor[inputs.length];
          int next = 0;
          for (int i = 0; i < gradients.length; i++) {
            gradients[i] = wanted[i] ? found[next++] : null;
          }
          return gradients;
        },
        inputs);
  }

  /** oneDNN gets the shapes of empty batches wrong. */
  private Tensor nothing(Emitter e, Tensor[] inputs) {
    Shape shape =
        new Shape(image.get(0), filter.get(0), window.rows().places(), window.columns().places());
    return Pooling.nothing(e, shape, inputs);
  }

  private Tensor[] forward(Emitter e, Tensor[] inputs) {
    Tensor x = e.as(Layout.NHWC, inputs[0]);
    Tensor w = e.as(Layout.HWIO, inputs[1]);
    Tensor y = convolved(e, x, w);
    if (inputs.length > 2) {
      y = e.op("BiasAdd").raw(y, inputs[2]).one(Layout.NHWC);
    }
    return new Tensor[] {y};
  }

  /** The gradients that are wanted, of the image, the filters and the bias. */
  private Tensor[] backward(Emitter e, Tensor x, Tensor w, Tensor gradient, boolean[] wanted) {
    Tensor g = e.as(Layout.NHWC, gradient);
    List<Tensor> found = new ArrayList<>(3);
    if (wanted[0]) {
      found.add(window.unpad(e, imageGradient(e, e.as(Layout.HWIO, w), g)));
    }
    if (wanted[1]) {
      found.add(filterGradient(e, window.pad(e, e.as(Layout.NHWC, x), 0), g));
    }
    if (wanted.length > 2 && wanted[2]) {
      // Not BiasAddGrad: oneDNN would join it to the filters' gradient, which then takes twice as
      // long for images of one channel.
      found.add(e.op("Sum").raw(g, e.ints(0, 1, 2)).attr("keep_dims", false).one());
    }
    return found.toArray(Tensor[]::new);
  }

  /** Whether every channel has filters of its own, for which TensorFlow has another operation. */
  private boolean depthwise() {
    return groups > 1 && filter.get(1) == 1 && window.rows().stride() == window.columns().stride();
  }

  /** Takes filters as they lie in memory to what a depthwise convolution wants: H×W×C×(O / C). */
  private Tensor perChannel(Emitter e, Tensor w) {
    Tensor filters = e.op("Reshape").raw(w, e.ints(sizes(spread(1, 1)))).one();
    if (dilation.size() == 1) {
      return filters;
    }
    // TensorFlow's depthwise gradient ignores dilation, so that gaps are filled with zeros.
    long down = dilation.get(0);
    long across = dilation.get(1);
    Tensor apart =
        e.op("Reshape")
            .raw(
                filters,
                e.longs(filter.get(2), 1, filter.get(3), 1, groups, filter.get(0) / groups))
            .one();
    Tensor gaps =
        e.op("Reshape")
            .raw(e.longs(0, 0, 0, down - 1, 0, 0, 0, across - 1, 0, 0, 0, 0), e.ints(6, 2))
            .one();
    Tensor wide =
        e.op("Reshape")
            .raw(
                e.op("Pad").raw(apart, gaps).one(),
                e.longs(
                    filter.get(2) * down, filter.get(3) * across, groups, filter.get(0) / groups))
            .one();
    return e.op("Slice").raw(wide, e.longs(0, 0, 0, 0), e.longs(spread(down, across))).one();
  }

  /** The shape of depthwise filters with gaps. */
  private long[] spread(long down, long across) {
    return new long[] {
      (filter.get(2) - 1) * down + 1,
      (filter.get(3) - 1) * across + 1,
      groups,
      filter.get(0) / groups
    };
  }

  private static int[] sizes(long... dims) {
    return Arrays.stream(dims).mapToInt(Math::toIntExact).toArray();
  }

  private Op set(Op op, String padding) {
    op.attr("strides", window.strides()).attr("padding", padding);
    return depthwise()
        ? op
        : op.attr("dilations", new long[] {1, dilation.get(0), dilation.get(1), 1});
  }

  private Tensor convolved(Emitter e, Tensor x, Tensor w) {
    boolean explicit = window.explicit();
    Op op = e.op(depthwise() ? "DepthwiseConv2dNative" : "Conv2D");
    op.raw(x, depthwise() ? perChannel(e, w) : w);
    set(op, explicit ? "EXPLICIT" : window.padding());
    if (explicit) {
      op.attr("explicit_paddings", window.paddings());
    }
    return op.one(Layout.NHWC);
  }

  private Tensor imageGradient(Emitter e, Tensor w, Tensor g) {
    Tensor sizes = e.ints(window.paddedSizes(image));
    Op op =
        depthwise()
            ? e.op("DepthwiseConv2dNativeBackpropInput").raw(sizes, perChannel(e, w), g)
            : e.op("Conv2DBackpropInput").raw(sizes, w, g);
    return set(op, window.padding()).one(Layout.NHWC);
  }

  private Tensor filterGradient(Emitter e, Tensor x, Tensor g) {
    Tensor sizes = e.ints(sizes(Layout.HWIO.inMemory(filter).getShape()));
    if (!depthwise()) {
      Op op = e.op("Conv2DBackpropFilter").raw(x, sizes, g);
      return set(op, window.padding()).one(Layout.HWIO);
    }
    long[] spread = spread(dilation.get(0), dilation.get(1));
    Op op = e.op("DepthwiseConv2dNativeBackpropFilter").raw(x, e.ints(sizes(spread)), g);
    Tensor wide = set(op, window.padding()).one();
    Tensor found =
        dilation.size() == 1
            ? wide
            : e.op("StridedSlice")
                .raw(wide, e.longs(0, 0, 0, 0), e.longs(spread))
                .raw(e.longs(dilation.get(0), dilation.get(1), 1, 1))
                .one();
    return e.op("Reshape").raw(found, sizes).one(Layout.HWIO);
  }
}
