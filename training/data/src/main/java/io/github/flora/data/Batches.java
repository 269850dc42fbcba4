package io.github.flora.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Gathers batches of images by index. Bytes are copied image by image into one direct buffer per
 * pass and converted by the engine, so no Java code runs per pixel. Immutable; passes are
 * independent of each other, one pass belongs to one thread.
 */
public final class Batches {

  private final ImageSet set;
  private final Normalization normalization;
  private final int batchSize;

  /**
   * Describes the batches; nothing is copied yet.
   *
   * @param set the images
   * @param normalization how bytes become the network's input
   * @param batchSize images per batch, at least 1
   * @throws IllegalArgumentException if the size is below 1 or the channels don't agree
   */
  public Batches(ImageSet set, Normalization normalization, int batchSize) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("A batch of " + batchSize + " images");
    }
    if (set.channels() != normalization.channels()) {
      throw new IllegalArgumentException(
          "Images of %d channels, normalization of %d"
              .formatted(set.channels(), normalization.channels()));
    }
    this.set = set;
    this.normalization = normalization;
    this.batchSize = batchSize;
  }

  /** Returns the batches in one pass, the last partial one included. */
  public int count() {
    return (int) (((long) set.size() + batchSize - 1) / batchSize);
  }

  /**
   * Returns the batches in the order of the set.
   *
   * @param parent each batch gets a manager below this one and lives on its device
   * @return the batches; each is to be closed by the caller
   */
  public Iterable<Batch> inOrder(NDManager parent) {
    return () -> new Pass(parent, () -> IntStream.range(0, set.size()).toArray());
  }

  /**
   * Returns the batches in an order drawn from a seed (Fisher and Yates, as in Knuth's algorithm
   * P): each image once. The same seed gives the same order in every pass.
   *
   * @param parent each batch gets a manager below this one and lives on its device
   * @param seed where the order comes from; take another one for each epoch
   * @return the batches; each is to be closed by the caller
   */
  public Iterable<Batch> shuffled(NDManager parent, long seed) {
    return () -> new Pass(parent, () -> permutation(set.size(), new SplittableRandom(seed)));
  }

  static int[] permutation(int size, SplittableRandom random) {
    int[] order = IntStream.range(0, size).toArray();
    shuffle(order, random);
    return order;
  }

  static void shuffle(int[] values, SplittableRandom random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
  }

  private final class Pass implements Iterator<Batch> {
    private final NDManager parent;
    private final int[] order;
    private final ByteBuffer buffer;
    private int next;

    Pass(NDManager parent, Supplier<int[]> order) {
      this.parent = parent;
      this.order = order.get();
      long images = Math.min(batchSize, set.size());
      long bytes = images * set.height() * set.width() * set.channels();
      this.buffer = ByteBuffer.allocateDirect(Math.toIntExact(bytes));
    }

    @Override
    public boolean hasNext() {
      return next < order.length;
    }

    @Override
    public Batch next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      int[] indices =
          Arrays.copyOfRange(order, next, (int) Math.min((long) next + batchSize, order.length));
      NDManager manager = parent.newSubManager();
      try {
        Batch batch = gather(manager, indices);
        next += indices.length;
        return batch;
      } catch (Throwable e) {
        manager.close();
        throw e;
      }
    }

    private Batch gather(NDManager manager, int[] indices) {
      long[] labels = new long[indices.length];
      buffer.clear();
      for (int i = 0; i < indices.length; i++) {
        set.copyPixels(indices[i], buffer);
        labels[i] = set.label(indices[i]);
      }
      buffer.flip();
      Shape shape = new Shape(indices.length, set.height(), set.width(), set.channels());
      // On the CPU DJL's PyTorch array lies in the buffer itself instead of a copy. The next batch
      // may overwrite it only because the bytes are converted at once and never leave this method.
      try (NDArray bytes = manager.create(buffer, shape, DataType.UINT8)) {
        NDArray images = normalization.apply(bytes);
        return new Batch(manager, images, manager.create(labels), indices.length);
      }
    }
  }
}
