package io.github.flora.tensorflow.op;

import static io.github.flora.tensorflow.op.Elementwise.given;

import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** More of the same numbers: broadcast, repeated, with edges added. */
public final class Repeating {

  private Repeating() {}

  /**
   * Repeats along dimensions of size 1 and along new dimensions in front.
   *
   * @param e where to
   * @param x the tensor
   * @param shape what x is to be broadcast to; −1 keeps the size of a dimension of x
   * @return a tensor of that shape
   * @throws IllegalArgumentException if the shapes don't agree
   */
  public static Tensor broadcast(Emitter e, Tensor x, Shape shape) {
    long[] dims = shape.getShape().clone();
    int more = dims.length - x.rank();
    boolean fits = more >= 0;
    for (int i = Math.max(0, more); i < dims.length && fits; i++) {
      long from = x.shape().get(i - more);
      dims[i] = dims[i] == -1 ? from : dims[i];
      fits = from == 1 || from == dims[i];
    }
    if (!fits || Arrays.stream(dims).anyMatch(d -> d < 0)) {
      throw new IllegalArgumentException(x.shape() + " can't be broadcast to " + shape);
    }
    Shape to = new Shape(dims);
    if (to.equals(x.shape())) {
      return x;
    }
    return Tape.record(
        e.op("BroadcastTo").in(x, e.dims(to)).one(),
        outputs -> new Tensor[] {Elementwise.reducedTo(e, given(outputs), x)},
        x);
  }

  /**
   * Repeats the whole tensor along its axes.
   *
   * @param e where to
   * @param x the tensor
   * @param repeats how often along each axis; more numbers than dimensions add dimensions in front,
   *     fewer stand for the last ones
   * @return the repeated tensor
   */
  public static Tensor tile(Emitter e, Tensor x, long... repeats) {
    int rank = Math.max(x.rank(), repeats.length);
    long[] dims = new long[rank];
    long[] times = new long[rank];
    long[] split = new long[2 * rank];
    for (int i = 0; i < rank; i++) {
      int own = i - (rank - x.rank());
      int given = i - (rank - repeats.length);
      dims[i] = own < 0 ? 1 : x.shape().get(own);
      times[i] = given < 0 ? 1 : repeats[given];
      split[2 * i] = times[i];
      split[2 * i + 1] = dims[i];
    }
    if (Arrays.stream(times).anyMatch(t -> t < 0)) {
      throw new IllegalArgumentException("can't repeat " + Arrays.toString(repeats) + " times");
    }
    Tensor wide = Shaping.reshape(e, x, new Shape(dims));
    return Tape.record(
        e.op("Tile").in(wide, e.longs(times)).one(),
        outputs -> {
          Tensor parts = e.op("Reshape").in(given(outputs), e.longs(split)).one();
          int[] copies = IntStream.range(0, rank).map(i -> 2 * i).toArray();
          return new Tensor[] {
            e.op("Sum").in(parts, e.ints(copies)).attr("keep_dims", false).one()
          };
        },
        wide);
  }

  /**
   * Repeats each element along an axis.
   *
   * @param e where to
   * @param x the tensor
   * @param axis the axis
   * @param times how often
   * @return the tensor, that many times as long along the axis
   */
  public static Tensor repeat(Emitter e, Tensor x, int axis, long times) {
    Tensor wide = x.rank() == 0 ? Shaping.reshape(e, x, new Shape(1)) : x;
    int at = Shaping.axis(axis, wide.rank());
    long[] repeats = new long[wide.rank() + 1];
    Arrays.fill(repeats, 1);
    repeats[at + 1] = times;
    Tensor tiled = tile(e, Shaping.expandDims(e, wide, at + 1), repeats);
    return Shaping.flatten(e, tiled, at, at + 1);
  }

  /**
   * Adds a constant at the edges.
   *
   * @param e where to
   * @param x the tensor
   * @param padding before and after the last axis, before and after the one before it, and so on,
   *     as PyTorch wants it; negative numbers cut off
   * @param value the constant
   * @return the padded tensor
   */
  public static Tensor pad(Emitter e, Tensor x, long[] padding, Number value) {
    int rank = x.rank();
    if (padding.length % 2 != 0 || padding.length > 2 * rank) {
      throw new IllegalArgumentException(
          "padding takes a pair of numbers for each of at most " + rank + " axes");
    }
    Shape shape = x.shape();
    int[] added = new int[2 * rank];
    List<Range> kept = new ArrayList<>();
    List<Range> inner = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int pair = 2 * (rank - 1 - i);
      long before = pair < padding.length ? padding[pair] : 0;
      long after = pair < padding.length ? padding[pair + 1] : 0;
      int place = 2 * x.layout().inMemory(i);
      added[place] = (int) Math.max(0, before);
      added[place + 1] = (int) Math.max(0, after);
      kept.add(new Range(Math.max(0, -before), shape.get(i) - Math.max(0, -after), 1, false));
      inner.add(Range.of(added[place], kept.get(i).size()));
    }
    Tensor cut = Slicing.slice(e, x, kept);
    Tensor edges = e.op("Reshape").raw(e.ints(added), e.ints(rank, 2)).one();
    Tensor constant = e.scalar(value, x.type());
    return Tape.record(
        e.op("PadV2").raw(cut, edges, constant).one(x.layout()),
        outputs -> new Tensor[] {Slicing.slice(e, given(outputs), inner)},
        cut);
  }
}
