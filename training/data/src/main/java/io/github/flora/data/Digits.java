package io.github.flora.data;

import java.util.Arrays;

/**
 * Brings pictures of one digit into the form that models trained on MNIST expect: bright on black,
 * the digit fitted into 20×20 of 28×28 pixels, its centre of mass in the middle (<a
 * href="http://yann.lecun.com/exdb/mnist">The MNIST database</a>).
 *
 * <p><b>Dark on light.</b> The background is the median of the outermost pixels. Where the rest of
 * the picture differs from it more towards dark than towards bright, summed over all pixels, the
 * digit is dark on light and the picture is inverted. Of MNIST's own images, inverted or not, none
 * is taken for the other, and 4 in 1000 if cut at the digit's bounding box.
 *
 * <p><b>Pictures of the model's size or of 28×28</b> are MNIST's already and changed no further
 * than that. In <b>any other</b> the background is taken for black and the most distant value for
 * white; what is nearer to the background than half of Otsu's threshold is paper, shadow or noise
 * and becomes black (Otsu, "A threshold selection method from gray-level histograms", 1979); what
 * exceeds the threshold makes the bounding box.
 */
public final class Digits {

  /** MNIST's image and the box that its digits were fitted into, in pixels. */
  private static final int SIDE = 28;

  private static final int BOX = 20;

  /** A picture with less contrast than this, of 255, shows nothing. */
  private static final int LEAST_CONTRAST = 16;

  private Digits() {}

  /**
   * A digit as a model takes it.
   *
   * @param image grey, bright on black, in the size asked for
   * @param inverted whether the picture was dark on light
   * @param blank whether nothing could be seen in the picture; then the image means nothing
   */
  public record Prepared(DecodedImage image, boolean inverted, boolean blank) {

    /** Returns a copy of the pixels: H×W unsigned bytes. */
    public byte[] pixels() {
      return image.pixels();
    }
  }

  /**
   * Prepares a picture.
   *
   * @param picture a grey image of one digit, of any size
   * @param height the rows that the model takes; above 28 they are more black around 28×28, as in
   *     {@link ImageSet#padded}
   * @param width the columns that the model takes
   * @return the digit
   * @throws IllegalArgumentException if the picture isn't grey or a size is below 1
   */
  public static Prepared prepare(DecodedImage picture, int height, int width) {
    if (picture.channels() != 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "%s for a model of %d×%d: it takes grey".formatted(picture, height, width));
    }
    int background = background(picture);
    int[] histogram = histogram(picture);
    int darkest = first(histogram);
    int brightest = last(histogram);
    boolean blank = brightest - darkest < LEAST_CONTRAST;
    boolean inverted = isDarkOnLight(histogram, background);
    DecodedImage image = inverted ? picture.negative() : picture;
    boolean ready = picture.height() == height && picture.width() == width;
    if (!ready && !isMnistSized(picture)) {
      int black = inverted ? 255 - background : background;
      int white = inverted ? 255 - darkest : brightest;
      image = blank ? black(SIDE, SIDE) : likeMnist(stretched(image, black, white));
    }
    return new Prepared(ready ? image : sized(image, height, width), inverted, blank);
  }

  private static boolean isMnistSized(DecodedImage picture) {
    return picture.height() == SIDE && picture.width() == SIDE;
  }

  private static DecodedImage sized(DecodedImage image, int height, int width) {
    return height >= SIDE && width >= SIDE
        ? image.placed((height - SIDE) / 2, (width - SIDE) / 2, height, width)
        : image.resized(height, width);
  }

  private static int background(DecodedImage picture) {
    int height = picture.height();
    int width = picture.width();
    int[] edge = new int[2 * (height + width)];
    for (int x = 0; x < width; x++) {
      edge[x] = picture.value(0, x, 0);
      edge[width + x] = picture.value(height - 1, x, 0);
    }
    for (int y = 0; y < height; y++) {
      edge[2 * width + y] = picture.value(y, 0, 0);
      edge[2 * width + height + y] = picture.value(y, width - 1, 0);
    }
    Arrays.sort(edge);
    return edge[edge.length / 2];
  }

  private static int[] histogram(DecodedImage picture) {
    int[] histogram = new int[256];
    for (int y = 0; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++) {
        histogram[picture.value(y, x, 0)]++;
      }
    }
    return histogram;
  }

  private static int first(int[] histogram) {
    int value = 0;
    while (histogram[value] == 0) {
      value++;
    }
    return value;
  }

  private static int last(int[] histogram) {
    int value = 255;
    while (histogram[value] == 0) {
      value--;
    }
    return value;
  }

  private static boolean isDarkOnLight(int[] histogram, int background) {
    long balance = 0;
    for (int value = 0; value < 256; value++) {
      balance += (long) histogram[value] * (value - background);
    }
    // An empty sheet of white paper is dark on light, too, with nothing on it.
    return balance < 0 || (balance == 0 && background > 127);
  }

  private static DecodedImage black(int height, int width) {
    return DecodedImage.wrap(new byte[height * width], height, width, 1);
  }

  private static DecodedImage stretched(DecodedImage image, int black, int white) {
    int range = Math.max(1, white - black);
    byte[] pixels = image.pixels();
    for (int i = 0; i < pixels.length; i++) {
      int ink = ((pixels[i] & 0xff) - black) * 255 / range;
      pixels[i] = (byte) Math.max(0, Math.min(255, ink));
    }
    return DecodedImage.wrap(pixels, image.height(), image.width(), 1);
  }

  private static DecodedImage likeMnist(DecodedImage picture) {
    int threshold = otsu(histogram(picture));
    byte[] pixels = picture.pixels();
    int top = picture.height();
    int bottom = 0;
    int left = picture.width();
    int right = 0;
    for (int y = 0, i = 0; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++, i++) {
        int value = pixels[i] & 0xff;
        if (value <= threshold / 2) {
          pixels[i] = 0;
        }
        if (value > threshold) {
          top = Math.min(top, y);
          bottom = Math.max(bottom, y + 1);
          left = Math.min(left, x);
          right = Math.max(right, x + 1);
        }
      }
    }
    DecodedImage digit =
        DecodedImage.wrap(pixels, picture.height(), picture.width(), 1)
            .cropped(top, left, bottom - top, right - left);
    double scale = (double) BOX / Math.max(digit.height(), digit.width());
    DecodedImage small =
        digit.resized(
            (int) Math.max(1, Math.round(digit.height() * scale)),
            (int) Math.max(1, Math.round(digit.width() * scale)));
    // Thin strokes have become dim; MNIST's digits reach the brightest value.
    return centred(stretched(small, 0, last(histogram(small))));
  }

  /** Puts a digit of at most 20×20 with its centre of mass at row and column 14, as MNIST's are. */
  private static DecodedImage centred(DecodedImage digit) {
    double sum = 0;
    double y = 0;
    double x = 0;
    for (int row = 0; row < digit.height(); row++) {
      for (int column = 0; column < digit.width(); column++) {
        int value = digit.value(row, column, 0);
        sum += value;
        y += (double) value * row;
        x += (double) value * column;
      }
    }
    double middle = SIDE / 2.0;
    int top = sum == 0 ? SIDE / 2 : (int) Math.round(middle - y / sum);
    int left = sum == 0 ? SIDE / 2 : (int) Math.round(middle - x / sum);
    return digit.placed(
        Math.max(0, Math.min(SIDE - digit.height(), top)),
        Math.max(0, Math.min(SIDE - digit.width(), left)),
        SIDE,
        SIDE);
  }

  /** Returns the value up to which pixels belong to the darker of two classes; below 255. */
  private static int otsu(int[] histogram) {
    double count = 0;
    double sum = 0;
    for (int value = 0; value < 256; value++) {
      count += histogram[value];
      sum += (double) histogram[value] * value;
    }
    int best = 0;
    double largest = -1;
    double below = 0;
    double sumBelow = 0;
    for (int value = 0; value < 255; value++) {
      below += histogram[value];
      sumBelow += (double) histogram[value] * value;
      if (below > 0 && below < count) {
        double difference = sumBelow / below - (sum - sumBelow) / (count - below);
        double variance = below * (count - below) * difference * difference;
        if (variance > largest) {
          largest = variance;
          best = value;
        }
      }
    }
    return best;
  }
}
