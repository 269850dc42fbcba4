package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What becomes of all numbers along axes. Axes may be negative, from the end; none at all means
 * every axis.
 */
public final class Reductions {

  private Reductions() {}

  /**
   * Sums.
   *
   * @param e where to
   * @param x the tensor
   * @param axes along which
   * @param keepDims whether the axes stay with length 1
   * @return the sums; of integers and booleans as int64
   */
  public static Tensor sum(Emitter e, Tensor x, int[] axes, boolean keepDims) {
    Tensor in = x.type().isFloating() ? x : Elementwise.cast(e, x, DataType.INT64);
    Tensor y = reduce(e, "Sum", in, axes, keepDims);
    return Tape.record(
        y, outputs -> new Tensor[] {spread(e, Elementwise.given(outputs), in, axes)}, in);
  }

  /**
   * Returns means.
   *
   * @param e where to
   * @param x the tensor, of a floating type
   * @param axes along which
   * @param keepDims whether the axes stay with length 1
   * @return the means; NaN of nothing
   * @throws IllegalArgumentException for integers and booleans
   */
  public static Tensor mean(Emitter e, Tensor x, int[] axes, boolean keepDims) {
    floating(x, "mean");
    Tensor y = reduce(e, "Mean", x, axes, keepDims);
    double part = (double) y.shape().size() / x.shape().size();
    return Tape.record(
        y,
        outputs -> {
          Tensor share = Elementwise.scaled(e, Elementwise.given(outputs), part);
          return new Tensor[] {spread(e, share, x, axes)};
        },
        x);
  }

  static void floating(Tensor x, String what) {
    if (!x.type().isFloating()) {
      throw new IllegalArgumentException(
          "%s takes floating numbers, not %s: convert with toType".formatted(what, x.type()));
    }
  }

  /** A reduction as TensorFlow has it, without gradient; transposes only where it has to. */
  static Tensor reduce(Emitter e, String name, Tensor x, int[] axes, boolean keepDims) {
    int[] seen = axes(axes, x.rank());
    Tensor in = keepDims || leavesOrder(x.layout(), seen, x.rank()) ? x : e.plain(x);
    int[] memory = Arrays.stream(seen).map(in.layout()::inMemory).toArray();
    return e.op(name)
        .raw(in, e.ints(memory))
        .attr("keep_dims", keepDims)
        .one(keepDims ? in.layout() : Layout.PLAIN);
  }

  /** Whether the axes that are left lie in memory in the order of the shape. */
  private static boolean leavesOrder(Layout layout, int[] axes, int rank) {
    int[] left =
        IntStream.range(0, rank)
            .filter(axis -> Arrays.stream(axes).noneMatch(a -> a == axis))
            .map(layout::inMemory)
            .toArray();
    return IntStream.range(1, left.length).allMatch(i -> left[i - 1] < left[i]);
  }

  /** Repeats what a reduction gave along the axes that it took away; in x's layout. */
  static Tensor spread(Emitter e, Tensor reduced, Tensor x, int[] axes) {
    Layout layout = x.layout();
    Tensor dims = e.dims(layout.inMemory(x.shape()));
    if (reduced.rank() == 0) {
      return x.rank() == 0 ? reduced : e.op("Fill").raw(dims, reduced).one(layout);
    }
    Tensor kept = reduced;
    if (reduced.rank() != x.rank()) {
      Shape shape = keptShape(x.shape(), axes);
      kept = e.op("Reshape").in(reduced).raw(e.dims(shape)).one();
    }
    Tensor same = Elementwise.aligned(e, kept, layout);
    return same.shape().equals(x.shape()) ? same : e.op("BroadcastTo").raw(same, dims).one(layout);
  }

  private static Shape keptShape(Shape shape, int[] axes) {
    long[] dims = shape.getShape().clone();
    for (int axis : axes(axes, dims.length)) {
      dims[axis] = 1;
    }
    return new Shape(dims);
  }

  /** A shape without some axes, counted from 0. */
  static Shape without(Shape shape, int... axes) {
    return new Shape(
        IntStream.range(0, shape.dimension())
            .filter(axis -> Arrays.stream(axes).noneMatch(a -> a == axis))
            .mapToLong(shape::get)
            .toArray());
  }

  /** The permutation that swaps two axes. */
  static int[] swap(int a, int b, int rank) {
    int[] axes = IntStream.range(0, rank).toArray();
    axes[a] = b;
    axes[b] = a;
    return axes;
  }

  /**
   * Sums the diagonals of matrices.
   *
   * @param e where to
   * @param x the tensor, of at least 2 dimensions
   * @param offset which diagonal: 0 the main one, above 0 to its right
   * @param axis1 the axis of the rows; goes away
   * @param axis2 the axis of the columns; goes away
   * @return the traces; of integers and booleans as int64; 0 if there is no such diagonal
   * @throws IllegalArgumentException if the axes are the same
   */
  public static Tensor trace(Emitter e, Tensor x, int offset, int axis1, int axis2) {
    int row = axis(axis1, x.rank());
    int col = axis(axis2, x.rank());
    if (row == col) {
      throw new IllegalArgumentException(
          "a trace takes two axes of %s, not %d and %d".formatted(x.shape(), axis1, axis2));
    }
    Tensor across = along(e, x.shape().get(col), x.rank(), col);
    Tensor down = along(e, x.shape().get(row), x.rank(), row);
    Tensor shifted = Elementwise.binary(e, "AddV2", down, e.scalar(offset, DataType.INT64));
    Tensor mask = Elementwise.binary(e, "Equal", across, shifted);
    Tensor in = x.type().isFloating() ? x : Elementwise.cast(e, x, DataType.INT64);
    Tensor diagonal = Elementwise.mul(e, in, Elementwise.cast(e, mask, in.type()));
    return sum(e, diagonal, new int[] {row, col}, false);
  }

  /** 0, 1, 2 … along one axis, the others of length 1. */
  private static Tensor along(Emitter e, long length, int rank, int axis) {
    long[] dims = LongStream.generate(() -> 1).limit(rank).toArray();
    dims[axis] = length;
    return e.op("Reshape").raw(range(e, length, DataType.INT64), e.longs(dims)).one();
  }

  /** 0 to n − 1 as int32 or int64. */
  static Tensor range(Emitter e, long n, DataType type) {
    return e.op("Range").raw(e.scalar(0, type), e.scalar(n, type), e.scalar(1, type)).one();
  }

  /** The axes counted from 0, all if none are given. */
  static int[] axes(int[] axes, int rank) {
    return axes.length == 0
        ? IntStream.range(0, rank).toArray()
        : Arrays.stream(axes).map(axis -> axis(axis, rank)).filter(axis -> axis < rank).toArray();
  }

  /** Counts an axis from 0. A tensor without dimensions has the axes 0 and −1, as in PyTorch. */
  static int axis(int axis, int rank) {
    return Shaping.axis(axis, Math.max(rank, 1));
  }
}
