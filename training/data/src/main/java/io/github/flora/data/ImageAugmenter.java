package io.github.flora.data;

import static io.github.flora.data.Randoms.between;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Augments the images of a set in one pass. What happens to image i depends on the augmentation,
 * the seed, i and how often it came before alone, neither on the order of calls nor on batches or
 * threads.
 *
 * <p>Not thread-safe: one instance is one thread's.
 */
final class ImageAugmenter {

  /** Keeps the augmentation apart from the shuffling, which draws from the same seed. */
  private static final long SALT = 0x5eedf10a;

  private final ImageSet set;
  private final Augmentation augmentation;
  private final long seed;
  private final byte[] meanColour;
  private final @Nullable ImageWarp warp;

  /**
   * Prepares to augment.
   *
   * @param set the images; none higher or wider than {@link ImageWarp#MAX_SIDE} if pixels move
   * @param augmentation what to do
   * @param meanColour what erased rectangles are filled with, a byte per channel
   * @param seed the epoch's seed
   */
  ImageAugmenter(ImageSet set, Augmentation augmentation, byte[] meanColour, long seed) {
    this.set = set;
    this.augmentation = augmentation;
    this.meanColour = meanColour.clone();
    this.seed = seed ^ SALT;
    this.warp =
        augmentation.warps()
            ? new ImageWarp(set.height(), set.width(), set.channels(), augmentation)
            : null;
  }

  /**
   * Augments one image and appends it, H×W×C bytes, to the target.
   *
   * @param index the image, from 0
   * @param repeat how often it came before in the pass
   * @param target where to write
   */
  void write(int index, int repeat, ByteBuffer target) {
    SplittableRandom random = Randoms.of(seed, index + (long) repeat * set.size());
    byte[] pixels = augmentation.crop() > 0 ? crop(index, random) : set.pixels(index);
    if (augmentation.flip() && random.nextBoolean()) {
      flip(pixels);
    }
    if (warp != null) {
      pixels = warp.warp(pixels, random);
    }
    if (augmentation.jitter() > 0) {
      ColorJitter.apply(pixels, set.channels(), augmentation.jitter(), random);
    }
    if (random.nextDouble() < augmentation.erase()) {
      erase(pixels, random);
    }
    target.put(pixels);
  }

  private byte[] crop(int index, SplittableRandom random) {
    DecodedImage image = set.original(index);
    RandomBox box =
        RandomBox.draw(
            image.height(), image.width(), augmentation.crop(), 1, 3.0 / 4, 4.0 / 3, random);
    if (box == null) {
      box = RandomBox.middle(image.height(), image.width(), 3.0 / 4, 4.0 / 3);
    }
    return image.resampled(
        box.top(), box.left(), box.height(), box.width(), set.height(), set.width());
  }

  private void flip(byte[] pixels) {
    int channels = set.channels();
    int row = set.width() * channels;
    for (int start = 0; start < pixels.length; start += row) {
      for (int left = start, right = start + row - channels;
          left < right;
          left += channels, right -= channels) {
        for (int c = 0; c < channels; c++) {
          byte swapped = pixels[left + c];
          pixels[left + c] = pixels[right + c];
          pixels[right + c] = swapped;
        }
      }
    }
  }

  private void erase(byte[] pixels, SplittableRandom random) {
    RandomBox box =
        RandomBox.draw(set.height(), set.width(), 0.02, 0.33, 3.0 / 10, 10.0 / 3, random);
    if (box == null) {
      return;
    }
    int channels = set.channels();
    for (int y = box.top(); y < box.top() + box.height(); y++) {
      int from = (y * set.width() + box.left()) * channels;
      if (channels == 1) {
        Arrays.fill(pixels, from, from + box.width(), meanColour[0]);
      } else {
        for (int i = 0; i < box.width() * channels; i++) {
          pixels[from + i] = meanColour[i % channels];
        }
      }
    }
  }

  /**
   * Part of an image.
   *
   * @param top first row
   * @param left first column
   * @param height rows
   * @param width columns
   */
  record RandomBox(int top, int left, int height, int width) {

    private static final int ATTEMPTS = 10;

    /**
     * Draws a box as torchvision's {@code RandomResizedCrop} does: area even, logarithm of the
     * proportions even, place even.
     *
     * @return the box, or null if ten attempts didn't fit
     */
    static @Nullable RandomBox draw(
        int height,
        int width,
        double smallest,
        double largest,
        double narrowest,
        double widest,
        SplittableRandom random) {
      for (int i = 0; i < ATTEMPTS; i++) {
        double area = between(random, smallest, largest) * height * width;
        double ratio =
            StrictMath.exp(between(random, StrictMath.log(narrowest), StrictMath.log(widest)));
        int w = (int) Math.round(Math.sqrt(area * ratio));
        int h = (int) Math.round(Math.sqrt(area / ratio));
        if (w > 0 && w <= width && h > 0 && h <= height) {
          return new RandomBox(random.nextInt(height - h + 1), random.nextInt(width - w + 1), h, w);
        }
      }
      return null;
    }

    /** The largest box in the middle whose proportions are allowed. */
    static RandomBox middle(int height, int width, double narrowest, double widest) {
      double ratio = (double) width / height;
      int h = ratio < narrowest ? (int) Math.round(width / narrowest) : height;
      int w = ratio > widest ? (int) Math.round(height * widest) : width;
      h = Math.max(1, Math.min(h, height));
      w = Math.max(1, Math.min(w, width));
      return new RandomBox((height - h) / 2, (width - w) / 2, h, w);
    }
  }
}
