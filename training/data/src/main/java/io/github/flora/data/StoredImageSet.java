package io.github.flora.data;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Images held in memory: in one array of at most 2³¹−1 bytes, row by row with the channels
 * interleaved, which a {@linkplain #select selection} shares.
 */
final class StoredImageSet extends ImageSet {

  private final byte[] pixels;

  /** Place of each image within {@link #pixels}; null where image i lies at place i. */
  private final int @Nullable [] places;

  private StoredImageSet(
      byte[] pixels, int[] labels, int @Nullable [] places, int height, int width, int channels) {
    super(labels, height, width, channels);
    this.pixels = pixels;
    this.places = places;
  }

  /** Takes the arrays over. */
  static StoredImageSet owning(byte[] pixels, int[] labels, int height, int width, int channels) {
    if (totalBytes(labels.length, height, width, channels) != pixels.length) {
      throw new IllegalArgumentException(
          "%d images of %d×%d×%d don't make %d bytes"
              .formatted(labels.length, height, width, channels, pixels.length));
    }
    return new StoredImageSet(pixels, labels, null, height, width, channels);
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

  @Override
  public byte[] pixels(int index) {
    int start = start(index);
    return Arrays.copyOfRange(pixels, start, start + imageBytes());
  }

  @Override
  public void copyPixels(int index, ByteBuffer target) {
    target.put(pixels, start(index), imageBytes());
  }

  @Override
  DecodedImage original(int index) {
    return DecodedImage.wrap(pixels(index), height(), width(), channels());
  }

  @Override
  boolean isDecoded() {
    return false;
  }

  @Override
  public ImageSet select(int[] indices) {
    int[] chosen = new int[indices.length];
    for (int i = 0; i < indices.length; i++) {
      chosen[i] = place(indices[i]);
    }
    return new StoredImageSet(pixels, labels(indices), chosen, height(), width(), channels());
  }

  @Override
  public ImageSet padded(int margin) {
    if (margin < 0) {
      throw new IllegalArgumentException("A margin of " + margin);
    }
    if (margin == 0) {
      return this;
    }
    int height = height();
    int paddedHeight = Math.addExact(height, Math.multiplyExact(2, margin));
    int paddedWidth = Math.addExact(width(), Math.multiplyExact(2, margin));
    byte[] padded = new byte[totalBytes(size(), paddedHeight, paddedWidth, channels())];
    int row = width() * channels();
    for (int i = 0; i < size(); i++) {
      int from = start(i);
      int to = ((i * paddedHeight + margin) * paddedWidth + margin) * channels();
      for (int y = 0; y < height; y++) {
        System.arraycopy(pixels, from + y * row, padded, to + y * paddedWidth * channels(), row);
      }
    }
    return owning(padded, labels(), paddedHeight, paddedWidth, channels());
  }

  private int place(int index) {
    Objects.checkIndex(index, size());
    return places == null ? index : places[index];
  }

  private int start(int index) {
    return place(index) * imageBytes();
  }
}
