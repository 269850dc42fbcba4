package io.github.flora.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Gathers batches of images by index. Bytes are copied image by image into a direct buffer and
 * converted by the engine, so no Java code runs per pixel on the thread that trains.
 *
 * <p>Decoding and augmentation do run per pixel: in a pass with them, threads of the pass's own
 * fill the buffers up to {@value #AHEAD} batches ahead, so that no more than those are in memory.
 * They touch bytes only; arrays are created on the thread that asks for a batch. A pass may be
 * abandoned at any batch: its threads don't wait for anybody and end half a second after their last
 * work, at once when the pass is over.
 *
 * <p>There are as many threads as processors, or as the system property {@value #WORKERS} says;
 * images are the same with any number. Thread-safe; passes are independent of each other, one pass
 * belongs to one thread.
 */
public final class Batches implements BatchSource {

  /** Batches that may be ready before they are asked for. */
  static final int AHEAD = 3;

  /** System property: how many threads decode and augment. */
  public static final String WORKERS = "flora.workers";

  /** Images in memory that one thread augments at a time; decoding one is work enough. */
  private static final int CHUNK = 16;

  private final ImageSet set;
  private final Normalization normalization;
  private final int batchSize;
  private final Augmentation augmentation;
  private final Sampling sampling;

  /** Buffers of passes that are over: memory outside the heap is freed late. */
  private final Queue<ByteBuffer[]> spare = new ConcurrentLinkedQueue<>();

  /**
   * Describes the batches of images as they are; nothing is copied yet.
   *
   * @param set the images
   * @param normalization how bytes become the network's input
   * @param batchSize images per batch, at least 1
   * @throws IllegalArgumentException if the size is below 1 or the channels don't agree
   */
  public Batches(ImageSet set, Normalization normalization, int batchSize) {
    this(set, normalization, batchSize, Augmentation.NONE, Sampling.EACH_ONCE);
  }

  /**
   * Describes the batches; nothing is copied yet.
   *
   * @param set the images
   * @param normalization how bytes become the network's input
   * @param batchSize images per batch, at least 1
   * @param augmentation what happens to the images in shuffled passes
   * @param sampling which images shuffled passes go through
   * @throws IllegalArgumentException if the size is below 1, the channels don't agree, or images
   *     that are to be augmented have more than 8192 rows or columns
   */
  public Batches(
      ImageSet set,
      Normalization normalization,
      int batchSize,
      Augmentation augmentation,
      Sampling sampling) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("A batch of " + batchSize + " images");
    }
    if (set.channels() != normalization.channels()) {
      throw new IllegalArgumentException(
          "Images of %d channels, normalization of %d"
              .formatted(set.channels(), normalization.channels()));
    }
    if (augmentation.warps() && Math.max(set.height(), set.width()) > ImageWarp.MAX_SIDE) {
      throw new IllegalArgumentException(
          "Images of %d×%d are too large to augment: at most %d rows and columns"
              .formatted(set.height(), set.width(), ImageWarp.MAX_SIDE));
    }
    this.set = set;
    this.normalization = normalization;
    this.batchSize = batchSize;
    this.augmentation = augmentation;
    this.sampling = sampling;
  }

  @Override
  public int count() {
    return (int) (((long) set.size() + batchSize - 1) / batchSize);
  }

  /**
   * Returns the batches in the order of the set, never augmented.
   *
   * @param parent each batch gets a manager below this one and lives on its device
   * @return the batches; each is to be closed by the caller
   */
  @Override
  public Iterable<Batch> inOrder(NDManager parent) {
    return () -> new Pass(parent, IntStream.range(0, set.size()).toArray(), null);
  }

  /**
   * Returns the batches in an order drawn from a seed (Fisher and Yates, as in Knuth's algorithm
   * P): each image once unless the {@linkplain Sampling sampling} is another, augmented. The same
   * seed gives the same order in every pass, and image i of the set the same augmentation, whatever
   * the batch size; where it comes again in a pass, another.
   *
   * @param parent each batch gets a manager below this one and lives on its device
   * @param seed where the order comes from; take another one for each epoch
   * @return the batches; each is to be closed by the caller
   */
  @Override
  public Iterable<Batch> shuffled(NDManager parent, long seed) {
    return () ->
        new Pass(parent, sampling.order(set.labels(), seed), augmentation.isNone() ? null : seed);
  }

  static int[] permutation(int size, SplittableRandom random) {
    int[] order = IntStream.range(0, size).toArray();
    shuffle(order, random);
    return order;
  }

  private static int[] repeats(int[] order, int size) {
    int[] seen = new int[size];
    return IntStream.of(order).map(image -> seen[image]++).toArray();
  }

  static void shuffle(int[] values, SplittableRandom random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
  }

  private int chunk() {
    return set.isDecoded() ? 1 : CHUNK;
  }

  /** Returns how many threads decode and augment. */
  static int workers() {
    return Math.max(1, Integer.getInteger(WORKERS, Runtime.getRuntime().availableProcessors()));
  }

  /** Returns so many buffers of a batch each. */
  private ByteBuffer[] buffers(int count) {
    ByteBuffer[] used = spare.poll();
    if (used != null && used.length == count) {
      for (ByteBuffer buffer : used) {
        buffer.clear();
      }
      return used;
    }
    long images = Math.min(batchSize, set.size());
    int bytes = Math.toIntExact(images * set.imageBytes());
    ByteBuffer[] created = new ByteBuffer[count];
    Arrays.setAll(created, i -> ByteBuffer.allocateDirect(bytes));
    return created;
  }

  private final class Pass implements Iterator<Batch> {
    private final NDManager parent;
    private final int[] order;

    /** Batch k's bytes lie in buffer k modulo their number. */
    private final ByteBuffer[] buffers;

    /** Fills the buffers on other threads; null where the bytes are only copied. */
    private final @Nullable ReadAhead ahead;

    /** Each thread's own; null where images stay as they are. */
    private final @Nullable ThreadLocal<ImageAugmenter> augmenter;

    /** How often the image at each place came before in this pass; empty if none comes twice. */
    private final int[] repeats;

    /** Number of the next batch. */
    private int next;

    Pass(NDManager parent, int[] order, @Nullable Long augmentationSeed) {
      this.parent = parent;
      this.order = order;
      boolean work = augmentationSeed != null || set.isDecoded();
      this.buffers = buffers(work ? Math.max(1, Math.min(AHEAD, count())) : 1);
      this.repeats =
          augmentationSeed == null || sampling == Sampling.EACH_ONCE
              ? new int[0]
              : repeats(order, set.size());
      this.augmenter =
          augmentationSeed == null
              ? null
              : ThreadLocal.withInitial(
                  () ->
                      new ImageAugmenter(
                          set, augmentation, normalization.meanColour(), augmentationSeed));
      this.ahead =
          work
              ? new ReadAhead(
                  count(),
                  buffers.length,
                  workers(),
                  batch -> (start(batch + 1) - start(batch) + chunk() - 1) / chunk(),
                  this::fillChunk)
              : null;
    }

    @Override
    public boolean hasNext() {
      return next < count();
    }

    @Override
    public Batch next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      if (ahead == null) {
        fill(next, start(next), start(next + 1));
      } else {
        ahead.await(next);
      }
      NDManager manager = parent.newSubManager();
      try {
        Batch batch = toArrays(manager);
        next++;
        if (ahead != null) {
          ahead.release(next);
        }
        if (!hasNext()) {
          spare.add(buffers);
        }
        return batch;
      } catch (Throwable e) {
        manager.close();
        throw e;
      }
    }

    private int start(int batch) {
      return (int) Math.min((long) batch * batchSize, order.length);
    }

    private void fillChunk(int batch, int part) {
      int from = start(batch) + part * chunk();
      fill(batch, from, Math.min(start(batch + 1), from + chunk()));
    }

    private void fill(int batch, int from, int to) {
      ByteBuffer buffer = buffers[batch % buffers.length];
      int bytes = set.imageBytes();
      ByteBuffer target = buffer.slice((from - start(batch)) * bytes, (to - from) * bytes);
      for (int i = from; i < to; i++) {
        if (augmenter == null) {
          set.copyPixels(order[i], target);
        } else {
          augmenter.get().write(order[i], repeats.length == 0 ? 0 : repeats[i], target);
        }
      }
    }

    private Batch toArrays(NDManager manager) {
      int first = start(next);
      int size = start(next + 1) - first;
      long[] labels = new long[size];
      Arrays.setAll(labels, i -> set.label(order[first + i]));
      Shape shape = new Shape(size, set.height(), set.width(), set.channels());
      // On the CPU DJL's PyTorch array lies in the buffer itself instead of a copy. Another batch
      // may overwrite it only because the bytes are converted at once and never leave this method.
      ByteBuffer buffer = buffers[next % buffers.length];
      buffer.clear().limit(size * set.imageBytes());
      try (NDArray bytes = manager.create(buffer, shape, DataType.UINT8)) {
        NDArray images = normalization.apply(bytes);
        return new Batch(manager, images, manager.create(labels), size);
      }
    }
  }
}
