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

  /** A plane with as many rows before and after it as the kernel reaches. */
  private final float[] wrapped;

  private final float[] shifted;

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
    this.shifted = new float[height * width];
    this.wrapped = new float[height * width + 2 * RADIUS * Math.max(height, width)];
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

  /**
   * Moves the places of a row of pixels.
   *
   * @param y the row
   * @param xs fixed-point numbers with 16 bits of fraction, one per column
   * @param ys as {@code xs}
   */
  void displace(int y, int[] xs, int[] ys) {
    float scale = (float) alpha * 65536;
    for (int x = 0; x < width; x++) {
      xs[x] += (int) (scale * horizontal[y * width + x]);
      ys[x] += (int) (scale * vertical[y * width + x]);
    }
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
    // Transposed first, so that the loops below are long ones, over the whole plane.
    for (int x = 0; x < columns; x++) {
      for (int y = 0; y < rows; y++) {
        wrapped[(RADIUS + x) * rows + y] = from[y * columns + x];
      }
    }
    // Outwards from the plane, so that what is copied has been filled, however narrow the plane.
    for (int i = 1; i <= RADIUS; i++) {
      int before = (RADIUS - i) * rows;
      int after = (RADIUS + columns - 1 + i) * rows;
      System.arraycopy(wrapped, before + columns * rows, wrapped, before, rows);
      System.arraycopy(wrapped, after - columns * rows, wrapped, after, rows);
    }
    Arrays.fill(to, 0);
    for (int k = 0; k < KERNEL.length; k++) {
      System.arraycopy(wrapped, k * rows, shifted, 0, shifted.length);
      addWeighted(KERNEL[k], shifted, to);
    }
  }

  /** Indices agree here, else the compiler would not use SIMD instructions. */
  private static void addWeighted(float weight, float[] from, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += weight * from[i];
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
