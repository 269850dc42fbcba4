package io.github.flora.trainer.report;

import java.util.List;

/**
 * Counts how often images of one class were taken for another. Rows are the true classes, columns
 * the predicted ones, as in scikit-learn's {@code confusion_matrix}. Not safe for use by several
 * threads at once.
 */
public final class ConfusionMatrix {

  private final List<String> labels;
  private final long[][] counts;

  /**
   * Creates an empty matrix.
   *
   * @param labels the classes' names in the order of their indices, at least one; they may repeat
   * @throws IllegalArgumentException if there are none
   */
  public ConfusionMatrix(List<String> labels) {
    this.labels = List.copyOf(labels);
    if (labels.isEmpty()) {
      throw new IllegalArgumentException("a confusion matrix needs at least one class");
    }
    counts = new long[labels.size()][labels.size()];
  }

  /**
   * Counts one image.
   *
   * @param actual index of its true class
   * @param predicted index of the class it was taken for
   * @throws IndexOutOfBoundsException if there is no such class
   */
  public void add(int actual, int predicted) {
    counts[index(actual)][index(predicted)]++;
  }

  /** The classes' names in the order of their indices. */
  public List<String> labels() {
    return labels;
  }

  /** How many classes there are. */
  public int size() {
    return counts.length;
  }

  /**
   * How many images of one class were taken for another.
   *
   * @param actual index of the true class
   * @param predicted index of the predicted class
   * @return the count
   * @throws IndexOutOfBoundsException if there is no such class
   */
  public long count(int actual, int predicted) {
    return counts[index(actual)][index(predicted)];
  }

  /**
   * How many images a class has: the sum of its row.
   *
   * @param actual index of the true class
   * @return the count
   * @throws IndexOutOfBoundsException if there is no such class
   */
  public long support(int actual) {
    long sum = 0;
    for (long count : counts[index(actual)]) {
      sum += count;
    }
    return sum;
  }

  /**
   * How many images were taken for a class: the sum of its column.
   *
   * @param predicted index of the predicted class
   * @return the count
   * @throws IndexOutOfBoundsException if there is no such class
   */
  public long predicted(int predicted) {
    index(predicted);
    long sum = 0;
    for (long[] row : counts) {
      sum += row[predicted];
    }
    return sum;
  }

  /** How many images were counted. */
  public long total() {
    long sum = 0;
    for (int i = 0; i < counts.length; i++) {
      sum += support(i);
    }
    return sum;
  }

  /** How many images were classified correctly: the sum of the diagonal. */
  public long correct() {
    long sum = 0;
    for (int i = 0; i < counts.length; i++) {
      sum += counts[i][i];
    }
    return sum;
  }

  /** The share of images classified correctly, 0–1; NaN before any was counted. */
  public double accuracy() {
    return (double) correct() / total();
  }

  private int index(int classIndex) {
    if (classIndex < 0 || classIndex >= counts.length) {
      throw new IndexOutOfBoundsException(
          "class " + classIndex + " of " + counts.length + " classes");
    }
    return classIndex;
  }
}
