package io.github.flora.data;

import static io.github.flora.data.Randoms.between;

import java.util.SplittableRandom;

/**
 * Changes brightness, contrast and saturation at random, in random order, like torchvision's {@code
 * ColorJitter} on Pillow's images: each pixel is blended with black, the image's mean grey, or its
 * own grey.
 */
final class ColorJitter {

  private ColorJitter() {}

  /**
   * Changes an image in place.
   *
   * @param pixels H×W×C bytes, C 1 or 3; saturation means nothing to one channel
   * @param channels C
   * @param strength factors are drawn from 1 − strength to 1 + strength
   * @param random where the numbers come from
   */
  static void apply(byte[] pixels, int channels, double strength, SplittableRandom random) {
    int[] order = {0, 1, 2};
    Batches.shuffle(order, random);
    for (int step : order) {
      double factor = between(random, Math.max(0, 1 - strength), 1 + strength);
      switch (step) {
        case 0 -> brightness(pixels, factor);
        case 1 -> contrast(pixels, channels, factor);
        default -> saturation(pixels, channels, factor);
      }
    }
  }

  static void brightness(byte[] pixels, double factor) {
    blend(pixels, 0, factor);
  }

  static void contrast(byte[] pixels, int channels, double factor) {
    long sum = 0;
    for (int i = 0; i < pixels.length; i += channels) {
      sum += channels == 3 ? grey(pixels, i) : pixels[i] & 0xff;
    }
    blend(pixels, (int) ((double) sum * channels / pixels.length + 0.5), factor);
  }

  static void saturation(byte[] pixels, int channels, double factor) {
    if (channels != 3) {
      return;
    }
    for (int i = 0; i < pixels.length; i += 3) {
      int grey = grey(pixels, i);
      for (int c = 0; c < 3; c++) {
        pixels[i + c] = blend(grey, pixels[i + c] & 0xff, factor);
      }
    }
  }

  private static void blend(byte[] pixels, int other, double factor) {
    byte[] table = new byte[256];
    for (int value = 0; value < 256; value++) {
      table[value] = blend(other, value, factor);
    }
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = table[pixels[i] & 0xff];
    }
  }

  /** Pillow's: the sum is cut to a byte, not rounded. */
  private static byte blend(int other, int value, double factor) {
    return (byte) Math.max(0, Math.min(255, (float) other + (float) factor * (value - other)));
  }

  private static int grey(byte[] pixels, int at) {
    return Pixels.luma(pixels[at] & 0xff, pixels[at + 1] & 0xff, pixels[at + 2] & 0xff);
  }
}
