package io.github.flora.data;

import java.util.Arrays;

/**
 * Resizing with a triangle filter that is as wide as what a new pixel covers, rows first, then
 * columns, rounded to bytes in between: to the bit what Pillow does (src/libImaging/Resample.c) for
 * {@code BILINEAR}.
 */
final class Resampling {

  /** Bits of fraction of the weights; 8 bits are the pixel's, 2 keep sums from overflowing. */
  private static final int PRECISION = 32 - 8 - 2;

  private Resampling() {}

  /**
   * Resizes.
   *
   * @param pixels H×W×C unsigned bytes
   * @return H×W×C unsigned bytes in the new size
   */
  static byte[] resize(
      byte[] pixels, int height, int width, int channels, int newHeight, int newWidth) {
    byte[] current = pixels;
    if (newWidth != width) {
      current = along(current, height, width, channels, newWidth);
    }
    if (newHeight != height) {
      // A column's next pixel is a whole row away: the row counts as the channels of one pixel.
      current = along(current, 1, height, newWidth * channels, newHeight);
    }
    return current;
  }

  /** Resizes rows of {@code length} groups of {@code inner} bytes. */
  private static byte[] along(byte[] from, int rows, int length, int inner, int newLength) {
    Weights weights = Weights.of(length, newLength);
    byte[] to = new byte[Math.multiplyExact(Math.multiplyExact(rows, newLength), inner)];
    int[] sums = new int[inner];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < newLength; i++) {
        Arrays.fill(sums, 1 << (PRECISION - 1));
        int[] window = weights.values[i];
        int at = (row * length + weights.first[i]) * inner;
        for (int weight : window) {
          for (int c = 0; c < inner; c++) {
            sums[c] += weight * (from[at++] & 0xff);
          }
        }
        int out = (row * newLength + i) * inner;
        for (int c = 0; c < inner; c++) {
          to[out + c] = (byte) Math.max(0, Math.min(255, sums[c] >> PRECISION));
        }
      }
    }
    return to;
  }

  /** For each new pixel the first old one that counts, and the fixed-point weights from there. */
  @SuppressWarnings("ArrayRecordComponent") // never leaves this class
  private record Weights(int[] first, int[][] values) {

    static Weights of(int length, int newLength) {
      double scale = (double) length / newLength;
      double support = Math.max(1, scale);
      int[] first = new int[newLength];
      int[][] values = new int[newLength][];
      for (int i = 0; i < newLength; i++) {
        double centre = (i + 0.5) * scale;
        int begin = Math.max(0, (int) (centre - support + 0.5));
        int end = Math.min(length, (int) (centre + support + 0.5));
        double[] window = new double[end - begin];
        double sum = 0;
        for (int k = 0; k < window.length; k++) {
          window[k] = Math.max(0, 1 - Math.abs((k + begin - centre + 0.5) * (1 / support)));
          sum += window[k];
        }
        first[i] = begin;
        values[i] = new int[window.length];
        for (int k = 0; k < window.length; k++) {
          values[i][k] = (int) (0.5 + window[k] * (1 / sum) * (1 << PRECISION));
        }
      }
      return new Weights(first, values);
    }
  }
}
