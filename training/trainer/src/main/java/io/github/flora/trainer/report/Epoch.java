package io.github.flora.trainer.report;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What one epoch of training came to: a row of {@code history.csv}.
 *
 * @param epoch the epoch's number, from 1
 * @param trainLoss mean loss over the epoch's training images; NaN or infinite where it diverged
 * @param trainAccuracy share of training images classified correctly, 0–1; NaN if not measured
 * @param valLoss mean loss over the validation images; NaN without a validation split
 * @param valAccuracy share of validation images classified correctly, 0–1; NaN without a split
 * @param learningRate the rate at the end of the epoch
 * @param seconds wall-clock time of the epoch
 * @param imagesPerSecond training images per second
 */
public record Epoch(
    int epoch,
    double trainLoss,
    double trainAccuracy,
    double valLoss,
    double valAccuracy,
    double learningRate,
    double seconds,
    double imagesPerSecond) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of its range, with its name
   */
  public Epoch {
    if (epoch < 1) {
      throw new IllegalArgumentException("epoch is " + epoch + ", but epochs count from 1");
    }
    Checks.share("train_accuracy", trainAccuracy);
    Checks.share("val_accuracy", valAccuracy);
    Checks.notNegative("learning_rate", learningRate);
    Checks.notNegative("seconds", seconds);
    Checks.notNegative("images_per_second", imagesPerSecond);
  }

  /** Whether this epoch was validated. */
  public boolean validated() {
    return !Double.isNaN(valAccuracy);
  }

  /**
   * The best validated epoch: the highest validation accuracy; among equals the lowest validation
   * loss, then the earliest.
   *
   * @param epochs epochs in order
   * @return the best one, or empty if none was validated
   */
  public static Optional<Epoch> best(List<Epoch> epochs) {
    return epochs.stream()
        .filter(Epoch::validated)
        .min(
            Comparator.comparingDouble(Epoch::valAccuracy)
                .reversed()
                .thenComparingDouble(Epoch::valLoss)
                .thenComparingInt(Epoch::epoch));
  }
}
