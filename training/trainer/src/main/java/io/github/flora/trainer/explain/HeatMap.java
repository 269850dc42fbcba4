package io.github.flora.trainer.explain;

import org.jspecify.annotations.Nullable;

/**
 * How much each pixel of an image speaks for an answer: from 0, not at all, to 1 for the pixels
 * that do the most. All zeros if nothing speaks for it. Immutable.
 */
public final class HeatMap {

  /** How much of a drawing is the map, the rest being the image. */
  private static final double OPACITY = 0.5;

  private final float[] values;
  private final int height;
  private final int width;
  private final String method;
  private final @Nullable String reason;

  private HeatMap(float[] values, int height, int width, String method, @Nullable String reason) {
    this.values = values;
    this.height = height;
    this.width = width;
    this.method = method;
    this.reason = reason;
  }

  /**
   * Makes a map of numbers of any scale: what is negative or no number counts as 0, then all is
   * divided by the largest.
   *
   * @param evidence a number per pixel, row by row
   * @param height rows
   * @param width columns
   * @param method how the numbers came about, for people
   * @param reason why not in a better way, or null
   * @return the map
   */
  static HeatMap of(
      double[] evidence, int height, int width, String method, @Nullable String reason) {
    double max = 0;
    for (double value : evidence) {
      max = Math.max(max, Double.isFinite(value) ? value : 0);
    }
    float[] values = new float[height * width];
    for (int i = 0; i < values.length; i++) {
      if (max > 0 && evidence[i] > 0 && Double.isFinite(evidence[i])) {
        values[i] = (float) (evidence[i] / max);
      }
    }
    return new HeatMap(values, height, width, method, reason);
  }

  /**
   * Returns the number of a pixel.
   *
   * @param row from 0, at the top
   * @param column from 0, at the left
   * @return in [0, 1]
   */
  public float at(int row, int column) {
    return values[row * width + column];
  }

  /** Returns the rows. */
  public int height() {
    return height;
  }

  /** Returns the columns. */
  public int width() {
    return width;
  }

  /**
   * Returns how the map came about.
   *
   * @return such as {@code Grad-CAM at layer4.1}
   */
  public String method() {
    return method;
  }

  /**
   * Returns why the map didn't come about in a better way.
   *
   * @return what the model lacks, or null if nothing
   */
  public @Nullable String reason() {
    return reason;
  }

  /**
   * Returns the map without a margin that was put around the image.
   *
   * @param margin rows and columns to leave out on each of the four sides
   * @return the inner part, scaled anew
   */
  public HeatMap inner(int margin) {
    int rows = height - 2 * margin;
    int columns = width - 2 * margin;
    double[] inner = new double[rows * columns];
    for (int i = 0; i < inner.length; i++) {
      inner[i] = at(i / columns + margin, i % columns + margin);
    }
    return of(inner, rows, columns, method, reason);
  }

  /**
   * Draws the map over its image: the image in grey under colours from blue (0) by way of green and
   * yellow to red (1).
   *
   * @param pixels the image, height × width × channels unsigned bytes
   * @param channels 1 or 3
   * @return height × width × 3 unsigned bytes, red first
   */
  public byte[] over(byte[] pixels, int channels) {
    byte[] drawn = new byte[values.length * 3];
    for (int i = 0; i < values.length; i++) {
      int grey = 0;
      for (int c = 0; c < channels; c++) {
        grey += pixels[i * channels + c] & 0xff;
      }
      for (int c = 0; c < 3; c++) {
        double colour = 255 * ramp(4 * values[i] - 3 + c);
        drawn[3 * i + c] = (byte) Math.round((1 - OPACITY) * grey / channels + OPACITY * colour);
      }
    }
    return drawn;
  }

  /** The usual jet colours: red, green and blue rise and fall one after the other. */
  private static double ramp(double place) {
    return Math.max(0, Math.min(1, 1.5 - Math.abs(place)));
  }
}
