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

  private static final int ROUND = 1 << (PRECISION - 1);

  private Resampling() {}

  /**
   * Which part of an image to take.
   *
   * @param top first row
   * @param left first column
   * @param height rows
   * @param width columns
   */
  record Box(int top, int left, int height, int width) {}

  /**
   * Takes a part of an image, resizes it, and gives a part of the result; what isn't wanted of the
   * result isn't computed.
   *
   * @param pixels H×W×C unsigned bytes
   * @param rowBytes W·C
   * @param channels C
   * @param from the part to resize
   * @param newHeight rows that the part is resized to
   * @param newWidth columns that the part is resized to
   * @param to the part of the resized that is wanted
   * @return the wanted part, H×W×C unsigned bytes
   */
  static byte[] resize(
      byte[] pixels, int rowBytes, int channels, Box from, int newHeight, int newWidth, Box to) {
    Weights rows = Weights.of(from.height(), newHeight, to.top(), to.height());
    Weights columns = Weights.of(from.width(), newWidth, to.left(), to.width());
    int firstRow = rows.first[0];
    int last = to.height() - 1;
    int neededRows = rows.first[last] + rows.values[last].length - firstRow;
    int row = to.width() * channels;
    byte[] narrow = new byte[Math.multiplyExact(neededRows, row)];
    int start = (from.top() + firstRow) * rowBytes + from.left() * channels;
    for (int y = 0; y < neededRows; y++) {
      if (newWidth == from.width()) {
        System.arraycopy(pixels, start + y * rowBytes + to.left() * channels, narrow, y * row, row);
      } else if (channels == 3) {
        colourRow(pixels, start + y * rowBytes, columns, narrow, y * row);
      } else {
        row(pixels, start + y * rowBytes, channels, columns, narrow, y * row);
      }
    }
    return newHeight == from.height() ? narrow : alongColumns(narrow, row, rows);
  }

  private static void colourRow(byte[] from, int start, Weights weights, byte[] to, int out) {
    for (int i = 0; i < weights.first.length; i++) {
      int at = start + weights.first[i] * 3;
      int red = ROUND;
      int green = ROUND;
      int blue = ROUND;
      for (int weight : weights.values[i]) {
        red += weight * (from[at] & 0xff);
        green += weight * (from[at + 1] & 0xff);
        blue += weight * (from[at + 2] & 0xff);
        at += 3;
      }
      to[out++] = toByte(red);
      to[out++] = toByte(green);
      to[out++] = toByte(blue);
    }
  }

  private static void row(
      byte[] from, int start, int channels, Weights weights, byte[] to, int out) {
    for (int i = 0; i < weights.first.length; i++) {
      for (int c = 0; c < channels; c++) {
        int at = start + weights.first[i] * channels + c;
        int sum = ROUND;
        for (int weight : weights.values[i]) {
          sum += weight * (from[at] & 0xff);
          at += channels;
        }
        to[out++] = toByte(sum);
      }
    }
  }

  /** Row by row, for the sake of the cache. */
  private static byte[] alongColumns(byte[] from, int row, Weights weights) {
    byte[] to = new byte[weights.first.length * row];
    int[] sums = new int[row];
    for (int i = 0; i < weights.first.length; i++) {
      Arrays.fill(sums, ROUND);
      int at = (weights.first[i] - weights.first[0]) * row;
      for (int weight : weights.values[i]) {
        for (int x = 0; x < row; x++) {
          sums[x] += weight * (from[at + x] & 0xff);
        }
        at += row;
      }
      for (int x = 0; x < row; x++) {
        to[i * row + x] = toByte(sums[x]);
      }
    }
    return to;
  }

  private static byte toByte(int sum) {
    return (byte) Math.max(0, Math.min(255, sum >> PRECISION));
  }

  /** For each new pixel the first old one that counts, and the fixed-point weights from there. */
  @SuppressWarnings("ArrayRecordComponent") // never leaves this class
  private record Weights(int[] first, int[][] values) {

    /** Returns those of {@code count} new pixels from {@code offset} on. */
    static Weights of(int length, int newLength, int offset, int count) {
      double scale = (double) length / newLength;
      double support = Math.max(1, scale);
      int[] first = new int[count];
      int[][] values = new int[count][];
      for (int i = 0; i < count; i++) {
        double centre = (offset + i + 0.5) * scale;
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
