package io.github.flora.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.flora.data.Batch;
import io.github.flora.data.BatchSource;
import io.github.flora.data.Batches;
import io.github.flora.data.ImageSet;
import io.github.flora.data.Normalization;
import io.github.flora.engine.Inference;

/** Runs a classifier over a set of images, in order and without learning. */
public final class Evaluator {

  private final NDManager manager;
  private final BatchSource examples;
  private final int[] labels;

  /**
   * Creates the evaluator.
   *
   * @param manager on the device to compute on
   * @param images the images and their true labels; may be empty
   * @param normalization how the model wants its pixels
   * @param batchSize images per forward pass, at least 1
   */
  public Evaluator(NDManager manager, ImageSet images, Normalization normalization, int batchSize) {
    this(manager, new Batches(images, normalization, batchSize), images.labels());
  }

  /**
   * Creates the evaluator for examples of any kind.
   *
   * @param manager on the device to compute on
   * @param examples what to ask the classifier; may be empty
   * @param labels their true labels, in order
   */
  Evaluator(NDManager manager, BatchSource examples, int[] labels) {
    this.manager = manager;
    this.examples = examples;
    this.labels = labels;
  }

  /**
   * Mean loss and accuracy.
   *
   * @param loss mean cross-entropy in nats, NaN without images
   * @param accuracy share of right answers in [0, 1], NaN without images
   */
  public record Scores(double loss, double accuracy) {

    /** What is known without a measurement: NaN, as of no images. */
    public static final Scores NONE = new Scores(Double.NaN, Double.NaN);

    /**
     * Measures answers.
     *
     * @param predictions what a model said of each image
     * @param images the images with their true labels
     * @return loss and accuracy over all images
     */
    public static Scores of(Predictions predictions, ImageSet images) {
      return of(predictions, images.labels());
    }

    private static Scores of(Predictions predictions, int[] labels) {
      double loss = 0;
      int hits = 0;
      for (int i = 0; i < predictions.size(); i++) {
        loss += predictions.loss(i, labels[i]);
        if (predictions.top1(i) == labels[i]) {
          hits++;
        }
      }
      int n = predictions.size();
      return n == 0 ? NONE : new Scores(loss / n, (double) hits / n);
    }
  }

  /**
   * Measures a model.
   *
   * @param model gives N×classes logits
   * @return loss and accuracy over all images
   */
  public Scores scores(Inference model) {
    return Scores.of(predictions(model), labels);
  }

  /**
   * Runs a model over all images.
   *
   * @param model gives N×classes logits
   * @return what it says of each
   */
  public Predictions predictions(Inference model) {
    float[] logits = new float[0];
    int classes = 0;
    int at = 0;
    long start = System.nanoTime();
    for (Batch batch : examples.inOrder(manager)) {
      try (batch) {
        NDArray output = model.forward(batch.images());
        float[] part = output.toFloatArray();
        if (classes == 0) {
          classes = part.length / batch.size();
          logits = new float[labels.length * classes];
        }
        System.arraycopy(part, 0, logits, at, part.length);
        at += part.length;
      }
    }
    return new Predictions(logits, classes, (System.nanoTime() - start) / 1e9);
  }
}
