package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Operations element by element. They keep the layout of images where the shapes agree. */
public final class Elementwise {

  private Elementwise() {}

  /** The gradient of an operation of one input. */
  interface UnaryGradient {
    /** Returns the gradient of x, given that of y; all in x's layout. */
    Tensor of(Tensor gradient, Tensor x, Tensor y);
  }

  /** The gradients of an operation of two inputs, shaped like the output; null for none. */
  interface BinaryGradient {
    @Nullable Tensor[] of(Tensor gradient, Tensor a, Tensor b, Tensor y);
  }

  /** An operation of one input whose output is shaped and laid out like it. */
  static Tensor unary(Emitter e, String type, Tensor x, @Nullable UnaryGradient gradient) {
    Tensor y = e.op(type).raw(x).one(x.layout());
    if (gradient == null) {
      return y;
    }
    return Tape.record(
        y, outputs -> new Tensor[] {gradient.of(e.as(x.layout(), given(outputs)), x, y)}, x);
  }

  /** The gradient of an operation's only output, which is there whenever it is asked for. */
  static Tensor given(@Nullable Tensor[] outputs) {
    Tensor gradient = outputs[0];
    if (gradient == null) {
      throw new IllegalStateException("asked for a gradient that nothing depends on");
    }
    return gradient;
  }

  /** An operation of two inputs of the same type that broadcasts as NumPy does. */
  static Tensor binary(
      Emitter e, String type, Tensor left, Tensor right, @Nullable BinaryGradient gradient) {
    Layout layout = common(left, right);
    Tensor y = e.op(type).raw(aligned(e, left, layout), aligned(e, right, layout)).one(layout);
    if (gradient == null) {
      return y;
    }
    return Tape.record(
        y,
        outputs -> {
          // Aligned once more: only inputs and outputs are kept until now.
          Tensor a = aligned(e, left, layout);
          Tensor b = aligned(e, right, layout);
          @Nullable Tensor[] wide = gradient.of(e.as(layout, given(outputs)), a, b, y);
          return new @Nullable Tensor[] {
            wide[0] == null ? null : reducedTo(e, wide[0], left),
            wide[1] == null ? null : reducedTo(e, wide[1], right)
          };
        },
        left,
        right);
  }

  /** The layout in which two tensors can meet: the first's, if nothing has to be broadcast. */
  private static Layout common(Tensor a, Tensor b) {
    if (b.rank() == 0) {
      return a.layout();
    }
    if (a.rank() == 0) {
      return b.layout();
    }
    if (!a.shape().equals(b.shape())) {
      return Layout.PLAIN;
    }
    return a.layout() != Layout.PLAIN ? a.layout() : b.layout();
  }

  private static Tensor aligned(Emitter e, Tensor tensor, Layout layout) {
    return tensor.rank() == 0 ? tensor : e.as(layout, tensor);
  }

  /**
   * Sums a gradient over the axes along which an input was broadcast.
   *
   * @param e where to
   * @param gradient shaped like the output
   * @param input what was broadcast
   * @return the gradient, shaped like the input
   */
  public static Tensor reducedTo(Emitter e, Tensor gradient, Tensor input) {
    Shape to = input.shape();
    Shape from = gradient.shape();
    if (to.equals(from)) {
      return gradient;
    }
    int more = from.dimension() - to.dimension();
    List<Integer> axes = new ArrayList<>();
    for (int i = 0; i < from.dimension(); i++) {
      if (i < more || (to.get(i - more) == 1 && from.get(i) != 1)) {
        axes.add(i);
      }
    }
    Tensor sum =
        e.op("Sum")
            .in(gradient, e.ints(axes.stream().mapToInt(Integer::intValue).toArray()))
            .attr("keep_dims", false)
            .one();
    return sum.shape().equals(to) ? sum : e.op("Reshape").in(sum, e.dims(to)).one();
  }

  /**
   * Converts to another element type.
   *
   * @param e where to
   * @param x the tensor
   * @param type the type to convert to
   * @return the converted tensor; differentiable between floating types
   */
  public static Tensor cast(Emitter e, Tensor x, DataType type) {
    if (x.type() == type) {
      return x;
    }
    Tensor y = e.op("Cast").raw(x).attr("DstT", type).one(x.layout());
    if (!x.type().isFloating() || !type.isFloating()) {
      return y;
    }
    return Tape.record(y, outputs -> new Tensor[] {cast(e, given(outputs), x.type())}, x);
  }

  /**
   * Adds, broadcasting.
   *
   * @param e where to
   * @param a one
   * @param b the other, of the same type
   * @return the sum
   */
  public static Tensor add(Emitter e, Tensor a, Tensor b) {
    return binary(e, "AddV2", a, b, (g, x, y, z) -> new Tensor[] {g, g});
  }

  /**
   * Multiplies, broadcasting.
   *
   * @param e where to
   * @param a one
   * @param b the other, of the same type
   * @return the product
   */
  public static Tensor mul(Emitter e, Tensor a, Tensor b) {
    return binary(e, "Mul", a, b, (g, x, y, z) -> new Tensor[] {mul(e, g, y), mul(e, g, x)});
  }

  /**
   * Returns e to the power of each element.
   *
   * @param e where to
   * @param x the tensor
   * @return the powers
   */
  public static Tensor exp(Emitter e, Tensor x) {
    return unary(e, "Exp", x, (g, in, out) -> mul(e, g, out));
  }
}
