package io.github.flora.server;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Gathers images of several requests into batches: the first image of a batch waits for others
 * until the batch is full or a delay has passed, whichever comes first. A fixed number of workers
 * runs the batches. What was taken is answered, also when the batcher is closed meanwhile.
 */
final class Batcher implements AutoCloseable {

  /** What runs a batch. */
  interface Model {

    /**
     * Asks the model. Called by several threads at once if there are several workers.
     *
     * @param images each the bytes of one image
     * @return for each image its answer, in the same order
     */
    List<double[]> predict(List<byte[]> images);
  }

  private static final long DRAIN_SECONDS = 10;

  private static final class Item {
    final byte[] image;
    final CompletableFuture<double[]> answer = new CompletableFuture<>();
    final long since = System.nanoTime();

    Item(byte[] image) {
      this.image = image;
    }
  }

  private final Model model;
  private final int maxBatch;
  private final long maxDelay;
  private final int capacity;
  private final ServerMetrics metrics;
  private final Semaphore places;
  private final BlockingQueue<Item> queue;
  private final List<Thread> workers = new ArrayList<>();
  private volatile boolean closed;

  /**
   * Starts the workers.
   *
   * @param model what runs a batch; stays the caller's
   * @param settings sizes and times
   * @param metrics told of every batch
   */
  Batcher(Model model, ServerSettings settings, ServerMetrics metrics) {
    this.model = model;
    this.maxBatch = settings.maxBatch();
    this.maxDelay = settings.maxDelay().toNanos();
    this.capacity = settings.queue();
    this.metrics = metrics;
    places = new Semaphore(capacity);
    queue = new ArrayBlockingQueue<>(capacity);
    metrics.queue(queue::size, this::underWay);
    for (int i = 0; i < settings.workers(); i++) {
      Thread worker = new Thread(this::work, "flora-batch-" + i);
      worker.setDaemon(true);
      workers.add(worker);
      worker.start();
    }
  }

  /**
   * Reserves places, before an image is even decoded: so work that can't be finished isn't begun.
   *
   * @param images how many
   * @return whether there was room; then {@link #release} has to follow
   */
  boolean reserve(int images) {
    return !closed && places.tryAcquire(images);
  }

  /**
   * Gives places back.
   *
   * @param images how many
   */
  void release(int images) {
    places.release(images);
  }

  /** Returns how many images have a place. */
  int underWay() {
    return capacity - places.availablePermits();
  }

  /**
   * Hands an image over. A place has to be reserved for it.
   *
   * @param image bytes as the model takes them
   * @return its answer, to come from a worker's thread
   */
  CompletableFuture<double[]> submit(byte[] image) {
    Item item = new Item(image);
    if (!queue.offer(item)) {
      throw new IllegalStateException("More images than places");
    }
    return item.answer;
  }

  private void work() {
    List<Item> batch = new ArrayList<>(maxBatch);
    try {
      while (true) {
        gather(batch);
        run(batch);
        batch.clear();
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private void gather(List<Item> batch) throws InterruptedException {
    Item next = queue.take();
    long deadline = next.since + maxDelay;
    while (next != null) {
      batch.add(next);
      queue.drainTo(batch, maxBatch - batch.size());
      long left = deadline - System.nanoTime();
      next = batch.size() == maxBatch || left <= 0 ? null : queue.poll(left, TimeUnit.NANOSECONDS);
    }
  }

  private void run(List<Item> batch) {
    long start = System.nanoTime();
    for (Item item : batch) {
      metrics.waited(start - item.since);
    }
    try {
      List<double[]> answers = model.predict(batch.stream().map(item -> item.image).toList());
      metrics.ran(batch.size(), System.nanoTime() - start);
      for (int i = 0; i < batch.size(); i++) {
        batch.get(i).answer.complete(answers.get(i));
      }
    } catch (RuntimeException | Error e) {
      for (Item item : batch) {
        item.answer.completeExceptionally(e);
      }
    }
  }

  /** Takes no more; waits until all places were given back, but not for ever; ends the workers. */
  @Override
  public void close() {
    closed = true;
    try {
      boolean unused = places.tryAcquire(capacity, DRAIN_SECONDS, TimeUnit.SECONDS);
      for (Thread worker : workers) {
        worker.interrupt();
      }
      for (Thread worker : workers) {
        // The model must not be closed under it.
        worker.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Item item : queue) {
      item.answer.cancel(false);
    }
  }
}
