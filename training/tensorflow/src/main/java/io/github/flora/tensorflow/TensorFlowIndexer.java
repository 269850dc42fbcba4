package io.github.flora.tensorflow;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDArrayIndexer;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.index.full.NDIndexFullPick;
import ai.djl.ndarray.index.full.NDIndexFullSlice;
import ai.djl.ndarray.index.full.NDIndexFullTake;
import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tensor;
import io.github.flora.tensorflow.op.Elementwise;
import io.github.flora.tensorflow.op.Indexing;
import io.github.flora.tensorflow.op.Masking;
import io.github.flora.tensorflow.op.Range;
import io.github.flora.tensorflow.op.Repeating;
import io.github.flora.tensorflow.op.Slicing;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Reads and changes parts of arrays. */
final class TensorFlowIndexer extends NDArrayIndexer {

  private final TensorFlowManager manager;

  TensorFlowIndexer(TensorFlowManager manager) {
    this.manager = manager;
  }

  private Tensor value(NDArray array) {
    return array(array).value();
  }

  private TensorFlowArray array(NDArray array) {
    return (TensorFlowArray) manager.from(array);
  }

  @Override
  public NDArray get(NDArray array, NDIndex index) {
    Selection selection = new Selection(index, array.getShape());
    return manager.array(e -> selection.of(e, value(array), this::value));
  }

  @Override
  public NDArray get(NDArray array, NDIndexFullPick pick) {
    return manager.array(
        e -> Indexing.pick(e, value(array), value(pick.getIndices()), pick.getAxis()));
  }

  @Override
  public NDArray get(NDArray array, NDIndexFullTake take) {
    return manager.array(
        e -> Indexing.rows(e, value(array), value(take.getIndices()), take.getAxis()));
  }

  @Override
  public NDArray get(NDArray array, NDIndexFullSlice slice) {
    return manager.array(e -> Slicing.slice(e, value(array), ranges(slice)));
  }

  private static List<Range> ranges(NDIndexFullSlice slice) {
    long[] min = slice.getMin();
    return IntStream.range(0, min.length)
        .mapToObj(
            i ->
                new Range(
                    min[i],
                    slice.getMax()[i],
                    slice.getStep()[i],
                    Arrays.stream(slice.getToSqueeze()).anyMatch(axis -> axis == i)))
        .toList();
  }

  @Override
  public void set(NDArray array, NDIndex index, Object value) {
    Selection selection = new Selection(index, array.getShape());
    TensorFlowArray target = array(array);
    if (selection.isSlice()) {
      target.assign(
          e -> Slicing.setSlice(e, target.value(), selection.ranges(), value(e, target, value)));
      return;
    }
    NDArray mask = selection.mask();
    target.assign(
        e -> {
          Tensor x = target.value();
          Tensor given = value(e, target, value);
          if (mask != null && given.shape().size() == 1) {
            return Masking.replaced(e, x, value(mask), given);
          }
          Tensor at = selection.of(e, Indexing.positions(e, x.shape()), this::value);
          Tensor values = Repeating.broadcast(e, given, at.shape());
          return Indexing.put(e, x, at, values);
        });
  }

  private Tensor value(Emitter e, TensorFlowArray target, Object value) {
    if (value instanceof Number number) {
      return e.scalar(number, target.getDataType());
    }
    if (value instanceof NDArray other) {
      return Elementwise.cast(e, value(other), target.getDataType());
    }
    throw new IllegalArgumentException("a number or an array can be set, not " + value);
  }

  @Override
  public void set(NDArray array, NDIndexFullSlice slice, NDArray value) {
    set(array, slice, (Object) value);
  }

  @Override
  public void set(NDArray array, NDIndexFullSlice slice, Number value) {
    set(array, slice, (Object) value);
  }

  private void set(NDArray array, NDIndexFullSlice slice, Object value) {
    TensorFlowArray target = array(array);
    target.assign(e -> Slicing.setSlice(e, target.value(), ranges(slice), value(e, target, value)));
  }

  @Override
  public void setScalar(NDArray array, NDIndex index, Number value) {
    Selection selection = new Selection(index, array.getShape());
    Shape shape = new Shape(selection.ranges().stream().mapToLong(Range::size).toArray());
    if (!selection.isSlice() || shape.size() != 1) {
      throw new IllegalArgumentException("the index doesn't stand for a single element");
    }
    set(array, index, value);
  }
}
