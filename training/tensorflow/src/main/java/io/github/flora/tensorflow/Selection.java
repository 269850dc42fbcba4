package io.github.flora.tensorflow;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.index.dim.NDIndexAll;
import ai.djl.ndarray.index.dim.NDIndexBooleans;
import ai.djl.ndarray.index.dim.NDIndexElement;
import ai.djl.ndarray.index.dim.NDIndexFixed;
import ai.djl.ndarray.index.dim.NDIndexNull;
import ai.djl.ndarray.index.dim.NDIndexPick;
import ai.djl.ndarray.index.dim.NDIndexSlice;
import ai.djl.ndarray.index.dim.NDIndexTake;
import ai.djl.ndarray.index.full.NDIndexFullPick;
import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tensor;
import io.github.flora.tensorflow.op.Indexing;
import io.github.flora.tensorflow.op.Masking;
import io.github.flora.tensorflow.op.Range;
import io.github.flora.tensorflow.op.Shaping;
import io.github.flora.tensorflow.op.Slicing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an index takes of an array, as NumPy and PyTorch understand it: first slices, fixed
 * positions and new axes, then arrays of positions and masks together.
 */
final class Selection {

  private final List<Range> ranges = new ArrayList<>();

  /** What stands at each axis that slicing leaves: an array, or null for all of it. */
  private final List<@Nullable NDArray> arrays = new ArrayList<>();

  /** Where new axes go among those that slicing leaves. */
  private final List<Integer> newAxes = new ArrayList<>();

  private final @Nullable NDIndexFullPick pick;

  /** Whether slicing leaves all of every axis. */
  private final boolean whole;

  /**
   * Reads an index.
   *
   * @param index the index
   * @param shape the array's
   * @throws IllegalArgumentException if it doesn't fit the shape
   */
  Selection(NDIndex index, Shape shape) {
    List<NDIndexElement> elements = index.getIndices();
    Optional<NDIndexFullPick> picked =
        elements.stream().anyMatch(NDIndexPick.class::isInstance)
            ? NDIndexFullPick.fromIndex(index, shape)
            : Optional.empty();
    pick = picked.orElse(null);
    if (pick != null) {
      whole = true;
      return;
    }
    whole =
        elements.stream().allMatch(e -> e instanceof NDIndexAll || e instanceof NDIndexBooleans);
    int used = elements.stream().mapToInt(Selection::axes).sum();
    if (used > shape.dimension()) {
      throw new IllegalArgumentException(
          "an index of %d dimensions for an array %s".formatted(used, shape));
    }
    int ellipsis = index.getEllipsisIndex() < 0 ? elements.size() : index.getEllipsisIndex();
    for (int i = 0; i <= elements.size(); i++) {
      if (i == ellipsis) {
        for (int left = shape.dimension() - used; left > 0; left--) {
          add(all(shape), null);
        }
      }
      if (i < elements.size()) {
        add(elements.get(i), shape);
      }
    }
  }

  private static int axes(NDIndexElement element) {
    if (element instanceof NDIndexNull) {
      return 0;
    }
    return element instanceof NDIndexBooleans mask ? mask.getIndex().getShape().dimension() : 1;
  }

  private void add(Range range, @Nullable NDArray array) {
    ranges.add(range);
    if (!range.dropped()) {
      arrays.add(array);
    }
  }

  private Range all(Shape shape) {
    return Range.of(0, shape.get(ranges.size()));
  }

  private void add(NDIndexElement element, Shape shape) {
    if (element instanceof NDIndexNull) {
      newAxes.add(arrays.size());
      arrays.add(null);
    } else if (element instanceof NDIndexAll) {
      add(all(shape), null);
    } else if (element instanceof NDIndexFixed fixed) {
      add(fixed(fixed.getIndex(), shape.get(ranges.size())), null);
    } else if (element instanceof NDIndexSlice slice) {
      add(sliced(slice, shape.get(ranges.size())), null);
    } else if (element instanceof NDIndexTake take) {
      add(all(shape), take.getIndex());
    } else if (element instanceof NDIndexBooleans mask) {
      NDArray booleans = mask.getIndex();
      Shape part = booleans.getShape();
      int from = ranges.size();
      if (part.dimension() == 0 || !part.equals(shape.slice(from, from + part.dimension()))) {
        throw new IllegalArgumentException(
            "a mask %s doesn't fit an array %s from axis %d on".formatted(part, shape, from));
      }
      add(all(shape), booleans);
      for (int i = 1; i < part.dimension(); i++) {
        ranges.add(all(shape));
      }
    } else {
      throw new UnsupportedOperationException(
          "an index by " + element.getClass().getSimpleName() + " beside others");
    }
  }

  private static Range fixed(long index, long size) {
    long at = index < 0 ? index + size : index;
    if (at < 0 || at >= size) {
      throw new IndexOutOfBoundsException(
          "index %d is out of bounds for a dimension of size %d".formatted(index, size));
    }
    return new Range(at, at + 1, 1, true);
  }

  private static Range sliced(NDIndexSlice slice, long size) {
    long step = slice.getStep() == null ? 1 : slice.getStep();
    long first = step > 0 ? 0 : -1;
    long last = step > 0 ? size : size - 1;
    long begin = bound(slice.getMin(), size, first, last, step > 0 ? first : last);
    long end = bound(slice.getMax(), size, first, last, step > 0 ? last : first);
    return new Range(begin, step > 0 ? Math.max(begin, end) : Math.min(begin, end), step, false);
  }

  private static long bound(
      @Nullable Long given, long size, long least, long greatest, long absent) {
    if (given == null) {
      return absent;
    }
    return Math.max(least, Math.min(greatest, given < 0 ? given + size : given));
  }

  /** Tells whether it is made of slices and fixed positions only. */
  boolean isSlice() {
    return pick == null && newAxes.isEmpty() && arrays.stream().allMatch(a -> a == null);
  }

  /** Returns the mask if it is made of nothing but one for the first axes. */
  @Nullable NDArray mask() {
    NDArray first = pick != null || arrays.isEmpty() ? null : arrays.get(0);
    boolean alone =
        first != null
            && first.getDataType().isBoolean()
            && newAxes.isEmpty()
            && whole
            && arrays.stream().skip(1).allMatch(a -> a == null);
    return alone ? first : null;
  }

  /** Returns what is taken of each axis. */
  List<Range> ranges() {
    return ranges;
  }

  /** Takes the selected part; value gives an array's tensor. */
  Tensor of(Emitter e, Tensor x, Function<NDArray, Tensor> value) {
    if (pick != null) {
      Tensor index = value.apply(pick.getIndices());
      return Indexing.pick(e, x, index, pick.getAxis());
    }
    Tensor part = Slicing.slice(e, x, ranges);
    int axis = 0;
    List<@Nullable Tensor> indices = new ArrayList<>();
    for (int i = 0; i < arrays.size(); i++) {
      NDArray array = arrays.get(i);
      if (newAxes.contains(i)) {
        part = Shaping.expandDims(e, part, axis);
      }
      Tensor index = array == null ? null : value.apply(array);
      if (array != null && index != null && array.getDataType().isBoolean()) {
        part = Shaping.flatten(e, part, axis, axis + index.rank() - 1);
        index = Masking.trueAt(e, index);
      }
      indices.add(index);
      axis++;
    }
    return Indexing.at(e, part, indices);
  }
}
