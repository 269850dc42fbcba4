package io.github.flora.data;

/**
 * How photographs are brought to the size that a network takes, and read.
 *
 * @param imageSize height and width of what the network sees, in pixels, 8 to 4096
 * @param cropShare how much of the shorter side an evaluation sees, above 0 to 1: the shorter side
 *     is resized to imageSize / cropShare and the middle cut out; torchvision's 224 of 256 are
 *     0.875
 * @param strict whether an image that can't be read is an error, instead of being left out
 * @param cacheMegabytes how many MiB of decoded images may be kept in memory, at least 0
 */
public record PhotoOptions(int imageSize, double cropShare, boolean strict, int cacheMegabytes) {

  /** ImageNet's 224 pixels of 256, up to 256 MiB of decoded images. */
  public static final PhotoOptions DEFAULT = new PhotoOptions(224, 0.875, false, 256);

  /**
   * Checks the ranges; the message names the option of the command line.
   *
   * @throws IllegalArgumentException if a value is out of its range
   */
  public PhotoOptions {
    require(imageSize >= 8 && imageSize <= 4096, "--image-size", imageSize, "8 to 4096");
    require(cropShare > 0 && cropShare <= 1, "--crop-share", cropShare, "above 0 and at most 1");
    require(cacheMegabytes >= 0, "--cache-images", cacheMegabytes, "at least 0");
  }

  private static void require(boolean condition, String option, Object value, String range) {
    if (!condition) {
      throw new IllegalArgumentException(
          "%s is %s but has to be %s".formatted(option, value, range));
    }
  }

  /** Returns the length that the shorter side is resized to, in pixels. */
  public int shorterSide() {
    return (int) Math.round(imageSize / cropShare);
  }

  /**
   * Returns these options with another size.
   *
   * @param size as {@link #imageSize}
   * @return the changed options
   */
  public PhotoOptions withImageSize(int size) {
    return new PhotoOptions(size, cropShare, strict, cacheMegabytes);
  }
}
