package io.github.flora.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** One batch of images and labels; closing it closes its manager and all that hangs on it. */
public final class Batch implements AutoCloseable {

  private final NDManager manager;
  private final NDArray images;
  private final NDArray labels;
  private final NDArray targets;
  private final int size;

  Batch(NDManager manager, NDArray images, NDArray labels, int size) {
    this(manager, images, labels, labels, size);
  }

  Batch(NDManager manager, NDArray images, NDArray labels, NDArray targets, int size) {
    this.manager = manager;
    this.images = images;
    this.labels = labels;
    this.targets = targets;
    this.size = size;
  }

  /** Returns the batch's own manager, for whatever lives as long as the batch. */
  public NDManager manager() {
    return manager;
  }

  /** Returns the images: float32, N×C×H×W, normalised, usually not contiguous. */
  public NDArray images() {
    return images;
  }

  /** Returns the class indices: int64, N; of mixed images the class that has the larger share. */
  public NDArray labels() {
    return labels;
  }

  /**
   * Returns what the network is to say: the {@linkplain #labels() class indices}, or of {@linkplain
   * MixedBatches mixed} images the share of each class: float32, N×classes.
   */
  public NDArray targets() {
    return targets;
  }

  /** Returns N, which is smaller in an epoch's last batch if the images don't divide evenly. */
  public int size() {
    return size;
  }

  @Override
  public void close() {
    manager.close();
  }
}
