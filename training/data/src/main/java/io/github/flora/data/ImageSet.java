package io.github.flora.data;

import java.nio.ByteBuffer;

/**
 * Labelled images, each H×W×C unsigned bytes as a network takes it. Immutable and thread-safe.
 *
 * <p>Images are {@linkplain #of in memory}, or are photographs in files, decoded whenever they are
 * asked for. Of photographs these methods give what an evaluation sees: resized, and the middle cut
 * out.
 */
public abstract class ImageSet {

  private final int[] labels;
  private final int height;
  private final int width;
  private final int channels;

  /**
   * Keeps what all sets have.
   *
   * @param labels N class indices, taken over
   */
  ImageSet(int[] labels, int height, int width, int channels) {
    if (height < 1 || width < 1 || channels < 1) {
      throw new IllegalArgumentException(
          "An image needs at least one row, column and channel: %d×%d×%d"
              .formatted(height, width, channels));
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0) {
        throw new IllegalArgumentException("Label %d of image %d".formatted(labels[i], i));
      }
    }
    this.labels = labels;
    this.height = height;
    this.width = width;
    this.channels = channels;
  }

  /**
   * Makes a set in memory from copies of the given arrays.
   *
   * @param pixels N×H×W×C unsigned bytes
   * @param labels N class indices, none negative
   * @param height rows of an image, at least 1
   * @param width columns of an image, at least 1
   * @param channels values per pixel, at least 1
   * @return the set
   * @throws IllegalArgumentException if the sizes don't agree or a label is negative
   */
  public static ImageSet of(byte[] pixels, int[] labels, int height, int width, int channels) {
    return wrap(pixels.clone(), labels.clone(), height, width, channels);
  }

  /** As {@link #of}, but takes the arrays over: the caller must not touch them again. */
  static ImageSet wrap(byte[] pixels, int[] labels, int height, int width, int channels) {
    return StoredImageSet.owning(pixels, labels, height, width, channels);
  }

  /** Returns the number of images. */
  public final int size() {
    return labels.length;
  }

  /** Returns the rows of an image. */
  public final int height() {
    return height;
  }

  /** Returns the columns of an image. */
  public final int width() {
    return width;
  }

  /** Returns the values per pixel. */
  public final int channels() {
    return channels;
  }

  /** Returns the bytes of an image: H·W·C. */
  final int imageBytes() {
    return height * width * channels;
  }

  /**
   * Returns the class of an image.
   *
   * @param index the image, from 0
   * @return its class index
   */
  public final int label(int index) {
    return labels[index];
  }

  /** Returns a copy of all class indices. */
  public final int[] labels() {
    return labels.clone();
  }

  /** Returns the class indices of some images. */
  final int[] labels(int[] indices) {
    int[] chosen = new int[indices.length];
    for (int i = 0; i < indices.length; i++) {
      chosen[i] = labels[indices[i]];
    }
    return chosen;
  }

  /**
   * Returns a copy of one image.
   *
   * @param index the image, from 0
   * @return H×W×C unsigned bytes
   * @throws java.io.UncheckedIOException if it is in a file that can't be read any more
   */
  public abstract byte[] pixels(int index);

  /**
   * Copies one image, H×W×C bytes, to the target's position and moves that position on.
   *
   * @param index the image, from 0
   * @param target where to write
   * @throws java.nio.BufferOverflowException if it doesn't fit
   * @throws java.io.UncheckedIOException if it is in a file that can't be read any more
   */
  public void copyPixels(int index, ByteBuffer target) {
    target.put(pixels(index));
  }

  /**
   * Returns one image as it was before it was brought to the size of the set.
   *
   * @param index the image, from 0
   * @return the image, of 1 or 3 channels
   */
  abstract DecodedImage original(int index);

  /** Whether getting at an image is work: then it is worth doing ahead, on several threads. */
  abstract boolean isDecoded();

  /**
   * Returns a view of some images.
   *
   * @param indices images of this set in the order wanted; one may occur more than once
   * @return the view
   * @throws IndexOutOfBoundsException if an index isn't in this set
   */
  public abstract ImageSet select(int[] indices);

  /**
   * Returns a copy whose images have zeros around them: with margin 2, 28×28 become the 32×32 of
   * LeNet-5.
   *
   * @param margin rows and columns to add on each of the four sides, at least 0
   * @return the padded copy, or this set if the margin is 0
   * @throws IllegalArgumentException if the margin is negative, the result above 2³¹−1 bytes, or
   *     these are photographs, which are decoded in any size instead
   */
  public abstract ImageSet padded(int margin);

  @Override
  public String toString() {
    return "%d images of %d×%d×%d".formatted(size(), height, width, channels);
  }
}
