package io.github.flora.data;

/**
 * How far training images are moved at random, each anew in every epoch: they are turned, shifted,
 * zoomed and distorted in one step, with bilinear interpolation and zeros for what comes in from
 * outside.
 *
 * <p>The ranges are those of Keras's {@code RandomRotation}, {@code RandomTranslation} and {@code
 * RandomZoom} with {@code fill_mode="constant"}, in that order, every value drawn evenly.
 *
 * @param rotationDegrees largest turn either way about the centre, in degrees, 0 to 180 (Keras's
 *     factor times 360)
 * @param shift largest shift either way, vertically as a share of the height and horizontally as a
 *     share of the width, 0 to 1
 * @param zoom how much larger or smaller the visible part may be, the same in height and width, as
 *     a share of the image, from 0 to below 1; 0.1 is a digit of 1/1.1 to 1/0.9 of its size
 * @param elastic α of Simard's elastic distortion with σ = 4 pixels, 0 to 1000; at 24 a pixel moves
 *     by about 1, at 34, Simard's choice for MNIST, by about 1.4; 0 is none
 */
public record Augmentation(double rotationDegrees, double shift, double zoom, double elastic) {

  /** Images stay as they are. */
  public static final Augmentation NONE = new Augmentation(0, 0, 0);

  /** For digits: turned by up to 10°, shifted and zoomed by up to 10 %. */
  public static final Augmentation DIGITS = new Augmentation(10, 0.1, 0.1);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of its range
   */
  public Augmentation {
    check("rotation in degrees", rotationDegrees, 180);
    check("shift", shift, 1);
    check("zoom", zoom, Math.nextDown(1.0));
    check("elastic distortion", elastic, 1000);
  }

  /**
   * Creates an augmentation without elastic distortion.
   *
   * @param rotationDegrees as {@link #rotationDegrees}
   * @param shift as {@link #shift}
   * @param zoom as {@link #zoom}
   * @throws IllegalArgumentException if a value is out of its range
   */
  public Augmentation(double rotationDegrees, double shift, double zoom) {
    this(rotationDegrees, shift, zoom, 0);
  }

  /** Returns whether images stay as they are. */
  public boolean isNone() {
    return rotationDegrees == 0 && shift == 0 && zoom == 0 && elastic == 0;
  }

  private static void check(String name, double value, double largest) {
    // Written so that NaN fails, too.
    if (!(value >= 0 && value <= largest)) {
      throw new IllegalArgumentException("%s: %s isn't in 0 to %s".formatted(name, value, largest));
    }
  }
}
