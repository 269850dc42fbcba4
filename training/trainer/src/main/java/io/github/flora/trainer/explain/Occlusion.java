package io.github.flora.trainer.explain;

import io.github.flora.data.ImageSet;
import io.github.flora.trainer.Predictions;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Occlusion of Zeiler and Fergus, <em>Visualizing and Understanding Convolutional Networks</em>,
 * 2014: a square of the image's mean colour is moved over the image, and where it lowers the
 * answer's probability, there the evidence was. Asks the model only, so any model will do; costs
 * some 150 to 250 answers per image.
 */
public final class Occlusion {

  /** The square's side is this part of the image's shorter side. */
  private static final int PART = 5;

  /** The square moves by this part of its side. */
  private static final int STEPS = 3;

  private Occlusion() {}

  /**
   * Explains an answer.
   *
   * @param model says what it thinks of images of the image's size
   * @param image the one image, as the model takes it
   * @param label index of the answer's class
   * @param reason why there is no better way, for people
   * @return a map of the image's size: how much the logarithm of the answer's probability falls, in
   *     the mean of all squares that cover a pixel
   */
  public static HeatMap explain(
      Function<ImageSet, Predictions> model, ImageSet image, int label, String reason) {
    int height = image.height();
    int width = image.width();
    int side = Math.max(1, (Math.min(height, width) + PART - 1) / PART);
    int[] rows = places(height, side);
    int[] columns = places(width, side);
    double loss = model.apply(image).loss(0, label);
    double[] sums = new double[height * width];
    int[] covers = new int[height * width];
    // A row of places at a time: a bounded number of copies of the image in memory.
    for (int top : rows) {
      Predictions covered = model.apply(covered(image, top, columns, side));
      for (int i = 0; i < columns.length; i++) {
        double rise = covered.loss(i, label) - loss;
        for (int y = top; y < top + side; y++) {
          for (int x = columns[i]; x < columns[i] + side; x++) {
            sums[y * width + x] += rise;
            covers[y * width + x]++;
          }
        }
      }
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] /= covers[i];
    }
    return HeatMap.of(
        sums, height, width, "occlusion by squares of %d×%d".formatted(side, side), reason);
  }

  /** Where the square begins, so that every pixel is covered. */
  private static int[] places(int length, int side) {
    int step = Math.max(1, side / STEPS);
    int count = (length - side + step - 1) / step + 1;
    int[] places = new int[count];
    Arrays.setAll(places, i -> Math.min(i * step, length - side));
    return places;
  }

  /** The image once for each column at which the square begins. */
  private static ImageSet covered(ImageSet image, int top, int[] columns, int side) {
    int channels = image.channels();
    int width = image.width();
    byte[] original = image.pixels(0);
    byte[] colour = mean(original, channels);
    byte[] copies = new byte[columns.length * original.length];
    for (int i = 0; i < columns.length; i++) {
      int start = i * original.length;
      System.arraycopy(original, 0, copies, start, original.length);
      for (int y = top; y < top + side; y++) {
        for (int x = columns[i]; x < columns[i] + side; x++) {
          System.arraycopy(colour, 0, copies, start + (y * width + x) * channels, channels);
        }
      }
    }
    return ImageSet.of(copies, new int[columns.length], image.height(), width, channels);
  }

  private static byte[] mean(byte[] pixels, int channels) {
    long[] sums = new long[channels];
    for (int i = 0; i < pixels.length; i++) {
      sums[i % channels] += pixels[i] & 0xff;
    }
    byte[] mean = new byte[channels];
    for (int c = 0; c < channels; c++) {
      mean[c] = (byte) Math.round((double) sums[c] * channels / pixels.length);
    }
    return mean;
  }
}
