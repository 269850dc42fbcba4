package io.github.flora.tensorflow.op;

import static io.github.flora.tensorflow.op.Elementwise.given;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Parts of tensors, by slices and by tensors of positions. Negative positions count from the end.
 */
public final class Indexing {

  private Indexing() {}

  /** Positions as int64, none negative if all were in range. */
  private static Tensor wrapped(Emitter e, Tensor index, long size) {
    Tensor at = Elementwise.cast(e, index, DataType.INT64);
    Tensor negative = e.op("Less").in(at, e.scalar(0, DataType.INT64)).one();
    Tensor shifted = e.op("AddV2").in(at, e.scalar(size, DataType.INT64)).one();
    return e.op("SelectV2").in(negative, shifted, at).one();
  }

  /**
   * Takes whole sub-tensors at positions of an axis.
   *
   * @param e where to
   * @param x the tensor
   * @param index positions, of any shape and numeric type
   * @param axis the axis
   * @return x with the index's dimensions in place of the axis
   */
  public static Tensor rows(Emitter e, Tensor x, Tensor index, int axis) {
    int at = Shaping.axis(axis, x.rank());
    Tensor positions = wrapped(e, index, x.shape().get(at));
    Tensor y =
        e.op("GatherV2")
            .in(x, positions, e.scalar(at, DataType.INT32))
            .attr("batch_dims", 0L)
            .one();
    return Tape.record(y, outputs -> rowsBack(e, given(outputs), x, positions, at), x, positions);
  }

  private static @Nullable Tensor[] rowsBack(
      Emitter e, Tensor gradient, Tensor x, Tensor positions, int at) {
    int many = positions.rank();
    // The index's dimensions first, then x's others.
    int[] forth =
        IntStream.concat(
                IntStream.range(at, at + many),
                IntStream.range(0, gradient.rank()).filter(i -> i < at || i >= at + many))
            .toArray();
    Tensor sums = summed(e, Shaping.transpose(e, gradient, forth), positions, x.shape().get(at));
    int[] back = IntStream.range(0, x.rank()).map(i -> i == at ? 0 : i < at ? i + 1 : i).toArray();
    return new @Nullable Tensor[] {Shaping.transpose(e, sums, back), null};
  }

  /** Adds up what goes to the same position. */
  private static Tensor summed(Emitter e, Tensor parts, Tensor positions, long size) {
    return e.op("UnsortedSegmentSum").in(parts, positions, e.scalar(size, DataType.INT64)).one();
  }

  /**
   * Takes elements by their position in the flattened tensor.
   *
   * @param e where to
   * @param x the tensor
   * @param index positions
   * @return the elements, shaped like the index
   */
  public static Tensor take(Emitter e, Tensor x, Tensor index) {
    return rows(e, Shaping.reshape(e, x, new Shape(x.shape().size())), index, 0);
  }

  /**
   * Takes elements along an axis: {@code y[i][j] = x[i][index[i][j]]} for axis 1.
   *
   * @param e where to
   * @param x the tensor
   * @param index positions along the axis; as many dimensions as x, none but the axis longer
   * @param axis the axis
   * @return the elements, shaped like the index
   */
  public static Tensor gather(Emitter e, Tensor x, Tensor index, int axis) {
    int last = x.rank() - 1;
    int at = Shaping.axis(axis, x.rank());
    Shape shape = index.shape();
    checkAligned(x.shape(), shape, at);
    if (at != last || !shape.slice(0, last).equals(x.shape().slice(0, last))) {
      return take(e, x, linear(e, index, x.shape(), at));
    }
    // The common case: a label or a few per row.
    Tensor positions = Elementwise.cast(e, index, DataType.INT64);
    Tensor y =
        e.op("GatherV2")
            .in(x, positions, e.scalar(last, DataType.INT32))
            .attr("batch_dims", last)
            .one();
    return Tape.record(
        y,
        outputs -> {
          Tensor g = given(outputs);
          if (shape.get(last) == 1) {
            Tensor column = e.op("Reshape").raw(positions, e.dims(shape.slice(0, last))).one();
            int depth = (int) x.shape().get(last);
            Tensor hot = Masking.oneHot(e, column, depth, 1, 0, g.type());
            return new @Nullable Tensor[] {e.op("Mul").in(hot, g).one(), null};
          }
          Tensor sums = summed(e, g, linear(e, positions, x.shape(), at), x.shape().size());
          return new @Nullable Tensor[] {e.op("Reshape").raw(sums, e.dims(x.shape())).one(), null};
        },
        x,
        positions);
  }

  private static void checkAligned(Shape shape, Shape index, int axis) {
    boolean fits = index.dimension() == shape.dimension();
    for (int i = 0; i < shape.dimension() && fits; i++) {
      fits = i == axis || index.get(i) <= shape.get(i);
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "an index " + index + " doesn't fit " + shape + " along axis " + axis);
    }
  }

  /** Turns positions along an axis into positions in the flattened tensor. */
  private static Tensor linear(Emitter e, Tensor index, Shape shape, int axis) {
    Tensor at = Elementwise.cast(e, index, DataType.INT64);
    long stride = shape.slice(axis + 1).size();
    Tensor sum = stride == 1 ? at : e.op("Mul").in(at, e.scalar(stride, DataType.INT64)).one();
    for (int i = 0; i < shape.dimension(); i++) {
      long n = index.shape().get(i);
      if (i != axis && n > 1) {
        long step = shape.slice(i + 1).size();
        long[] dims = new long[shape.dimension()];
        Arrays.fill(dims, 1);
        dims[i] = n;
        Tensor along = e.op("Reshape").raw(range(e, n, step), e.longs(dims)).one();
        sum = e.op("AddV2").in(sum, along).one();
      }
    }
    return sum;
  }

  /**
   * Replaces elements by their position in the flattened tensor.
   *
   * @param e where to
   * @param x the tensor
   * @param index positions; of a repeated one any value stays
   * @param value as many elements as the index has, of x's type
   * @return x with the elements replaced
   */
  public static Tensor put(Emitter e, Tensor x, Tensor index, Tensor value) {
    long count = index.shape().size();
    if (value.shape().size() != count) {
      throw new IllegalArgumentException(
          index.shape() + " positions can't take " + value.shape() + " values");
    }
    Tensor flat = Shaping.reshape(e, x, new Shape(x.shape().size()));
    Tensor values = Shaping.reshape(e, value, new Shape(count));
    Tensor column = Shaping.reshape(e, wrapped(e, index, x.shape().size()), new Shape(count, 1));
    Tensor y = e.op("TensorScatterUpdate").in(flat, column, values).one();
    y =
        Tape.record(
            y,
            outputs -> {
              Tensor g = given(outputs);
              Tensor nothing = Elementwise.zerosLike(e, values);
              return new @Nullable Tensor[] {
                e.op("TensorScatterUpdate").in(g, column, nothing).one(),
                e.op("GatherNd").in(g, column).one(),
                null
              };
            },
            flat,
            values,
            column);
    return Shaping.reshape(e, y, x.shape());
  }

  /**
   * Replaces elements along an axis: {@code x[i][index[i][j]] = value[i][j]} for axis 1.
   *
   * @param e where to
   * @param x the tensor
   * @param index positions along the axis; as many dimensions as x, none but the axis longer
   * @param value of x's type, no dimension shorter than the index's
   * @param axis the axis
   * @return x with the elements replaced
   */
  public static Tensor scatter(Emitter e, Tensor x, Tensor index, Tensor value, int axis) {
    int at = Shaping.axis(axis, x.rank());
    checkAligned(x.shape(), index.shape(), at);
    List<Range> used =
        IntStream.range(0, x.rank()).mapToObj(i -> Range.of(0, index.shape().get(i))).toList();
    return put(e, x, linear(e, index, x.shape(), at), Slicing.slice(e, value, used));
  }

  /**
   * Picks one element per row, or a few: {@link #gather} where the index may lack the dimensions of
   * size 1.
   *
   * @param e where to
   * @param x the tensor
   * @param index positions along the axis; its dimensions have to be neighbours in x if it has
   *     fewer
   * @param axis the axis
   * @return the elements, with as many dimensions as x
   */
  public static Tensor pick(Emitter e, Tensor x, Tensor index, int axis) {
    Shape shape = index.shape();
    int more = x.rank() - index.rank();
    if (more == 0) {
      return gather(e, x, index, axis);
    }
    for (int i = 0; i < more; i++) {
      if (shape.equals(x.shape().slice(i, i + index.rank()))) {
        long[] dims = new long[x.rank()];
        Arrays.fill(dims, 1);
        System.arraycopy(shape.getShape(), 0, dims, i, index.rank());
        return gather(e, x, Shaping.reshape(e, index, new Shape(dims)), axis);
      }
    }
    throw new IllegalArgumentException("can't pick from " + x.shape() + " by " + shape);
  }

  /**
   * Takes what tensors of positions point at together, as NumPy does.
   *
   * @param e where to
   * @param x the tensor
   * @param indices for each axis positions, which are broadcast to each other, or null for all
   * @return their common dimensions in place of their axes if these are neighbours, else in front
   */
  public static Tensor at(Emitter e, Tensor x, List<@Nullable Tensor> indices) {
    int[] axes = IntStream.range(0, x.rank()).filter(i -> indices.get(i) != null).toArray();
    if (axes.length == 0) {
      return x;
    }
    int first = axes[0];
    Tensor only = indices.get(first);
    if (axes.length == 1 && only != null) {
      return rows(e, x, only, first);
    }
    int[] forth =
        IntStream.concat(
                IntStream.of(axes),
                IntStream.range(0, x.rank()).filter(i -> indices.get(i) == null))
            .toArray();
    Tensor merged = Shaping.flatten(e, Shaping.transpose(e, x, forth), 0, axes.length - 1);
    Tensor positions = e.scalar(0, DataType.INT64);
    for (int axis : axes) {
      Tensor index = indices.get(axis);
      if (index != null) {
        long size = x.shape().get(axis);
        Tensor before = e.op("Mul").in(positions, e.scalar(size, DataType.INT64)).one();
        positions = e.op("AddV2").in(before, wrapped(e, index, size)).one();
      }
    }
    Tensor y = rows(e, merged, positions, 0);
    int many = positions.rank();
    if (axes[axes.length - 1] - first >= axes.length) {
      return y;
    }
    int[] back =
        IntStream.range(0, y.rank())
            .map(i -> i < first ? i + many : i < first + many ? i - first : i)
            .toArray();
    return Shaping.transpose(e, y, back);
  }

  /**
   * Makes 0, 1, 2, … in order.
   *
   * @param e where to
   * @param shape the dimensions
   * @return an int64 tensor
   */
  public static Tensor positions(Emitter e, Shape shape) {
    return Shaping.reshape(e, range(e, shape.size(), 1), shape);
  }

  private static Tensor range(Emitter e, long count, long step) {
    return e.op("Range")
        .raw(
            e.scalar(0, DataType.INT64),
            e.scalar(count * step, DataType.INT64),
            e.scalar(step, DataType.INT64))
        .one();
  }

  /**
   * Takes what one tensor of positions points at in several axes, as MXNet's {@code gather_nd}
   * does.
   *
   * @param e where to
   * @param x the tensor
   * @param index its first dimension says into how many of x's first axes it points
   * @return the index's other dimensions, then x's others
   */
  public static Tensor gatherNd(Emitter e, Tensor x, Tensor index) {
    int depth = (int) index.shape().get(0);
    if (depth < 1 || depth > x.rank()) {
      throw new IllegalArgumentException(
          "an index into " + depth + " axes for an array " + x.shape());
    }
    List<@Nullable Tensor> indices = new ArrayList<>(Collections.nCopies(x.rank(), null));
    Tensor[] rows = e.op("Unpack").in(index).attr("num", depth).attr("axis", 0L).all(depth);
    for (int i = 0; i < depth; i++) {
      indices.set(i, rows[i]);
    }
    return at(e, x, indices);
  }

  /**
   * Takes a diagonal.
   *
   * @param e where to
   * @param x at least two dimensions
   * @param offset 0 for the main diagonal, above 0 for one to its right
   * @param rows the axis of rows
   * @param columns the axis of columns
   * @return x without both axes, the diagonal as its last
   */
  public static Tensor diagonal(Emitter e, Tensor x, int offset, int rows, int columns) {
    int down = Shaping.axis(rows, x.rank());
    int across = Shaping.axis(columns, x.rank());
    int[] order =
        IntStream.concat(
                IntStream.range(0, x.rank()).filter(i -> i != down && i != across),
                IntStream.of(down, across))
            .toArray();
    if (down == across) {
      throw new IllegalArgumentException("a diagonal takes two different axes");
    }
    long width = x.shape().get(across);
    long[] positions =
        LongStream.range(Math.max(0, -offset), x.shape().get(down))
            .filter(i -> i + offset < width)
            .map(i -> i * width + i + offset)
            .toArray();
    Tensor flat = Shaping.flatten(e, Shaping.transpose(e, x, order), -2, -1);
    return rows(e, flat, e.longs(positions), -1);
  }
}
