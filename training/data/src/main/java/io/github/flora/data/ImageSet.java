package io.github.flora.data;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Labelled images held as unsigned bytes, N×H×W×C. Immutable and thread-safe.
 *
 * <p>Pixels lie in one array of at most 2³¹−1 bytes, row by row with the channels interleaved; a
 * {@linkplain #select selection} shares it.
 */
public final class ImageSet {

  private final byte[] pixels;
  private final int[] labels;

  /** Place of each image within {@link #pixels}; null where image i lies at place i. */
  private final int @Nullable [] places;

  private final int height;
  private final int width;
  private final int channels;
  private final int imageBytes;

  private ImageSet(
      byte[] pixels, int[] labels, int @Nullable [] places, int height, int width, int channels) {
    this.pixels = pixels;
    this.labels = labels;
    this.places = places;
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.imageBytes = height * width * channels;
  }

  /**
   * Makes a set from copies of the given arrays.
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
    if (height < 1 || width < 1 || channels < 1) {
      throw new IllegalArgumentException(
          "An image needs at least one row, column and channel: %d×%d×%d"
              .formatted(height, width, channels));
    }
    if (totalBytes(labels.length, height, width, channels) != pixels.length) {
      throw new IllegalArgumentException(
          "%d images of %d×%d×%d don't make %d bytes"
              .formatted(labels.length, height, width, channels, pixels.length));
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0) {
        throw new IllegalArgumentException("Label %d of image %d".formatted(labels[i], i));
      }
    }
    return new ImageSet(pixels, labels, null, height, width, channels);
  }

  private static int totalBytes(int count, int height, int width, int channels) {
    try {
      return Math.multiplyExact(
          count, Math.multiplyExact(Math.multiplyExact(height, width), channels));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "%d images of %d×%d×%d are more than 2³¹−1 bytes"
              .formatted(count, height, width, channels),
          e);
    }
  }

  /** Returns the number of images. */
  public int size() {
    return labels.length;
  }

  /** Returns the rows of an image. */
  public int height() {
    return height;
  }

  /** Returns the columns of an image. */
  public int width() {
    return width;
  }

  /** Returns the values per pixel. */
  public int channels() {
    return channels;
  }

  /**
   * Returns the class of an image.
   *
   * @param index the image, from 0
   * @return its class index
   */
  public int label(int index) {
    return labels[index];
  }

  /** Returns a copy of all class indices. */
  public int[] labels() {
    return labels.clone();
  }

  /**
   * Returns a copy of one image.
   *
   * @param index the image, from 0
   * @return H×W×C unsigned bytes
   */
  public byte[] pixels(int index) {
    int start = start(index);
    return Arrays.copyOfRange(pixels, start, start + imageBytes);
  }

  /**
   * Copies one image, H×W×C bytes, to the target's position and moves that position on.
   *
   * @param index the image, from 0
   * @param target where to write
   * @throws java.nio.BufferOverflowException if it doesn't fit
   */
  public void copyPixels(int index, ByteBuffer target) {
    target.put(pixels, start(index), imageBytes);
  }

  /** Copies one image's rows of W×C bytes to places in the target that lie a stride apart. */
  void copyRows(int index, byte[] target, int offset, int stride) {
    int from = start(index);
    int row = width * channels;
    for (int y = 0; y < height; y++) {
      System.arraycopy(pixels, from + y * row, target, offset + y * stride, row);
    }
  }

  /**
   * Returns a view of some images: it shares the pixels.
   *
   * @param indices images of this set in the order wanted; one may occur more than once
   * @return the view
   * @throws IndexOutOfBoundsException if an index isn't in this set
   */
  public ImageSet select(int[] indices) {
    int[] chosenPlaces = new int[indices.length];
    int[] chosenLabels = new int[indices.length];
    for (int i = 0; i < indices.length; i++) {
      chosenPlaces[i] = place(indices[i]);
      chosenLabels[i] = labels[indices[i]];
    }
    return new ImageSet(pixels, chosenLabels, chosenPlaces, height, width, channels);
  }

  /**
   * Returns a copy whose images have zeros around them: with margin 2, 28×28 become the 32×32 of
   * LeNet-5.
   *
   * @param margin rows and columns to add on each of the four sides, at least 0
   * @return the padded copy, or this set if the margin is 0
   * @throws IllegalArgumentException if the margin is negative, or the result above 2³¹−1 bytes
   */
  public ImageSet padded(int margin) {
    if (margin < 0) {
      throw new IllegalArgumentException("A margin of " + margin);
    }
    if (margin == 0) {
      return this;
    }
    int paddedHeight = Math.addExact(height, Math.multiplyExact(2, margin));
    int paddedWidth = Math.addExact(width, Math.multiplyExact(2, margin));
    byte[] padded = new byte[totalBytes(size(), paddedHeight, paddedWidth, channels)];
    int row = width * channels;
    for (int i = 0; i < size(); i++) {
      int from = start(i);
      int to = ((i * paddedHeight + margin) * paddedWidth + margin) * channels;
      for (int y = 0; y < height; y++) {
        System.arraycopy(pixels, from + y * row, padded, to + y * paddedWidth * channels, row);
      }
    }
    return new ImageSet(padded, labels, null, paddedHeight, paddedWidth, channels);
  }

  private int place(int index) {
    Objects.checkIndex(index, labels.length);
    return places == null ? index : places[index];
  }

  private int start(int index) {
    return place(index) * imageBytes;
  }

  @Override
  public String toString() {
    return "%d images of %d×%d×%d".formatted(size(), height, width, channels);
  }
}
