package io.github.flora.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;

/**
 * Batches of examples that are numbers already, such as what a frozen backbone makes of images.
 * Immutable; one pass belongs to one thread.
 */
public final class FeatureBatches implements BatchSource {

  private final float[] features;
  private final int[] labels;
  private final Shape shape;
  private final int width;
  private final int batchSize;
  private final Sampling sampling;

  /**
   * Takes the arrays over: the caller must not touch them again.
   *
   * @param features the examples one after another
   * @param labels N class indices
   * @param shape of one example
   * @param batchSize examples per batch, at least 1
   * @param sampling which examples shuffled passes go through
   * @throws IllegalArgumentException if the sizes don't agree or a batch would be empty
   */
  public FeatureBatches(
      float[] features, int[] labels, Shape shape, int batchSize, Sampling sampling) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("A batch of " + batchSize + " examples");
    }
    if (features.length != labels.length * shape.size()) {
      throw new IllegalArgumentException(
          "%d examples of %s don't make %d numbers"
              .formatted(labels.length, shape, features.length));
    }
    this.features = features;
    this.labels = labels;
    this.shape = shape;
    this.width = (int) shape.size();
    this.batchSize = batchSize;
    this.sampling = sampling;
  }

  @Override
  public int count() {
    return (int) (((long) labels.length + batchSize - 1) / batchSize);
  }

  @Override
  public Iterable<Batch> inOrder(NDManager parent) {
    return () -> new Pass(parent, IntStream.range(0, labels.length).toArray());
  }

  /** The order is the one in which {@link Batches} has images for the same seed. */
  @Override
  public Iterable<Batch> shuffled(NDManager parent, long seed) {
    return () -> new Pass(parent, sampling.order(labels, seed));
  }

  private final class Pass implements Iterator<Batch> {

    private final NDManager parent;
    private final int[] order;
    private int next;

    Pass(NDManager parent, int[] order) {
      this.parent = parent;
      this.order = order;
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
      int size = Math.min(batchSize, order.length - next);
      FloatBuffer rows = FloatBuffer.allocate(size * width);
      long[] chosen = new long[size];
      for (int i = 0; i < size; i++) {
        rows.put(features, order[next + i] * width, width);
        chosen[i] = labels[order[next + i]];
      }
      NDManager manager = parent.newSubManager();
      try {
        NDArray data = manager.create(rows.array(), new Shape(size).addAll(shape));
        Batch batch = new Batch(manager, data, manager.create(chosen), size);
        next += size;
        return batch;
      } catch (Throwable e) {
        manager.close();
        throw e;
      }
    }
  }
}
