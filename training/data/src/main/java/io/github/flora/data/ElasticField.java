package io.github.flora.data;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Random displacements that change slowly over the plane: uniform noise per pixel, smoothed with a
 * Gaussian of σ 4 pixels and scaled (Simard, Steinkraus and Platt, "Best practices for
 * convolutional neural networks applied to visual document analysis", ICDAR 2003, who took α = 34
 * for MNIST). Arrays are made once and drawn into again and again; not thread-safe.
 */
final class ElasticField {

  private static final double SIGMA = 4;

  /** Taps on either side of the centre; what lies further out weighs under 1 %. */
  private static final int RADIUS = 12;

  private static final float[] KERNEL = kernel();

  private final int height;
  private final int width;
  private final double alpha;
  private final float[] horizontal;
  private final float[] vertical;
  private final float[] between;
  private final float[] row;
  private final float[] sums;

  /**
   * Creates a field of zeros.
   *
   * @param height the plane's rows, at least 2
   * @param width the plane's columns, at least 2
   * @param alpha what the smoothed noise is multiplied by; at 24 a point of a 28×28 plane moves by
   *     about 1 pixel
   */
  ElasticField(int height, int width, double alpha) {
    this.height = height;
    this.width = width;
    this.alpha = alpha;
    this.horizontal = new float[height * width];
    this.vertical = new float[height * width];
    this.between = new float[height * width];
    this.row = new float[Math.max(height, width) + 2 * RADIUS];
    this.sums = new float[Math.max(height, width)];
  }

  /**
   * Draws another field.
   *
   * @param random where the noise comes from
   */
  void draw(SplittableRandom random) {
    draw(horizontal, random);
    draw(vertical, random);
  }

  /** Returns how far to move the point to the right, in pixels. */
  double dx(double x, double y) {
    return at(horizontal, x, y);
  }

  /** Returns how far to move the point down, in pixels. */
  double dy(double x, double y) {
    return at(vertical, x, y);
  }

  /** Returns how far to move a pixel to the right, in pixels, without interpolating. */
  float dxOfPixel(int pixel) {
    return (float) alpha * horizontal[pixel];
  }

  /** Returns how far to move a pixel down, in pixels, without interpolating. */
  float dyOfPixel(int pixel) {
    return (float) alpha * vertical[pixel];
  }

  private void draw(float[] field, SplittableRandom random) {
    // The plane is taken as a torus, so that the noise is as strong at the edges.
    for (int i = 0; i < field.length; i++) {
      field[i] = (float) (2 * random.nextDouble() - 1);
    }
    smoothRowsAndTranspose(field, between, height, width);
    smoothRowsAndTranspose(between, field, width, height);
  }

  private void smoothRowsAndTranspose(float[] from, float[] to, int rows, int columns) {
    for (int y = 0; y < rows; y++) {
      for (int i = 0; i < columns + 2 * RADIUS; i++) {
        row[i] = from[y * columns + Math.floorMod(i - RADIUS, columns)];
      }
      // Taps outside, pixels inside: each sum is added up in the same order, but in SIMD lanes.
      Arrays.fill(sums, 0, columns, 0);
      for (int k = 0; k < KERNEL.length; k++) {
        float weight = KERNEL[k];
        for (int x = 0; x < columns; x++) {
          sums[x] += weight * row[x + k];
        }
      }
      for (int x = 0; x < columns; x++) {
        to[x * rows + y] = sums[x];
      }
    }
  }

  private double at(float[] field, double x, double y) {
    double cx = Math.max(0, Math.min(width - 1.001, x));
    double cy = Math.max(0, Math.min(height - 1.001, y));
    int left = (int) cx;
    int top = (int) cy;
    double fx = cx - left;
    double fy = cy - top;
    int i = top * width + left;
    double upper = field[i] + fx * (field[i + 1] - field[i]);
    double lower = field[i + width] + fx * (field[i + width + 1] - field[i + width]);
    return alpha * (upper + fy * (lower - upper));
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
