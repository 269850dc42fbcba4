package io.github.flora.tensorflow.op;

import static io.github.flora.tensorflow.op.Elementwise.given;

import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.Op;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/** Parts of tensors that are regular along each axis. */
public final class Slicing {

  private Slicing() {}

  /**
   * Takes a slice.
   *
   * @param e where to
   * @param x the tensor
   * @param ranges what to take of each axis
   * @return the slice, without the dropped axes; keeps the layout of images if none is dropped
   */
  public static Tensor slice(Emitter e, Tensor x, List<Range> ranges) {
    if (IntStream.range(0, x.rank()).allMatch(i -> whole(ranges.get(i), x.shape().get(i)))) {
      return x;
    }
    Layout layout = x.layout();
    boolean drops = ranges.stream().anyMatch(Range::dropped);
    if (drops && layout != Layout.PLAIN) {
      return dropped(e, slice(e, x, undropped(ranges)), ranges);
    }
    Tensor y = bounded(e, "StridedSlice", x, ranges, layout).one(layout);
    return Tape.record(
        y,
        outputs -> {
          Tensor shape = e.dims(layout.inMemory(x.shape()));
          Tensor g = drops ? given(outputs) : e.as(layout, given(outputs));
          return new Tensor[] {
            bounded(e, "StridedSliceGrad", shape, ranges, layout, g).one(layout)
          };
        },
        x);
  }

  private static boolean whole(Range range, long size) {
    return range.begin() == 0 && range.end() == size && range.step() == 1 && !range.dropped();
  }

  private static List<Range> undropped(List<Range> ranges) {
    return ranges.stream().map(r -> new Range(r.begin(), r.end(), r.step(), false)).toList();
  }

  private static Tensor dropped(Emitter e, Tensor slice, List<Range> ranges) {
    int[] axes = IntStream.range(0, ranges.size()).filter(i -> ranges.get(i).dropped()).toArray();
    return Shaping.squeeze(e, slice, axes);
  }

  private static Op bounded(
      Emitter e, String type, Tensor first, List<Range> ranges, Layout layout, Tensor... last) {
    long[][] bounds = bounds(ranges, layout);
    long dropped = 0;
    for (int i = 0; i < ranges.size(); i++) {
      dropped |= ranges.get(i).dropped() ? 1L << i : 0;
    }
    return e.op(type)
        .raw(first, e.longs(bounds[0]), e.longs(bounds[1]), e.longs(bounds[2]))
        .raw(last)
        .attr("begin_mask", 0L)
        .attr("end_mask", 0L)
        .attr("ellipsis_mask", 0L)
        .attr("new_axis_mask", 0L)
        .attr("shrink_axis_mask", dropped);
  }

  /** Begins, ends and steps in the order of memory. */
  private static long[][] bounds(List<Range> ranges, Layout layout) {
    long[][] bounds = new long[3][ranges.size()];
    for (int i = 0; i < ranges.size(); i++) {
      Range range = ranges.get(i);
      int place = layout.inMemory(i);
      bounds[0][place] = range.begin();
      // TensorFlow counts an end below 0 from the last position; far below means before the first.
      bounds[1][place] = range.end() < 0 ? Integer.MIN_VALUE : range.end();
      bounds[2][place] = range.step();
    }
    return bounds;
  }

  /**
   * Replaces a slice.
   *
   * @param e where to
   * @param x the tensor
   * @param ranges what to replace of each axis
   * @param value what replaces it, of x's type; broadcast to the slice without the dropped axes
   * @return x with the slice replaced
   */
  public static Tensor setSlice(Emitter e, Tensor x, List<Range> ranges, Tensor value) {
    Shape full = new Shape(ranges.stream().mapToLong(Range::size).toArray());
    Shape seen =
        new Shape(ranges.stream().filter(r -> !r.dropped()).mapToLong(Range::size).toArray());
    Tensor wide = Shaping.reshape(e, Repeating.broadcast(e, fitting(e, value, seen), seen), full);
    List<Range> kept = undropped(ranges);
    return Tape.record(
        replaced(e, x, kept, wide),
        outputs -> {
          Tensor g = given(outputs);
          return new Tensor[] {
            replaced(e, g, kept, Elementwise.zerosLike(e, wide)), slice(e, g, kept)
          };
        },
        x,
        wide);
  }

  private static Tensor replaced(Emitter e, Tensor x, List<Range> ranges, Tensor value) {
    Layout layout = x.layout();
    return bounded(e, "TensorStridedSliceUpdate", x, ranges, layout, e.as(layout, value))
        .one(layout);
  }

  /** Leaves out dimensions of size 1 in front that are too many. */
  private static Tensor fitting(Emitter e, Tensor value, Shape to) {
    int more = value.rank() - to.dimension();
    if (more <= 0 || value.shape().slice(0, more).size() != 1) {
      return value;
    }
    return Shaping.reshape(e, value, value.shape().slice(more));
  }
}
