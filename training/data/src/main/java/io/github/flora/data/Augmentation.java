package io.github.flora.data;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How training images are changed at random, each anew in every epoch, in the order of the list
 * below. Each value drawn evenly unless said otherwise.
 *
 * <p>Turn, shift and zoom are Keras's {@code RandomRotation}, {@code RandomTranslation} and {@code
 * RandomZoom} with {@code fill_mode="constant"}; crop, flip, jitter and erasing are torchvision's
 * {@code RandomResizedCrop}, {@code RandomHorizontalFlip}, {@code ColorJitter} and {@code
 * RandomErasing}.
 *
 * @param crop the smallest share of the image's area that a random crop may show, above 0 to 1; its
 *     proportions lie between 3:4 and 4:3 (their logarithm drawn evenly), and it is resized to the
 *     network's input; 0 is none: the image as an evaluation sees it
 * @param flip whether one image in two is mirrored, left to right
 * @param rotationDegrees largest turn either way about the centre, in degrees, 0 to 180 (Keras's
 *     factor times 360); turn, shift, zoom and elastic distortion are one step with bilinear
 *     interpolation and zeros for what comes in from outside
 * @param shift largest shift either way, vertically as a share of the height and horizontally as a
 *     share of the width, 0 to 1
 * @param zoom how much larger or smaller the visible part may be, the same in height and width, as
 *     a share of the image, from 0 to below 1; 0.1 is a digit of 1/1.1 to 1/0.9 of its size
 * @param elastic α of Simard's elastic distortion with σ = 4 pixels, 0 to 1000; at 24 a pixel moves
 *     by about 1, at 34, Simard's choice for MNIST, by about 1.4; 0 is none
 * @param jitter how much brightness, contrast and saturation, in random order, are multiplied by: 1
 *     − jitter to 1 + jitter, jitter 0 to 1
 * @param erase probability that a rectangle of 2 to 33 % of the area, its proportions between 3:10
 *     and 10:3, is painted over with the mean colour, 0 to 1
 */
public record Augmentation(
    double crop,
    boolean flip,
    double rotationDegrees,
    double shift,
    double zoom,
    double elastic,
    double jitter,
    double erase) {

  /** Images stay as they are. */
  public static final Augmentation NONE = new Augmentation(0, 0, 0);

  /** For digits: turned by up to 10°, shifted and zoomed by up to 10 %. */
  public static final Augmentation DIGITS = new Augmentation(10, 0.1, 0.1);

  /** For small pictures of things: shifted by up to an eighth (4 of CIFAR's 32 pixels), flipped. */
  public static final Augmentation SMALL_PICTURES = new Augmentation(0, true, 0, 0.125, 0, 0, 0, 0);

  /** For photographs: random resized crop of 35 % and more of the area, and flip. */
  public static final Augmentation PHOTOS = new Augmentation(0.35, true, 0, 0, 0, 0, 0, 0);

  /** For photographs: smaller crops, flip, slight turn, colour jitter and random erasing. */
  public static final Augmentation STRONG = new Augmentation(0.2, true, 15, 0, 0, 0, 0.3, 0.25);

  /** The names of the ready-made ones, for {@link #parse}. */
  public static final List<String> NAMES = List.of("none", "standard", "strong");

  private static final Pattern PART = Pattern.compile("([a-z]+)(?:=([0-9.eE+-]+))?");

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of its range
   */
  public Augmentation {
    check("crop", crop, 1);
    check("rotation in degrees", rotationDegrees, 180);
    check("shift", shift, 1);
    check("zoom", zoom, Math.nextDown(1.0));
    check("elastic distortion", elastic, 1000);
    check("colour jitter", jitter, 1);
    check("random erasing", erase, 1);
  }

  /**
   * Creates an augmentation that only moves pixels.
   *
   * @param rotationDegrees as {@link #rotationDegrees}
   * @param shift as {@link #shift}
   * @param zoom as {@link #zoom}
   * @param elastic as {@link #elastic}
   * @throws IllegalArgumentException if a value is out of its range
   */
  public Augmentation(double rotationDegrees, double shift, double zoom, double elastic) {
    this(0, false, rotationDegrees, shift, zoom, elastic, 0, 0);
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

  /**
   * Reads a description: {@code none}; {@code standard}, which is {@link #DIGITS}, {@link
   * #SMALL_PICTURES} or {@link #PHOTOS} as the images are; {@code strong}; or a list such as {@code
   * crop=0.35,flip,rotate=15,shift=0.1,zoom=0.1,elastic=24,jitter=0.4,erase=0.25}, any part of it.
   *
   * @param text the description
   * @param images what is to be augmented
   * @return the augmentation
   * @throws IllegalArgumentException if it isn't one; the message says what there is
   */
  public static Augmentation parse(String text, ImageSet images) {
    String name = text.strip().toLowerCase(Locale.ROOT);
    return switch (name) {
      case "none" -> NONE;
      case "standard" ->
          images.isDecoded() ? PHOTOS : images.channels() == 1 ? DIGITS : SMALL_PICTURES;
      case "strong" -> STRONG;
      default -> list(name);
    };
  }

  /**
   * Finds out whether {@link #parse} would understand a description.
   *
   * @param text the description
   * @throws IllegalArgumentException if it wouldn't; the message says what there is
   */
  public static void check(String text) {
    String name = text.strip().toLowerCase(Locale.ROOT);
    if (!NAMES.contains(name)) {
      Augmentation unused = list(name);
    }
  }

  private static Augmentation list(String text) {
    double crop = 0;
    boolean flip = false;
    double rotate = 0;
    double shift = 0;
    double zoom = 0;
    double elastic = 0;
    double jitter = 0;
    double erase = 0;
    for (String part : text.split(",", -1)) {
      Matcher matcher = PART.matcher(part.strip());
      String key = matcher.matches() ? matcher.group(1) : "";
      boolean bare = key.isEmpty() || matcher.group(2) == null;
      if (bare != (key.equals("flip") || key.isEmpty())) {
        throw unknown(text);
      }
      double value = bare ? 0 : number(matcher.group(2), text);
      switch (key) {
        case "crop" -> crop = value;
        case "flip" -> flip = true;
        case "rotate" -> rotate = value;
        case "shift" -> shift = value;
        case "zoom" -> zoom = value;
        case "elastic" -> elastic = value;
        case "jitter" -> jitter = value;
        case "erase" -> erase = value;
        default -> throw unknown(text);
      }
    }
    return new Augmentation(crop, flip, rotate, shift, zoom, elastic, jitter, erase);
  }

  private static double number(String value, String text) {
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw unknown(text);
    }
  }

  private static IllegalArgumentException unknown(String text) {
    return new IllegalArgumentException(
        "no augmentation '%s'; there are %s, or a list of crop=SHARE,flip,rotate=DEGREES,shift=SHARE,"
                .formatted(text, String.join(", ", NAMES))
            + "zoom=SHARE,elastic=ALPHA,jitter=SHARE,erase=PROBABILITY");
  }

  /** Returns whether images stay as they are. */
  public boolean isNone() {
    return equals(NONE);
  }

  /** Whether pixels are moved by {@link ImageWarp}. */
  boolean warps() {
    return rotationDegrees != 0 || shift != 0 || zoom != 0 || elastic != 0;
  }

  private static void check(String name, double value, double largest) {
    // Written so that NaN fails, too.
    if (!(value >= 0 && value <= largest)) {
      throw new IllegalArgumentException("%s: %s isn't in 0 to %s".formatted(name, value, largest));
    }
  }
}
