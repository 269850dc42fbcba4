package io.github.flora.tensorflow.op;

import static io.github.flora.tensorflow.op.Elementwise.given;

import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The same numbers in another shape or order. Axes may be negative, which counts from the last. */
public final class Shaping {

  /**
   * From this size on TensorFlow's fast transpose of four dimensions is worth calling a function.
   */
  private static final long LARGE = 1 << 14;

  private Shaping() {}

  /**
   * Resolves an axis.
   *
   * @param axis from −rank to rank − 1
   * @param rank number of dimensions
   * @return the axis, from 0 on
   * @throws IllegalArgumentException if there is no such axis
   */
  public static int axis(int axis, int rank) {
    int resolved = axis < 0 ? axis + rank : axis;
    if (resolved < 0 || resolved >= rank) {
      throw new IllegalArgumentException(
          "there is no axis " + axis + " in an array of " + rank + " dimensions");
    }
    return resolved;
  }

  /**
   * Reshapes.
   *
   * @param e where to
   * @param x the tensor
   * @param shape as many elements as x has; one dimension may be −1, to be found out
   * @return the same elements in the same order
   * @throws IllegalArgumentException if the number of elements differs
   */
  public static Tensor reshape(Emitter e, Tensor x, Shape shape) {
    Shape from = x.shape();
    Shape to = resolved(shape, from);
    if (to.equals(from)) {
      return x;
    }
    Layout back = inOrder(x) ? x.layout() : Layout.PLAIN;
    return Tape.record(
        reshaped(e, x, to, Layout.PLAIN),
        outputs -> new Tensor[] {reshaped(e, given(outputs), from, back)},
        x);
  }

  private static Shape resolved(Shape shape, Shape from) {
    long[] dims = shape.getShape();
    long known = 1;
    int unknown = -1;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] == -1 && unknown < 0) {
        unknown = i;
      } else {
        known *= dims[i];
      }
    }
    if (unknown >= 0 && known > 0) {
      dims = dims.clone();
      dims[unknown] = from.size() / known;
      known *= dims[unknown];
    }
    if (known != from.size() || Arrays.stream(dims).anyMatch(d -> d < 0)) {
      throw new IllegalArgumentException("an array " + from + " can't be reshaped to " + shape);
    }
    return new Shape(dims);
  }

  private static Tensor reshaped(Emitter e, Tensor x, Shape to, Layout layout) {
    return e.op("Reshape")
        .raw(inOrder(x) ? x : e.plain(x), e.dims(layout.inMemory(to)))
        .one(layout);
  }

  /** Tells whether memory holds the elements in the order in which callers see them. */
  private static boolean inOrder(Tensor x) {
    int last = -1;
    for (int axis : x.layout().fromPlain()) {
      if (x.shape().get(axis) != 1) {
        if (axis < last) {
          return false;
        }
        last = axis;
      }
    }
    return true;
  }

  /**
   * Merges neighbouring dimensions.
   *
   * @param e where to
   * @param x the tensor
   * @param from the first axis to merge
   * @param to the last axis to merge, not before the first
   * @return x with one dimension in place of these; a number becomes one dimension of size 1
   */
  public static Tensor flatten(Emitter e, Tensor x, int from, int to) {
    int rank = x.rank();
    if (rank == 0) {
      return reshape(e, x, new Shape(1));
    }
    int first = axis(from, rank);
    int last = axis(to, rank);
    if (first > last) {
      throw new IllegalArgumentException("axis " + from + " comes after axis " + to);
    }
    Shape shape = x.shape();
    long merged = shape.slice(first, last + 1).size();
    return reshape(e, x, shape.slice(0, first).add(merged).addAll(shape.slice(last + 1)));
  }

  /**
   * Adds a dimension of size 1.
   *
   * @param e where to
   * @param x the tensor
   * @param axis where it will be, from −rank − 1 to rank
   * @return x with one dimension more
   */
  public static Tensor expandDims(Emitter e, Tensor x, int axis) {
    int at = axis(axis, x.rank() + 1);
    return reshape(e, x, x.shape().slice(0, at).add(1).addAll(x.shape().slice(at)));
  }

  /**
   * Removes dimensions of size 1.
   *
   * @param e where to
   * @param x the tensor
   * @param axes the axes to remove
   * @return x without them
   * @throws IllegalArgumentException if one isn't of size 1
   */
  public static Tensor squeeze(Emitter e, Tensor x, int... axes) {
    Shape shape = x.shape();
    boolean[] removed = new boolean[x.rank()];
    for (int axis : axes) {
      if (x.rank() == 0 && (axis == 0 || axis == -1)) {
        continue;
      }
      int at = axis(axis, x.rank());
      if (shape.get(at) != 1) {
        throw new IllegalArgumentException(
            "axis " + axis + " of " + shape + " can't be squeezed out: its size isn't 1");
      }
      removed[at] = true;
    }
    return reshape(
        e,
        x,
        new Shape(
            IntStream.range(0, x.rank()).filter(i -> !removed[i]).mapToLong(shape::get).toArray()));
  }

  /**
   * Permutes dimensions. What only renames the order in which memory lies already, such as N×H×W×C
   * to N×C×H×W, costs nothing.
   *
   * @param e where to
   * @param x the tensor
   * @param axes for each dimension of the result the axis of x that it is
   * @return the permuted tensor
   */
  public static Tensor transpose(Emitter e, Tensor x, int... axes) {
    int rank = x.rank();
    int[] permutation = new int[rank];
    int[] inverse = new int[rank];
    Arrays.fill(inverse, -1);
    for (int i = 0; i < axes.length && axes.length == rank; i++) {
      permutation[i] = axis(axes[i], rank);
      inverse[permutation[i]] = i;
    }
    if (axes.length != rank || Arrays.stream(inverse).anyMatch(i -> i < 0)) {
      throw new IllegalArgumentException(
          "axes " + Arrays.toString(axes) + " don't permute the dimensions of " + x.shape());
    }
    if (Arrays.equals(permutation, IntStream.range(0, rank).toArray())) {
      return x;
    }
    return Tape.record(
        transposed(e, x, permutation),
        outputs -> new Tensor[] {transposed(e, given(outputs), inverse)},
        x);
  }

  private static Tensor transposed(Emitter e, Tensor x, int[] permutation) {
    int rank = permutation.length;
    int[] memory = order(x.layout(), rank);
    for (Layout layout : Layout.values()) {
      int[] order = order(layout, rank);
      if (order.length == rank
          && IntStream.range(0, rank).allMatch(i -> permutation[order[i]] == memory[i])) {
        return e.relabelled(x, layout);
      }
    }
    int[] places = IntStream.of(permutation).map(x.layout()::inMemory).toArray();
    Shape shape = x.shape();
    int[] moving =
        IntStream.range(0, rank)
            .filter(i -> shape.get(permutation[i]) != 1)
            .map(i -> places[i])
            .toArray();
    if (IntStream.range(1, moving.length).allMatch(i -> moving[i - 1] < moving[i])) {
      long[] dims = IntStream.of(permutation).mapToLong(shape::get).toArray();
      return e.op("Reshape").raw(x, e.longs(dims)).one();
    }
    if (rank < 4 || shape.size() < LARGE) {
      return e.op("Transpose").raw(x, e.ints(places)).one();
    }
    return e.function(
            "transpose",
            List.of(Arrays.toString(places)),
            (em, in) -> new Tensor[] {em.op("Transpose").raw(in[0], em.ints(places)).one()},
            x)[0];
  }

  private static int[] order(Layout layout, int rank) {
    return layout == Layout.PLAIN ? IntStream.range(0, rank).toArray() : layout.fromPlain();
  }

  /**
   * Exchanges two dimensions.
   *
   * @param e where to
   * @param x the tensor
   * @param a an axis
   * @param b another axis
   * @return the tensor with both exchanged
   */
  public static Tensor swap(Emitter e, Tensor x, int a, int b) {
    int[] axes = IntStream.range(0, x.rank()).toArray();
    axes[axis(a, x.rank())] = axis(b, x.rank());
    axes[axis(b, x.rank())] = axis(a, x.rank());
    return transpose(e, x, axes);
  }

  /**
   * Reverses the order along axes.
   *
   * @param e where to
   * @param x the tensor
   * @param axes the axes
   * @return the reversed tensor
   */
  public static Tensor flip(Emitter e, Tensor x, int... axes) {
    int[] places = IntStream.of(axes).map(a -> x.layout().inMemory(axis(a, x.rank()))).toArray();
    return Tape.record(
        e.op("ReverseV2").raw(x, e.ints(places)).one(x.layout()),
        outputs -> new Tensor[] {flip(e, given(outputs), axes)},
        x);
  }

  /**
   * Rotates by quarter turns in a plane.
   *
   * @param e where to
   * @param x the tensor
   * @param times number of quarter turns, from the first axis towards the second
   * @param axes the two axes of the plane
   * @return the rotated tensor
   */
  public static Tensor rotate90(Emitter e, Tensor x, int times, int[] axes) {
    if (axes.length != 2 || axis(axes[0], x.rank()) == axis(axes[1], x.rank())) {
      throw new IllegalArgumentException("a rotation takes two different axes");
    }
    return switch (Math.floorMod(times, 4)) {
      case 1 -> swap(e, flip(e, x, axes[1]), axes[0], axes[1]);
      case 2 -> flip(e, x, axes);
      case 3 -> flip(e, swap(e, x, axes[0], axes[1]), axes[1]);
      default -> x;
    };
  }
}
