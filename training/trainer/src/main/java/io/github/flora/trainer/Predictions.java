package io.github.flora.trainer;

/** What a classifier says of every image of a set: its logits, and what follows from them. */
public final class Predictions {

  private final float[] logits;
  private final int classes;
  private final double seconds;

  /**
   * What a classifier said.
   *
   * @param logits a row of logits for each image, row after row; kept, not copied
   * @param classes length of a row
   * @param seconds wall time of all of it, getting the images included
   */
  public Predictions(float[] logits, int classes, double seconds) {
    this.logits = logits;
    this.classes = classes;
    this.seconds = seconds;
  }

  /**
   * Returns how long all of it took.
   *
   * @return wall time in seconds, getting the images included
   */
  public double seconds() {
    return seconds;
  }

  /**
   * Returns the number of images.
   *
   * @return the number of rows
   */
  public int size() {
    return classes == 0 ? 0 : logits.length / classes;
  }

  /**
   * Returns what the classifier said of one class.
   *
   * @param image index of the image
   * @param label index of the class
   * @return the logit
   */
  public float logit(int image, int label) {
    return logits[image * classes + label];
  }

  /**
   * Returns the softmax of one image's logits.
   *
   * @param image index of the image
   * @return probabilities by class, adding up to 1
   */
  public double[] probabilities(int image) {
    double[] result = new double[classes];
    double max = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < classes; c++) {
      max = Math.max(max, logits[image * classes + c]);
    }
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      result[c] = Math.exp(logits[image * classes + c] - max);
      sum += result[c];
    }
    for (int c = 0; c < classes; c++) {
      result[c] /= sum;
    }
    return result;
  }

  /**
   * Returns the class with the largest logit; the first of equals, as in NumPy and PyTorch.
   *
   * @param image index of the image
   * @return index of the class
   */
  public int top1(int image) {
    int best = 0;
    for (int c = 1; c < classes; c++) {
      if (logits[image * classes + c] > logits[image * classes + best]) {
        best = c;
      }
    }
    return best;
  }

  /**
   * Returns how many classes the model prefers to the given one.
   *
   * @param image index of the image
   * @param label index of the class
   * @return 0 if it is the model's first choice, below 5 if it is among its top five
   */
  public int rank(int image, int label) {
    int better = 0;
    float own = logits[image * classes + label];
    for (int c = 0; c < classes; c++) {
      float other = logits[image * classes + c];
      if (other > own || (other == own && c < label)) {
        better++;
      }
    }
    return better;
  }

  /**
   * Returns the cross-entropy of one image.
   *
   * @param image index of the image
   * @param label its true class
   * @return the negative log-probability of the label in nats
   */
  public double loss(int image, int label) {
    double max = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < classes; c++) {
      max = Math.max(max, logits[image * classes + c]);
    }
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      sum += Math.exp(logits[image * classes + c] - max);
    }
    return max + Math.log(sum) - logits[image * classes + label];
  }
}
