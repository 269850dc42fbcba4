package io.github.flora.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.training.loss.Loss;
import java.util.Arrays;

/**
 * The mean cross-entropy of logits N×classes to labels N (int64), as {@code
 * torch.nn.CrossEntropyLoss} with {@code weight}, {@code label_smoothing} and {@code
 * reduction='mean'}. Without smoothing and class weights it does what DJL's {@code
 * softmaxCrossEntropyLoss} does: log-softmax, pick, mean, negate.
 *
 * <p>Instead of labels it takes probabilities N×classes (float32, rows that sum to 1). Then a row
 * counts its classes' weights in the shares of their probabilities, so that rows with a single 1
 * give what labels give. (PyTorch divides the weighted sum by N there.)
 */
public final class CrossEntropy extends Loss {

  private final float smoothing;
  private final float[] classWeights;

  /** Creates the plain loss: no smoothing, all classes alike. */
  public CrossEntropy() {
    this(0);
  }

  /**
   * Creates the loss with all classes alike.
   *
   * @param smoothing the share of a label that is spread evenly over all classes, in [0, 1)
   */
  public CrossEntropy(double smoothing) {
    this(smoothing, new double[0]);
  }

  /**
   * Creates the loss.
   *
   * @param smoothing the share of a label that is spread evenly over all classes, in [0, 1)
   * @param classWeights what an image of each class counts, above 0, in the order of the logits;
   *     the sum is divided by the sum of its labels' weights. Empty for all alike
   */
  public CrossEntropy(double smoothing, double[] classWeights) {
    super("CrossEntropy");
    if (!(smoothing >= 0 && smoothing < 1)) {
      throw new IllegalArgumentException(
          "label smoothing has to be at least 0 and below 1: " + smoothing);
    }
    this.smoothing = (float) smoothing;
    this.classWeights = new float[classWeights.length];
    for (int i = 0; i < classWeights.length; i++) {
      float weight = (float) classWeights[i];
      if (!(weight > 0 && weight <= Float.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "the weight of class %d has to be above 0: %s".formatted(i, classWeights[i]));
      }
      this.classWeights[i] = weight;
    }
  }

  /**
   * Returns class weights under which every class counts the same, however many images it has:
   * scikit-learn's {@code compute_class_weight('balanced')}.
   *
   * @param labels the label of every image, each in [0, classes)
   * @param classes number of classes, k
   * @return per class, n / (k · number of its images)
   * @throws IllegalArgumentException if a class has no image; the message names its index
   */
  public static double[] balanced(int[] labels, int classes) {
    int[] counts = new int[classes];
    for (int label : labels) {
      if (label < 0 || label >= classes) {
        throw new IllegalArgumentException(
            "label %d doesn't lie in [0, %d)".formatted(label, classes));
      }
      counts[label]++;
    }
    double[] weights = new double[classes];
    for (int i = 0; i < classes; i++) {
      if (counts[i] == 0) {
        throw new IllegalArgumentException(
            "class %d has no image, so it can't be given a weight".formatted(i));
      }
      weights[i] = labels.length / ((double) classes * counts[i]);
    }
    return weights;
  }

  @Override
  public NDArray evaluate(NDList labels, NDList predictions) {
    NDArray label = labels.singletonOrThrow();
    NDArray logits = predictions.singletonOrThrow();
    long classes = logits.getShape().get(1);
    if (classWeights.length > 0 && classWeights.length != classes) {
      throw new IllegalArgumentException(
          "%d class weights for %d classes".formatted(classWeights.length, classes));
    }
    NDArray logs = logits.logSoftmax(1);
    if (classWeights.length == 0) {
      NDArray picked = ofLabels(logs, label).mean().neg();
      return smoothing == 0 ? picked : smoothed(picked, logs.mean().neg());
    }
    // Made anew each time, since a loss has no end at which to free it: a few hundred numbers.
    NDArray weights = label.getManager().create(classWeights).reshape(1, classes);
    NDArray weighted = logs.mul(weights);
    NDArray total = ofLabels(weights.broadcast(logs.getShape()), label).sum().neg();
    NDArray picked = ofLabels(weighted, label).sum().div(total);
    return smoothing == 0
        ? picked
        : smoothed(picked, weighted.sum().div(total.mul((float) classes)));
  }

  /** Of every row of N×classes the value of its label, or the mean under its probabilities. */
  private static NDArray ofLabels(NDArray values, NDArray label) {
    if (label.getShape().dimension() == 1) {
      return values.get(new NDIndex().addAllDim(1).addPickDim(label));
    }
    if (!label.getShape().equals(values.getShape())) {
      throw new IllegalArgumentException(
          "probabilities %s for logits %s".formatted(label.getShape(), values.getShape()));
    }
    return values.mul(label).sum(new int[] {1});
  }

  /** The loss to the label and the mean loss to all classes, in the shares asked for. */
  private NDArray smoothed(NDArray picked, NDArray even) {
    return picked.mul(1 - smoothing).add(even.mul(smoothing));
  }

  @Override
  public String toString() {
    return "CrossEntropy[smoothing=%s, classWeights=%s]"
        .formatted(smoothing, Arrays.toString(classWeights));
  }
}
