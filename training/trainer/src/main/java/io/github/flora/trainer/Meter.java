package io.github.flora.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.github.flora.engine.TrainingStep.Outcome;

/**
 * Adds up loss and hits on the device, so that the loop waits for the device only when somebody
 * looks, not after every batch.
 */
final class Meter implements AutoCloseable {

  private final NDManager manager;
  private final NDArray loss;
  private final NDArray hits;
  private long images;

  Meter(NDManager parent) {
    manager = parent.newSubManager();
    loss = manager.create(0f);
    hits = manager.create(0L);
  }

  void add(Outcome outcome, NDArray labels, int count) {
    loss.addi(outcome.loss().mul(count));
    hits.addi(outcome.output().argMax(1).eq(labels).toType(DataType.INT64, false).sum());
    images += count;
  }

  long images() {
    return images;
  }

  double meanLoss() {
    return loss.getFloat() / images;
  }

  double accuracy() {
    return (double) hits.getLong() / images;
  }

  @Override
  public void close() {
    manager.close();
  }
}
