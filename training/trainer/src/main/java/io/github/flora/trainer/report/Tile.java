package io.github.flora.trainer.report;

import java.util.Arrays;

/**
 * One image of a {@link Gallery} and what is to be said about it.
 *
 * @param pixels {@code height × width × channels} bytes, row by row, 0–255 unsigned; copied
 * @param height in pixels, at least 1
 * @param width in pixels, at least 1
 * @param channels 1 for grey, 3 for red, green, blue
 * @param caption one or two lines, separated by a line break; longer lines are wrapped
 * @param wrong whether the caption tells of a mistake; such captions are red
 */
@SuppressWarnings("ArrayRecordComponent") // equals, hashCode and copies are written out below
public record Tile(
    byte[] pixels, int height, int width, int channels, String caption, boolean wrong) {

  /**
   * Checks the sizes and copies the pixels.
   *
   * @throws IllegalArgumentException if the channels are neither 1 nor 3, a side is below 1, or the
   *     number of bytes doesn't match
   */
  public Tile {
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("an image has 1 or 3 channels, not " + channels);
    }
    if (height < 1 || width < 1 || (long) height * width * channels != pixels.length) {
      throw new IllegalArgumentException(
          pixels.length + " bytes are no image of " + height + " × " + width + " × " + channels);
    }
    pixels = pixels.clone();
  }

  /** A copy of the pixels. */
  @Override
  public byte[] pixels() {
    return pixels.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tile tile
        && Arrays.equals(pixels, tile.pixels)
        && height == tile.height
        && width == tile.width
        && channels == tile.channels
        && caption.equals(tile.caption)
        && wrong == tile.wrong;
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(pixels) + caption.hashCode();
  }
}
