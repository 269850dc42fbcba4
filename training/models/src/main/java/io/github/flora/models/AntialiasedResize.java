package io.github.flora.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * Resizing with a triangle filter as wide as what a new pixel covers, which DJL's engines lack: two
 * products with matrices of weights, so that any engine can. The numbers are those of Pillow's
 * {@code BILINEAR}, but for the rounding in between.
 */
final class AntialiasedResize {

  private AntialiasedResize() {}

  /**
   * Returns the middle of a photograph whose shorter side is resized to a given length, as
   * torchvision's {@code Resize} and {@code CenterCrop}.
   *
   * @param pixels H×W×C, 0 to 255, of any type
   * @param shorterSide length in pixels, at least as long as the sides that follow
   * @param newHeight rows
   * @param newWidth columns
   * @return float32, whole numbers
   */
  static NDArray middle(NDArray pixels, int shorterSide, int newHeight, int newWidth) {
    NDManager manager = pixels.getManager();
    Shape shape = pixels.getShape();
    long height = shape.get(0);
    long width = shape.get(1);
    long channels = shape.get(2);
    long shorter = Math.min(height, width);
    NDArray rows = weights(manager, height, shorterSide * height / shorter, newHeight);
    NDArray columns = weights(manager, width, shorterSide * width / shorter, newWidth);
    NDArray low =
        rows.matMul(pixels.toType(DataType.FLOAT32, false).reshape(height, width * channels));
    NDArray turned =
        low.reshape(newHeight, width, channels)
            .transpose(1, 0, 2)
            .reshape(width, newHeight * channels);
    return columns.matMul(turned).reshape(newWidth, newHeight, channels).transpose(1, 0, 2).round();
  }

  /** Of the middle {@code count} new pixels; a row for each, with a weight per old pixel. */
  private static NDArray weights(NDManager manager, long length, long newLength, int count) {
    int offset = (int) Math.rint((newLength - count) / 2.0);
    double scale = (double) length / newLength;
    double support = Math.max(1, scale);
    float[] weights = new float[Math.toIntExact(count * length)];
    for (int i = 0; i < count; i++) {
      double centre = (offset + i + 0.5) * scale;
      int begin = (int) Math.max(0, centre - support + 0.5);
      int end = (int) Math.min((double) length, centre + support + 0.5);
      double sum = 0;
      for (int k = begin; k < end; k++) {
        sum += weight(k, centre, support);
      }
      for (int k = begin; k < end; k++) {
        weights[Math.toIntExact(i * length + k)] = (float) (weight(k, centre, support) / sum);
      }
    }
    return manager.create(weights, new Shape(count, length));
  }

  private static double weight(int pixel, double centre, double support) {
    return Math.max(0, 1 - Math.abs((pixel - centre + 0.5) / support));
  }
}
