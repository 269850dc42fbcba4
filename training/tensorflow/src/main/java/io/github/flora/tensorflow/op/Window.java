package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tensor;

/**
 * Where a kernel of two dimensions is put on an image. DJL pads symmetrically; TensorFlow knows
 * VALID (none), SAME (as little as gives ⌈size / stride⌉, the odd one behind) and, only forward on
 * a CPU, numbers.
 *
 * @param rows from top to bottom
 * @param columns from left to right
 */
record Window(Axis rows, Axis columns) {

  /**
   * One axis of it.
   *
   * @param size of the image
   * @param kernel what the kernel covers, gaps of dilation included
   * @param stride from one place to the next
   * @param padding as asked for, on both sides
   * @param places number of places
   */
  record Axis(long size, long kernel, long stride, long padding, long places) {

    static Axis of(
        long size, long kernel, long stride, long padding, long dilation, boolean ceiling) {
      long covered = (kernel - 1) * dilation + 1;
      long room = size + 2 * padding - covered;
      if (stride < 1 || padding < 0 || dilation < 1 || kernel < 1) {
        throw new IllegalArgumentException(
            "kernel, stride and dilation have to be at least 1 and padding at least 0, not %d, %d, %d and %d"
                .formatted(kernel, stride, dilation, padding));
      }
      long places = (ceiling ? ceil(room, stride) : Math.floorDiv(room, stride)) + 1;
      if (ceiling && (places - 1) * stride >= size + padding) {
        places--; // as in PyTorch, the last place starts within the image or the padding before it
      }
      if (places < 1) {
        throw new IllegalArgumentException(
            "a kernel that covers %d doesn't fit into %d padded by %d"
                .formatted(covered, size, padding));
      }
      return new Axis(size, covered, stride, padding, places);
    }

    private static long ceil(long dividend, long divisor) {
      return -Math.floorDiv(-dividend, divisor);
    }

    /** What has to be added behind; what the padding has too much isn't looked at. */
    long after() {
      return Math.max(0, (places - 1) * stride + kernel - size - padding);
    }

    /** How many numbers of the image, and of its padding if that counts, a place covers. */
    long covered(long place, boolean padded) {
      long from = place * stride - padding;
      long to = Math.min(from + kernel, size + padding);
      return padded ? to - from : Math.min(to, size) - Math.max(from, 0);
    }

    boolean valid() {
      return padding == 0 && after() == 0;
    }

    boolean same() {
      long total = Math.max(0, (places - 1) * stride + kernel - size);
      return places == ceil(size, stride) && padding == total / 2 && after() == total - total / 2;
    }
  }

  /**
   * Puts a kernel on an image.
   *
   * @param image N×C×H×W
   * @param kernel its height and width
   * @param ceiling whether a last place may reach beyond the padding
   */
  static Window of(
      Shape image, Shape kernel, Shape stride, Shape padding, Shape dilation, boolean ceiling) {
    Axis[] axes = new Axis[2];
    for (int i = 0; i < 2; i++) {
      axes[i] =
          Axis.of(
              image.get(2 + i),
              kernel.get(i),
              stride.get(i),
              padding.get(i),
              dilation.get(i),
              ceiling);
    }
    return new Window(axes[0], axes[1]);
  }

  /** Whether TensorFlow can't pad by itself, and {@link #pad} is needed. */
  boolean explicit() {
    return !(rows.valid() && columns.valid()) && !(rows.same() && columns.same());
  }

  /** TensorFlow's name of the padding; once explicit padding was added there is none to do. */
  String padding() {
    return explicit() || (rows.valid() && columns.valid()) ? "VALID" : "SAME";
  }

  /** The paddings as an attribute of TensorFlow's. */
  long[] paddings() {
    return new long[] {0, 0, rows.padding, rows.after(), columns.padding, columns.after(), 0, 0};
  }

  long[] strides() {
    return new long[] {1, rows.stride, columns.stride, 1};
  }

  /** Adds explicit padding, if there is any, to an image in N×H×W×C. */
  Tensor pad(Emitter e, Tensor image, double with) {
    if (!explicit()) {
      return image;
    }
    int[] around = new int[8];
    long[] paddings = paddings();
    for (int i = 0; i < around.length; i++) {
      around[i] = Math.toIntExact(paddings[i]);
    }
    Tensor pairs = e.op("Reshape").raw(e.ints(around), e.ints(4, 2)).one();
    return with == 0
        ? e.op("Pad").raw(image, pairs).one(image.layout())
        : e.op("PadV2").raw(image, pairs, e.scalar(with, image.type())).one(image.layout());
  }

  /** Takes explicit padding off the gradient with respect to a padded image. */
  Tensor unpad(Emitter e, Tensor gradient) {
    if (!explicit()) {
      return gradient;
    }
    Shape shape = gradient.shape();
    return e.op("Slice")
        .raw(
            gradient,
            e.longs(0, rows.padding, columns.padding, 0),
            e.longs(shape.get(0), rows.size, columns.size, shape.get(1)))
        .one(gradient.layout());
  }

  /** The shape in memory of the padded image, for TensorFlow's gradients. */
  int[] paddedSizes(Shape image) {
    boolean padded = explicit();
    return new int[] {
      Math.toIntExact(image.get(0)),
      Math.toIntExact(rows.size + (padded ? rows.padding + rows.after() : 0)),
      Math.toIntExact(columns.size + (padded ? columns.padding + columns.after() : 0)),
      Math.toIntExact(image.get(1))
    };
  }
}
