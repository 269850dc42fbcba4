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
   * @param parts tensors of one type that agree in every other dimension
   * @return the joined tensor
   */
  public static Tensor concat(Emitter e, int axis, Tensor... parts) {
    if (parts.length == 1) {
      return parts[0];
    }
    int at = Shaping.axis(axis, parts[0].rank());
    Layout layout = layout(parts);
    return Tape.record(
        joined(e, at, layout, parts),
        outputs -> {
          long[] sizes = Arrays.stream(parts).mapToLong(p -> p.shape().get(at)).toArray();
          return parted(e, e.as(layout, given(outputs)), sizes, at);
        },
        parts);
  }

  private static Tensor joined(Emitter e, int axis, Layout layout, Tensor... parts) {
    Tensor[] aligned = Arrays.stream(parts).map(p -> e.as(layout, p)).toArray(Tensor[]::new);
    return e.op("ConcatV2")
        .rawList(aligned)
        .raw(e.scalar(layout.inMemory(axis), DataType.INT32))
        .one(layout);
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
            gradients[i] = gradient == null ? Shaping.zeros(e, parts[i]) : gradient;
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
   * @param parts tensors of one type and shape
   * @return a tensor of one dimension more
   */
  public static Tensor stack(Emitter e, int axis, Tensor... parts) {
    int at = Shaping.axis(axis, parts[0].rank() + 1);
    return Tape.record(
        e.op("Pack").list(parts).attr("axis", at).one(),
        outputs ->
            e.op("Unpack")
                .in(given(outputs))
                .attr("num", parts.length)
                .attr("axis", at)
                .all(parts.length),
        parts);
  }

  /**
   * Chooses element by element, broadcasting.
   *
   * @param e where to
   * @param condition true for the first, a boolean tensor
   * @param a what to take where it is true
   * @param b what to take elsewhere, of the same type
   * @return the choice
   */
  public static Tensor where(Emitter e, Tensor condition, Tensor a, Tensor b) {
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
