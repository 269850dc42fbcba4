package io.github.flora.tensorflow.op;

import static io.github.flora.tensorflow.op.Elementwise.given;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Several tensors made one and one made several. They keep the layout of images. */
public final class Joining {

  private Joining() {}

  /**
   * Joins along an axis.
   *
   * @param e where to
   * @param axis the axis
   * @param parts tensors that agree in every other dimension
   * @return the joined tensor
   */
  public static Tensor concat(Emitter e, int axis, Tensor... parts) {
    if (parts.length == 1) {
      return parts[0];
    }
    int at = Shaping.axis(axis, parts[0].rank());
    Tensor[] alike = alike(e, parts);
    Layout layout = layout(alike);
    return Tape.record(
        joined(e, at, layout, alike),
        outputs -> {
          long[] sizes = Arrays.stream(alike).mapToLong(p -> p.shape().get(at)).toArray();
          return parted(e, e.as(layout, given(outputs)), sizes, at);
        },
        alike);
  }

  private static Tensor joined(Emitter e, int axis, Layout layout, Tensor... parts) {
    Tensor[] aligned = Arrays.stream(parts).map(p -> e.as(layout, p)).toArray(Tensor[]::new);
    return e.op("ConcatV2")
        .rawList(aligned)
        .raw(e.scalar(layout.inMemory(axis), DataType.INT32))
        .one(layout);
  }

  /** Converts to the type in which all meet. */
  private static Tensor[] alike(Emitter e, Tensor... tensors) {
    Tensor widest = tensors[0];
    for (Tensor tensor : tensors) {
      if (tensor.type() != widest.type()) {
        widest = Elementwise.cast(e, tensor, Promotion.common(widest, tensor));
      }
    }
    DataType type = widest.type();
    return Arrays.stream(tensors).map(t -> Elementwise.cast(e, t, type)).toArray(Tensor[]::new);
  }

  /** The layout of the first tensor that isn't plain, if all have the same number of dimensions. */
  private static Layout layout(Tensor... tensors) {
    Layout found = Layout.PLAIN;
    for (Tensor tensor : tensors) {
      if (tensor.rank() != tensors[0].rank()) {
        return Layout.PLAIN;
      }
      found = found == Layout.PLAIN ? tensor.layout() : found;
    }
    return found;
  }

  /**
   * Splits along an axis.
   *
   * @param e where to
   * @param x the tensor
   * @param sizes the parts' sizes along the axis, which add up to the axis's
   * @param axis the axis
   * @return the parts
   */
  public static Tensor[] split(Emitter e, Tensor x, long[] sizes, int axis) {
    int at = Shaping.axis(axis, x.rank());
    if (sizes.length == 1) {
      return new Tensor[] {x};
    }
    Tensor[] parts = parted(e, x, sizes, at);
    Tape.record(
        parts,
        outputs -> {
          Tensor[] gradients = new Tensor[parts.length];
          for (int i = 0; i < parts.length; i++) {
            Tensor gradient = outputs[i];
            gradients[i] = gradient == null ? Elementwise.zerosLike(e, parts[i]) : gradient;
          }
          return new Tensor[] {joined(e, at, x.layout(), gradients)};
        },
        x);
    return parts;
  }

  private static Tensor[] parted(Emitter e, Tensor x, long[] sizes, int axis) {
    return e.op("SplitV")
        .raw(x, e.longs(sizes), e.scalar(x.layout().inMemory(axis), DataType.INT32))
        .attr("num_split", sizes.length)
        .all(sizes.length, x.layout());
  }

  /**
   * Joins along a new axis.
   *
   * @param e where to
   * @param axis the new axis, from −rank − 1 to rank
   * @param parts tensors of one shape
   * @return a tensor of one dimension more
   */
  public static Tensor stack(Emitter e, int axis, Tensor... parts) {
    int at = Shaping.axis(axis, parts[0].rank() + 1);
    Tensor[] alike = alike(e, parts);
    return Tape.record(
        e.op("Pack").list(alike).attr("axis", at).one(),
        outputs ->
            e.op("Unpack")
                .in(given(outputs))
                .attr("num", parts.length)
                .attr("axis", at)
                .all(parts.length),
        alike);
  }

  /**
   * Chooses element by element, broadcasting.
   *
   * @param e where to
   * @param condition true for the first, a boolean tensor
   * @param yes what to take where it is true
   * @param no what to take elsewhere
   * @return the choice
   */
  public static Tensor where(Emitter e, Tensor condition, Tensor yes, Tensor no) {
    DataType type = Promotion.common(yes, no);
    Tensor a = Elementwise.cast(e, yes, type);
    Tensor b = Elementwise.cast(e, no, type);
    Shape shape = condition.shape();
    boolean same = shape.equals(a.shape()) && shape.equals(b.shape());
    Layout layout = same ? layout(a, b) : Layout.PLAIN;
    Tensor y =
        e.op("SelectV2").raw(e.as(layout, condition), e.as(layout, a), e.as(layout, b)).one(layout);
    return Tape.record(
        y,
        outputs -> {
          Tensor gradient = e.as(layout, given(outputs));
          Tensor mask = e.as(layout, condition);
          Tensor zero = e.scalar(0, gradient.type());
          Tensor first = e.op("SelectV2").raw(mask, gradient, zero).one(layout);
          Tensor second = e.op("SelectV2").raw(mask, zero, gradient).one(layout);
          return new @Nullable Tensor[] {
            null, Elementwise.reducedTo(e, first, a), Elementwise.reducedTo(e, second, b)
          };
        },
        condition,
        a,
        b);
  }
}
