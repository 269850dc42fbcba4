package io.github.flora.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.github.flora.data.Batch;
import io.github.flora.data.BatchSource;
import io.github.flora.data.FeatureBatches;
import io.github.flora.data.Sampling;
import io.github.flora.engine.Inference;
import io.github.flora.engine.Precision;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * A backbone that doesn't learn gives the same features for an image in every epoch, if the image
 * is the same: so they are computed once, without augmentation, and kept in memory.
 */
final class FrozenBackbone implements AutoCloseable {

  private final NDManager manager;
  private final Inference backbone;
  private final int batchSize;
  private final Sampling sampling;

  FrozenBackbone(
      NDManager manager, Block backbone, int batchSize, Precision precision, Sampling sampling) {
    this.manager = manager;
    this.backbone = Inference.of(manager, backbone, precision);
    this.batchSize = batchSize;
    this.sampling = sampling;
  }

  /**
   * Computes the features of all images.
   *
   * @param images the images, in order
   * @param labels their labels
   * @param stop asked after every batch whether to end early
   * @return the features, or empty if told to stop
   */
  Optional<FeatureBatches> features(BatchSource images, int[] labels, BooleanSupplier stop) {
    float[] all = new float[0];
    Shape shape = new Shape(0);
    int at = 0;
    for (Batch batch : images.inOrder(manager)) {
      try (batch) {
        NDArray output = backbone.forward(batch.images());
        float[] part = output.toFloatArray();
        if (at == 0) {
          shape = output.getShape().slice(1);
          all = new float[Math.toIntExact(labels.length * shape.size())];
        }
        System.arraycopy(part, 0, all, at, part.length);
        at += part.length;
      }
      if (stop.getAsBoolean()) {
        return Optional.empty();
      }
    }
    return Optional.of(
        new FeatureBatches(Arrays.copyOf(all, at), labels, shape, batchSize, sampling));
  }

  @Override
  public void close() {
    backbone.close();
  }
}
