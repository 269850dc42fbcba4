package io.github.flora.data;

import static io.github.flora.data.Randoms.between;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Turns, shifts, zooms and distorts images at random.
 *
 * <p>Each pixel of the result is looked up in the original, so that turn, shift and zoom together
 * are one affine map and one interpolation. Places are fixed-point numbers with 16 bits of
 * fraction. Not thread-safe: one instance is one thread's.
 */
final class ImageWarp {

  /** Up to this many pixels a place, shifted and turned outside, is within 16 integer bits. */
  static final int MAX_SIDE = 8192;

  /** Bits of a place's fraction that weigh pixels: 255 times two such weights fits an int. */
  private static final int WEIGHT_BITS = 11;

  private static final int WEIGHT_MASK = (1 << WEIGHT_BITS) - 1;

  private static final int ROUND = 1 << (2 * WEIGHT_BITS - 1);

  private final int height;
  private final int width;
  private final int channels;
  private final Augmentation augmentation;
  private final @Nullable ElasticField elastic;

  /** The original with one row and column of zeros on each side. */
  private final byte[] original;

  private final byte[] warped;

  /** Where the pixels of one row come from. */
  private final int[] rowX;

  private final int[] rowY;

  /**
   * Prepares to augment images of one size.
   *
   * @param height rows, at most {@link #MAX_SIDE}
   * @param width columns, at most {@link #MAX_SIDE}
   * @param channels values per pixel
   * @param augmentation what to do; only what moves pixels counts here
   */
  ImageWarp(int height, int width, int channels, Augmentation augmentation) {
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.augmentation = augmentation;
    this.elastic =
        augmentation.elastic() == 0
            ? null
            : new ElasticField(height, width, augmentation.elastic());
    this.original = new byte[(height + 2) * (width + 2) * channels];
    this.warped = new byte[height * width * channels];
    this.rowX = new int[width];
    this.rowY = new int[width];
  }

  /**
   * Moves an image's pixels at random.
   *
   * @param image H×W×C bytes
   * @param random where the numbers come from
   * @return H×W×C bytes, which the next call overwrites
   */
  byte[] warp(byte[] image, SplittableRandom random) {
    // StrictMath, so that every machine makes the same pixels.
    double angle = StrictMath.toRadians(symmetric(random, augmentation.rotationDegrees()));
    double right = symmetric(random, augmentation.shift()) * width;
    double down = symmetric(random, augmentation.shift()) * height;
    double zoom = 1 + symmetric(random, augmentation.zoom());
    if (elastic != null) {
      elastic.draw(random);
    }
    return warp(image, angle, right, down, zoom);
  }

  /**
   * Makes pixel o of the result the original at centre + turn × (zoom × (o − centre) − shift).
   *
   * @return H×W×C bytes, which the next call overwrites
   */
  byte[] warp(byte[] image, double angle, double right, double down, double zoom) {
    int stride = (width + 2) * channels;
    int row = width * channels;
    for (int y = 0; y < height; y++) {
      System.arraycopy(image, y * row, original, (y + 1) * stride + channels, row);
    }
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle);
    double centreX = (width - 1) / 2.0;
    double centreY = (height - 1) / 2.0;
    int stepX = fixed(zoom * cos);
    int stepY = fixed(zoom * sin);
    for (int y = 0; y < height; y++) {
      double left = -zoom * centreX - right;
      double above = zoom * (y - centreY) - down;
      int placeX = fixed(centreX + cos * left - sin * above);
      int placeY = fixed(centreY + sin * left + cos * above);
      for (int x = 0; x < width; x++) {
        rowX[x] = placeX + x * stepX;
        rowY[x] = placeY + x * stepY;
      }
      if (elastic != null) {
        elastic.displace(y, rowX, rowY);
      }
      if (channels == 1) {
        interpolateGrey(y);
      } else {
        interpolate(y);
      }
    }
    return warped;
  }

  /** Fills a row of the result from the places in {@link #rowX} and {@link #rowY}. */
  private void interpolate(int y) {
    int stride = (width + 2) * channels;
    int out = y * width * channels;
    for (int x = 0; x < width; x++, out += channels) {
      int column = (rowX[x] >> 16) + 1;
      int row = (rowY[x] >> 16) + 1;
      if (column >= 0 && column <= width && row >= 0 && row <= height) {
        int at = row * stride + column * channels;
        for (int c = 0; c < channels; c++) {
          warped[out + c] = blend(original, at + c, channels, stride, rowX[x], rowY[x]);
        }
      } else {
        Arrays.fill(warped, out, out + channels, (byte) 0);
      }
    }
  }

  /** As {@link #interpolate}, nearly twice as fast for want of the innermost loop. */
  private void interpolateGrey(int y) {
    byte[] from = original;
    byte[] to = warped;
    int[] xs = rowX;
    int[] ys = rowY;
    int out = y * width;
    for (int x = 0; x < width; x++, out++) {
      int column = (xs[x] >> 16) + 1;
      int row = (ys[x] >> 16) + 1;
      if (column >= 0 && column <= width && row >= 0 && row <= height) {
        to[out] = blend(from, row * (width + 2) + column, 1, width + 2, xs[x], ys[x]);
      } else {
        to[out] = 0;
      }
    }
  }

  /** Weighs the four neighbours of a place. */
  private static byte blend(byte[] from, int at, int right, int down, int placeX, int placeY) {
    int weightX = placeX >>> (16 - WEIGHT_BITS) & WEIGHT_MASK;
    int weightY = placeY >>> (16 - WEIGHT_BITS) & WEIGHT_MASK;
    int upperLeft = from[at] & 0xff;
    int upperRight = from[at + right] & 0xff;
    int lowerLeft = from[at + down] & 0xff;
    int lowerRight = from[at + down + right] & 0xff;
    int upper = (upperLeft << WEIGHT_BITS) + weightX * (upperRight - upperLeft);
    int lower = (lowerLeft << WEIGHT_BITS) + weightX * (lowerRight - lowerLeft);
    int value = (upper << WEIGHT_BITS) + weightY * (lower - upper);
    return (byte) ((value + ROUND) >> (2 * WEIGHT_BITS));
  }

  private static double symmetric(SplittableRandom random, double largest) {
    return between(random, -largest, largest);
  }

  private static int fixed(double value) {
    return (int) Math.round(value * 65536);
  }
}
