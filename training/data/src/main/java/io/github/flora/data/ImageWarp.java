package io.github.flora.data;

import static io.github.flora.data.Randoms.between;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Augments the images of a set in one pass. What happens to image i depends on the augmentation,
 * the seed and i alone, neither on the order of calls nor on batches or threads.
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

  /** Keeps the warps apart from the shuffling, which draws from the same seed. */
  private static final long SALT = 0x5eedf10a;

  private final ImageSet set;
  private final Augmentation augmentation;
  private final long seed;
  private final @Nullable ElasticField elastic;

  /** The original with one row and column of zeros on each side. */
  private final byte[] original;

  private final byte[] warped;

  /** Where the pixels of one row come from. */
  private final int[] rowX;

  private final int[] rowY;

  /**
   * Prepares to augment.
   *
   * @param set the images, none higher or wider than {@link #MAX_SIDE}
   * @param augmentation what to do
   * @param seed the epoch's seed
   */
  ImageWarp(ImageSet set, Augmentation augmentation, long seed) {
    this.set = set;
    this.augmentation = augmentation;
    this.seed = seed ^ SALT;
    this.elastic =
        augmentation.elastic() == 0
            ? null
            : new ElasticField(set.height(), set.width(), augmentation.elastic());
    this.original = new byte[(set.height() + 2) * (set.width() + 2) * set.channels()];
    this.warped = new byte[set.height() * set.width() * set.channels()];
    this.rowX = new int[set.width()];
    this.rowY = new int[set.width()];
  }

  /**
   * Augments one image and appends it, H×W×C bytes, to the target.
   *
   * @param index the image, from 0
   * @param target where to write
   */
  void warp(int index, ByteBuffer target) {
    SplittableRandom random = Randoms.of(seed, index);
    // StrictMath, so that every machine makes the same pixels.
    double angle = StrictMath.toRadians(symmetric(random, augmentation.rotationDegrees()));
    double right = symmetric(random, augmentation.shift()) * set.width();
    double down = symmetric(random, augmentation.shift()) * set.height();
    double zoom = 1 + symmetric(random, augmentation.zoom());
    if (elastic != null) {
      elastic.draw(random);
    }
    warp(index, angle, right, down, zoom);
    target.put(warped);
  }

  /**
   * Makes pixel o of the result the original at centre + turn × (zoom × (o − centre) − shift).
   *
   * @return H×W×C bytes, which the next call overwrites
   */
  byte[] warp(int index, double angle, double right, double down, double zoom) {
    int height = set.height();
    int width = set.width();
    int channels = set.channels();
    int stride = (width + 2) * channels;
    set.copyRows(index, original, stride + channels, stride);
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
    int height = set.height();
    int width = set.width();
    int channels = set.channels();
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
    int height = set.height();
    int width = set.width();
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
