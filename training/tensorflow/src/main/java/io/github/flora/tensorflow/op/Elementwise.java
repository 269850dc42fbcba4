package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
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

  /** The gradient of an operation of two inputs with respect to one of them. */
  interface Partial {
    /** Returns the gradient shaped like the output, given that of y; all in y's layout. */
    Tensor of(Tensor gradient, Tensor a, Tensor b, Tensor y);
  }

  /** An operation of two inputs that broadcasts as NumPy does and isn't differentiable. */
  static Tensor binary(Emitter e, String type, Tensor left, Tensor right) {
    Layout layout = common(left, right);
    return e.op(type).raw(aligned(e, left, layout), aligned(e, right, layout)).one(layout);
  }

  /** An operation of two inputs of the same type that broadcasts as NumPy does. */
  static Tensor binary(
      Emitter e, String type, Tensor left, Tensor right, Partial byLeft, Partial byRight) {
    Tensor y = binary(e, type, left, right);
    boolean leftWanted = Tape.tracks(left);
    boolean rightWanted = Tape.tracks(right);
    if (!leftWanted && !rightWanted) {
      return y;
    }
    return Tape.record(
        y,
        outputs -> {
          // Aligned once more: only inputs and outputs are kept until now.
          Layout layout = y.layout();
          Tensor a = aligned(e, left, layout);
          Tensor b = aligned(e, right, layout);
          Tensor g = e.as(layout, given(outputs));
          return new @Nullable Tensor[] {
            leftWanted ? reducedTo(e, byLeft.of(g, a, b, y), left) : null,
            rightWanted ? reducedTo(e, byRight.of(g, a, b, y), right) : null
          };
        },
        left,
        right);
  }

  /** The layout in which two tensors can meet. */
  private static Layout common(Tensor a, Tensor b) {
    if (b.rank() == 0) {
      return a.layout();
    }
    if (a.rank() == 0) {
      return b.layout();
    }
    if (a.rank() != b.rank()) {
      return Layout.PLAIN;
    }
    return a.layout() != Layout.PLAIN ? a.layout() : b.layout();
  }

  /**
   * Brings a tensor into the layout of what it meets.
   *
   * @param e where to
   * @param tensor of the layout's number of dimensions, or without any
   * @param layout the layout
   * @return the tensor, without a copy where memory is the same in both
   */
  static Tensor aligned(Emitter e, Tensor tensor, Layout layout) {
    if (tensor.rank() == 0 || tensor.layout() == layout) {
      return tensor;
    }
    if (layout == Layout.NHWC && tensor.layout() == Layout.PLAIN) {
      Shape shape = tensor.shape();
      if (shape.get(1) == 1 || (shape.get(2) == 1 && shape.get(3) == 1)) {
        return e.op("Reshape").raw(tensor, e.dims(layout.inMemory(shape))).one(layout);
      }
    }
    return e.as(layout, tensor);
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
    if (more > 0 && to.size() != Arrays.stream(to.getShape()).max().orElse(1)) {
      // What is left of several dimensions has to lie in order.
      gradient = e.plain(gradient);
    }
    Layout layout = gradient.layout();
    List<Integer> axes = new ArrayList<>();
    for (int i = 0; i < from.dimension(); i++) {
      if (i < more || (to.get(i - more) == 1 && from.get(i) != 1)) {
        axes.add(layout.inMemory(i));
      }
    }
    boolean same = more == 0;
    Tensor sum =
        e.op("Sum")
            .raw(gradient, e.ints(axes.stream().mapToInt(Integer::intValue).toArray()))
            .attr("keep_dims", same)
            .one(same ? layout : Layout.PLAIN);
    return sum.shape().equals(to) ? sum : e.op("Reshape").raw(sum, e.dims(to)).one();
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
    return binary(e, "AddV2", a, b, (g, x, y, z) -> g, (g, x, y, z) -> g);
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
    return binary(e, "Mul", a, b, (g, x, y, z) -> mul(e, g, y), (g, x, y, z) -> mul(e, g, x));
  }

  /**
   * Multiplies by a number.
   *
   * @param e where to
   * @param x the tensor
   * @param n the number, taken into x's type
   * @return the product
   */
  public static Tensor scaled(Emitter e, Tensor x, Number n) {
    return mul(e, x, e.scalar(n, x.type()));
  }

  /** Zeros shaped and laid out like a tensor: the gradient of what doesn't change with it. */
  static Tensor zerosLike(Emitter e, Tensor x) {
    return e.op("ZerosLike").raw(x).one(x.layout());
  }

  /** Chooses between two tensors of the same type, broadcasting; not differentiable. */
  static Tensor select(Emitter e, Tensor condition, Tensor yes, Tensor no) {
    Layout layout = condition.layout();
    for (Tensor tensor : new Tensor[] {yes, no}) {
      if (tensor.rank() == 4 && tensor.layout() != Layout.PLAIN) {
        layout = tensor.layout();
      }
    }
    return e.op("SelectV2")
        .raw(aligned(e, condition, layout), aligned(e, yes, layout), aligned(e, no, layout))
        .one(layout);
  }
}
