package io.github.flora.data;

import io.github.flora.data.Resampling.Box;
import java.util.Arrays;

/** One image as unsigned bytes, H×W×C, grey or sRGB. Immutable and thread-safe. */
public final class DecodedImage {

  private final byte[] pixels;
  private final int height;
  private final int width;
  private final int channels;

  private DecodedImage(byte[] pixels, int height, int width, int channels) {
    this.pixels = pixels;
    this.height = height;
    this.width = width;
    this.channels = channels;
  }

  /**
   * Makes an image from a copy of the given array.
   *
   * @param pixels H×W×C unsigned bytes, row by row with the channels interleaved
   * @param height rows, at least 1
   * @param width columns, at least 1
   * @param channels 1 for grey or 3 for red, green, blue
   * @return the image
   * @throws IllegalArgumentException if the sizes don't agree or are out of range
   */
  public static DecodedImage of(byte[] pixels, int height, int width, int channels) {
    return wrap(pixels.clone(), height, width, channels);
  }

  /** As {@link #of}, but takes the array over: the caller must not touch it again. */
  static DecodedImage wrap(byte[] pixels, int height, int width, int channels) {
    if (height < 1
        || width < 1
        || (channels != 1 && channels != 3)
        || (long) height * width * channels != pixels.length) {
      throw new IllegalArgumentException(
          "%d bytes for an image of %d×%d×%d".formatted(pixels.length, height, width, channels));
    }
    return new DecodedImage(pixels, height, width, channels);
  }

  /** Returns a copy of the pixels: H×W×C unsigned bytes. */
  public byte[] pixels() {
    return pixels.clone();
  }

  /** As {@link #pixels}, for callers that only this image belongs to. */
  byte[] pixelsShared() {
    return pixels;
  }

  /** Returns a value of 0 to 255. */
  int value(int row, int column, int channel) {
    return pixels[(row * width + column) * channels + channel] & 0xff;
  }

  /** Returns the rows. */
  public int height() {
    return height;
  }

  /** Returns the columns. */
  public int width() {
    return width;
  }

  /** Returns 1 for grey, 3 for red, green, blue. */
  public int channels() {
    return channels;
  }

  /**
   * Returns this image in another size, whatever that does to its proportions. Antialiased: the
   * numbers are those of Pillow's {@code resize} with {@code BILINEAR}, which torchvision's {@code
   * Resize} takes, too.
   *
   * @param newHeight rows, at least 1
   * @param newWidth columns, at least 1
   * @return the image in that size
   * @throws IllegalArgumentException if a size is below 1 or the result above 2³¹−1 bytes
   */
  public DecodedImage resized(int newHeight, int newWidth) {
    if (newHeight < 1
        || newWidth < 1
        || (long) newHeight * newWidth * channels > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("A size of %d×%d".formatted(newHeight, newWidth));
    }
    if (newHeight == height && newWidth == width) {
      return this;
    }
    byte[] result = resampled(0, 0, height, width, newHeight, newWidth);
    return new DecodedImage(result, newHeight, newWidth, channels);
  }

  /** Resizes a part of this image. */
  byte[] resampled(int top, int left, int rows, int columns, int newHeight, int newWidth) {
    return Resampling.resize(
        pixels,
        width * channels,
        channels,
        new Box(top, left, rows, columns),
        newHeight,
        newWidth,
        new Box(0, 0, newHeight, newWidth));
  }

  /**
   * Returns the middle of this image, resized until its shorter side has a given length: for
   * photographs, whose proportions matter and whose edges don't. The numbers are those of
   * torchvision's {@code Resize(shorterSide)} and {@code CenterCrop((newHeight, newWidth))} on
   * Pillow's images.
   *
   * @param shorterSide length in pixels, at least as long as the sides that follow
   * @param newHeight rows, at least 1
   * @param newWidth columns, at least 1
   * @return the image in that size
   * @throws IllegalArgumentException if a size is out of range
   */
  public DecodedImage middle(int shorterSide, int newHeight, int newWidth) {
    if (newHeight < 1 || newWidth < 1 || shorterSide < Math.max(newHeight, newWidth)) {
      throw new IllegalArgumentException(
          "%d×%d of a shorter side of %d".formatted(newHeight, newWidth, shorterSide));
    }
    long shorter = Math.min(height, width);
    int resizedHeight = (int) Math.min(Integer.MAX_VALUE, (long) shorterSide * height / shorter);
    int resizedWidth = (int) Math.min(Integer.MAX_VALUE, (long) shorterSide * width / shorter);
    // Python rounds halves to even.
    int top = (int) Math.rint((resizedHeight - newHeight) / 2.0);
    int left = (int) Math.rint((resizedWidth - newWidth) / 2.0);
    byte[] result =
        Resampling.resize(
            pixels,
            width * channels,
            channels,
            new Box(0, 0, height, width),
            resizedHeight,
            resizedWidth,
            new Box(top, left, newHeight, newWidth));
    return new DecodedImage(result, newHeight, newWidth, channels);
  }

  /**
   * Returns this image, resized so that it covers a rectangle, with what stands over cut off evenly
   * on both sides. Unlike {@link #middle} it shows all of a square image.
   *
   * @param newHeight rows, at least 1
   * @param newWidth columns, at least 1
   * @return the image in that size
   * @throws IllegalArgumentException as {@link #resized}
   */
  public DecodedImage covering(int newHeight, int newWidth) {
    double scale = Math.max((double) newHeight / height, (double) newWidth / width);
    // In a very long image the longer side might not fit memory: cut first what would go anyway.
    int neededHeight = (int) Math.min(height, Math.ceil(newHeight / scale));
    int neededWidth = (int) Math.min(width, Math.ceil(newWidth / scale));
    DecodedImage cut = centre(Math.max(1, neededHeight), Math.max(1, neededWidth));
    return cut.resized(newHeight, newWidth);
  }

  /**
   * Returns the middle of this image.
   *
   * @param newHeight rows, from 1 to as many as there are
   * @param newWidth columns, from 1 to as many as there are
   * @return the part
   * @throws IllegalArgumentException if this image is smaller
   */
  public DecodedImage centre(int newHeight, int newWidth) {
    return cropped((height - newHeight) / 2, (width - newWidth) / 2, newHeight, newWidth);
  }

  DecodedImage cropped(int top, int left, int newHeight, int newWidth) {
    if (top < 0
        || left < 0
        || newHeight < 1
        || newWidth < 1
        || newHeight > height - top
        || newWidth > width - left) {
      throw new IllegalArgumentException(
          "%d×%d at %d, %d of %s".formatted(newHeight, newWidth, top, left, this));
    }
    if (newHeight == height && newWidth == width) {
      return this;
    }
    byte[] part = new byte[newHeight * newWidth * channels];
    int row = newWidth * channels;
    for (int y = 0; y < newHeight; y++) {
      System.arraycopy(pixels, ((top + y) * width + left) * channels, part, y * row, row);
    }
    return new DecodedImage(part, newHeight, newWidth, channels);
  }

  /** Returns this image on black. */
  DecodedImage placed(int top, int left, int newHeight, int newWidth) {
    byte[] canvas = new byte[newHeight * newWidth * channels];
    int row = width * channels;
    for (int y = 0; y < height; y++) {
      System.arraycopy(pixels, y * row, canvas, ((top + y) * newWidth + left) * channels, row);
    }
    return new DecodedImage(canvas, newHeight, newWidth, channels);
  }

  /** Returns the image of 255 minus each value. */
  DecodedImage negative() {
    byte[] result = new byte[pixels.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (byte) ~pixels[i];
    }
    return new DecodedImage(result, height, width, channels);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DecodedImage that
        && height == that.height
        && width == that.width
        && channels == that.channels
        && Arrays.equals(pixels, that.pixels);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(pixels);
  }

  @Override
  public String toString() {
    return "image of %d×%d×%d".formatted(height, width, channels);
  }
}
