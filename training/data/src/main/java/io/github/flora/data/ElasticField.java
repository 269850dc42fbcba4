package io.github.flora.data;

import java.util.SplittableRandom;

/**
 * Random displacements that change slowly over the plane: uniform noise per pixel, smoothed with a
 * Gaussian and scaled (Simard, Steinkraus and Platt 2003, with their σ of 4 pixels, but an α of 24
 * instead of 34, because the strokes themselves vary already).
 */
final class ElasticField {

  private static final double SIGMA = 4;
  private static final double ALPHA = 24;

  /** Taps on either side of the centre; what lies further out weighs under 1 %. */
  private static final int RADIUS = 12;

  private static final float[] KERNEL = kernel();

  private final int side;
  private final float[] horizontal;
  private final float[] vertical;

  /**
   * Draws a field.
   *
   * @param side the plane's width and height in pixels
   * @param random where the noise comes from
   */
  ElasticField(int side, SplittableRandom random) {
    this.side = side;
    this.horizontal = field(random);
    this.vertical = field(random);
  }

  /** Returns how far to move the point to the right, in pixels. */
  double dx(double x, double y) {
    return at(horizontal, x, y);
  }

  /** Returns how far to move the point down, in pixels. */
  double dy(double x, double y) {
    return at(vertical, x, y);
  }

  private float[] field(SplittableRandom random) {
    // The plane is taken as a torus, so that the noise is as strong at the edges.
    float[] noise = new float[side * side];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) (2 * random.nextDouble() - 1);
    }
    return smoothRowsAndTranspose(smoothRowsAndTranspose(noise));
  }

  private float[] smoothRowsAndTranspose(float[] values) {
    float[] row = new float[side + 2 * RADIUS];
    float[] result = new float[side * side];
    for (int y = 0; y < side; y++) {
      for (int i = 0; i < row.length; i++) {
        row[i] = values[y * side + Math.floorMod(i - RADIUS, side)];
      }
      for (int x = 0; x < side; x++) {
        float sum = 0;
        for (int k = 0; k < KERNEL.length; k++) {
          sum += KERNEL[k] * row[x + k];
        }
        result[x * side + y] = sum;
      }
    }
    return result;
  }

  private double at(float[] field, double x, double y) {
    double cx = Math.max(0, Math.min(side - 1.001, x));
    double cy = Math.max(0, Math.min(side - 1.001, y));
    int left = (int) cx;
    int top = (int) cy;
    double fx = cx - left;
    double fy = cy - top;
    int i = top * side + left;
    double upper = field[i] + fx * (field[i + 1] - field[i]);
    double lower = field[i + side] + fx * (field[i + side + 1] - field[i + side]);
    return ALPHA * (upper + fy * (lower - upper));
  }

  private static float[] kernel() {
    double[] weights = new double[2 * RADIUS + 1];
    double sum = 0;
    for (int k = 0; k < weights.length; k++) {
      double distance = (k - RADIUS) / SIGMA;
      weights[k] = StrictMath.exp(-distance * distance / 2);
      sum += weights[k];
    }
    float[] kernel = new float[weights.length];
    for (int k = 0; k < kernel.length; k++) {
      kernel[k] = (float) (weights[k] / sum);
    }
    return kernel;
  }
}
