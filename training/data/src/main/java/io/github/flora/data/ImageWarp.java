package io.github.flora.data;

import static io.github.flora.data.Randoms.between;

import java.nio.ByteBuffer;
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
    int pixel = 0;
    int out = 0;
    for (int y = 0; y < height; y++) {
      double left = -zoom * centreX - right;
      double above = zoom * (y - centreY) - down;
      int placeX = fixed(centreX + cos * left - sin * above);
      int placeY = fixed(centreY + sin * left + cos * above);
      for (int x = 0; x < width; x++, pixel++, placeX += stepX, placeY += stepY) {
        int px = placeX;
        int py = placeY;
        if (elastic != null) {
          px += (int) (elastic.dxOfPixel(pixel) * 65536);
          py += (int) (elastic.dyOfPixel(pixel) * 65536);
        }
        int column = (px >> 16) + 1;
        int row = (py >> 16) + 1;
        if (column >= 0 && column <= width && row >= 0 && row <= height) {
          int weightX = px >>> (16 - WEIGHT_BITS) & WEIGHT_MASK;
          int weightY = py >>> (16 - WEIGHT_BITS) & WEIGHT_MASK;
          int at = row * stride + column * channels;
          for (int c = 0; c < channels; c++, at++) {
            int upperLeft = original[at] & 0xff;
            int upperRight = original[at + channels] & 0xff;
            int lowerLeft = original[at + stride] & 0xff;
            int lowerRight = original[at + stride + channels] & 0xff;
            int upper = (upperLeft << WEIGHT_BITS) + weightX * (upperRight - upperLeft);
            int lower = (lowerLeft << WEIGHT_BITS) + weightX * (lowerRight - lowerLeft);
            int value = (upper << WEIGHT_BITS) + weightY * (lower - upper);
            warped[out++] = (byte) ((value + ROUND) >> (2 * WEIGHT_BITS));
          }
        } else {
          for (int c = 0; c < channels; c++) {
            warped[out++] = 0;
          }
        }
      }
    }
    return warped;
  }

  private static double symmetric(SplittableRandom random, double largest) {
    return between(random, -largest, largest);
  }

  private static int fixed(double value) {
    return (int) Math.round(value * 65536);
  }
}
