package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AugmentationTest {

  private static final int SAMPLES = 4000;

  private static final ImageSet DIGITS = SyntheticDigits.draw(3, 0, 50);

  private static byte[] warped(ImageSet set, Augmentation augmentation, long seed, int index) {
    ByteBuffer target = ByteBuffer.allocate(set.height() * set.width() * set.channels());
    new ImageAugmenter(set, augmentation, new byte[set.channels()], seed).write(index, 0, target);
    assertFalse(target.hasRemaining());
    return target.array();
  }

  /** The same image many times, so that only the random numbers differ. */
  private static ImageSet repeated(byte[] pixels, int height, int width) {
    return ImageSet.of(pixels, new int[1], height, width, 1).select(new int[SAMPLES]);
  }

  /** Centre of brightness about the middle of a square image: to the right, down. */
  private static double[] centre(byte[] pixels, int side) {
    double sum = 0;
    double x = 0;
    double y = 0;
    for (int i = 0; i < pixels.length; i++) {
      int row = i / side;
      int column = i % side;
      sum += pixels[i] & 0xff;
      x += (pixels[i] & 0xff) * (column - (side - 1) / 2.0);
      y += (pixels[i] & 0xff) * (row - (side - 1) / 2.0);
    }
    return new double[] {x / sum, y / sum};
  }

  /** A square image with a spot of 3×3 around a place. */
  private static byte[] spot(int side, int x, int y) {
    byte[] pixels = new byte[side * side];
    for (int i = 0; i < 9; i++) {
      pixels[(y - 1 + i / 3) * side + x - 1 + i % 3] = (byte) 200;
    }
    return pixels;
  }

  @Test
  void theDefaultsArePinned() {
    assertEquals(new Augmentation(10, 0.1, 0.1, 0), Augmentation.DIGITS);
    assertEquals(new Augmentation(0, 0, 0, 0), Augmentation.NONE);
    assertTrue(Augmentation.NONE.isNone());
    assertFalse(Augmentation.DIGITS.isNone());
    assertFalse(new Augmentation(0, 0, 0, 1).isNone());
  }

  @ParameterizedTest
  @CsvSource({
    "-1,0,0,0",
    "181,0,0,0",
    "NaN,0,0,0",
    "0,-0.1,0,0",
    "0,1.1,0,0",
    "0,0,-0.1,0",
    "0,0,1,0",
    "0,0,0,-1",
    "0,0,0,1001",
    "0,0,0,Infinity"
  })
  void valuesOutOfRangeAreRefused(double rotation, double shift, double zoom, double elastic) {
    assertThrows(
        IllegalArgumentException.class, () -> new Augmentation(rotation, shift, zoom, elastic));
  }

  @Test
  void nothingToDoIsExact() {
    for (int i = 0; i < DIGITS.size(); i++) {
      assertArrayEquals(DIGITS.pixels(i), warped(DIGITS, Augmentation.NONE, i, i));
    }
  }

  @Test
  void everyImageChangesInEveryEpochAndTheSeedDecides() {
    for (int i = 0; i < DIGITS.size(); i++) {
      byte[] first = warped(DIGITS, Augmentation.DIGITS, 1, i);
      byte[] second = warped(DIGITS, Augmentation.DIGITS, 2, i);
      assertFalse(Arrays.equals(DIGITS.pixels(i), first), "image " + i);
      assertFalse(Arrays.equals(first, second), "image " + i);
      assertArrayEquals(first, warped(DIGITS, Augmentation.DIGITS, 1, i));
    }
  }

  @Test
  void imagesAreWarpedIndependently() {
    ImageSet same = DIGITS.select(new int[] {7, 7});
    assertFalse(
        Arrays.equals(
            warped(same, Augmentation.DIGITS, 1, 0), warped(same, Augmentation.DIGITS, 1, 1)));
    // One instance after another image gives what a fresh one gives.
    ImageAugmenter augmenter =
        new ImageAugmenter(DIGITS, new Augmentation(10, 0.1, 0.1, 34), new byte[1], 5);
    ByteBuffer target = ByteBuffer.allocate(2 * 784);
    augmenter.write(3, 0, target);
    augmenter.write(9, 0, target);
    assertArrayEquals(
        warped(DIGITS, new Augmentation(10, 0.1, 0.1, 34), 5, 9),
        Arrays.copyOfRange(target.array(), 784, 1568));
  }

  @Test
  void rotationIsEvenWithinItsRange() {
    int side = 65;
    ImageSet set = repeated(spot(side, 57, 32), side, side); // 25 to the right of the centre
    ImageAugmenter augmenter = new ImageAugmenter(set, new Augmentation(10, 0, 0), new byte[1], 1);
    double[] degrees =
        IntStream.range(0, SAMPLES)
            .mapToDouble(
                i -> {
                  ByteBuffer target = ByteBuffer.allocate(side * side);
                  augmenter.write(i, 0, target);
                  double[] at = centre(target.array(), side);
                  assertEquals(25, Math.hypot(at[0], at[1]), 0.1);
                  return Math.toDegrees(Math.atan2(at[1], at[0]));
                })
            .toArray();
    assertRange(degrees, -10, 10, 0.1);
  }

  @Test
  void shiftsAreEvenWithinTheirRange() {
    int side = 40;
    ImageSet set = repeated(spot(side, 20, 20), side, side); // 0.5 right of and below the centre
    ImageAugmenter augmenter = new ImageAugmenter(set, new Augmentation(0, 0.1, 0), new byte[1], 1);
    double[] right = new double[SAMPLES];
    double[] down = new double[SAMPLES];
    double product = 0;
    for (int i = 0; i < SAMPLES; i++) {
      ByteBuffer target = ByteBuffer.allocate(side * side);
      augmenter.write(i, 0, target);
      double[] at = centre(target.array(), side);
      right[i] = at[0] - 0.5;
      down[i] = at[1] - 0.5;
      product += right[i] * down[i] / SAMPLES;
    }
    assertRange(right, -4, 4, 0.05);
    assertRange(down, -4, 4, 0.05);
    assertEquals(0, product, 0.4, "the shifts in x and y are independent");
  }

  @Test
  void zoomIsEvenWithinItsRange() {
    int side = 65;
    ImageSet set = repeated(spot(side, 54, 54), side, side); // 22 right of and below the centre
    ImageAugmenter augmenter = new ImageAugmenter(set, new Augmentation(0, 0, 0.1), new byte[1], 1);
    double[] zooms =
        IntStream.range(0, SAMPLES)
            .mapToDouble(
                i -> {
                  ByteBuffer target = ByteBuffer.allocate(side * side);
                  augmenter.write(i, 0, target);
                  double[] at = centre(target.array(), side);
                  assertEquals(at[0], at[1], 0.01);
                  return 22 / at[0] - 1;
                })
            .toArray();
    assertRange(zooms, -0.1, 0.1, 0.002);
  }

  /** Mean and extremes of evenly drawn values. */
  private static void assertRange(double[] values, double low, double high, double tolerance) {
    double mean = Arrays.stream(values).average().orElseThrow();
    double deviation = (high - low) / Math.sqrt(12.0 * SAMPLES);
    assertEquals((low + high) / 2, mean, 5 * deviation + tolerance / 10);
    double lowest = Arrays.stream(values).min().orElseThrow();
    double highest = Arrays.stream(values).max().orElseThrow();
    assertEquals(low, lowest, tolerance);
    assertEquals(high, highest, tolerance);
  }

  /**
   * The numbers are SciPy's, for Keras's order of the steps:
   *
   * <pre>{@code
   * import numpy as np
   * from scipy.ndimage import affine_transform as f
   * i = np.arange(42); a = (i * i * 37 % 251).reshape(6, 7).astype(float)
   * t = np.deg2rad(20); s = np.array([0.6, -1.3]); z = 1.1; c = np.array([2.5, 3.0])
   * m = np.array([[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]])  # axes (y, x)
   * p = np.pad(a, 4); o = c - m @ (z * c + s)
   * r = f(p, z * m, offset=4 + o - z * m @ [4, 4], order=1)[4:-4, 4:-4]
   * print(np.rint(r).astype(int).tolist())
   * }</pre>
   */
  @Test
  void turnShiftAndZoomAreOneAffineMap() {
    int[] expected = {
      0, 4, 49, 109, 62, 0, 0, 95, 95, 144, 78, 226, 0, 0, 153, 204, 187, 108, 166, 52, 0, 77, 188,
      174, 74, 143, 74, 0, 70, 208, 195, 217, 161, 170, 7, 158, 186, 191, 139, 90, 58, 0
    };
    byte[] pixels = new byte[42];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i * i * 37 % 251);
    }
    byte[] result =
        new ImageWarp(6, 7, 1, Augmentation.NONE).warp(pixels, Math.toRadians(20), -1.3, 0.6, 1.1);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], result[i] & 0xff, 1, "pixel " + i);
    }
  }

  @Test
  void whatComesInFromOutsideIsZeroAndNothingIsBrighterThanTheOriginal() {
    byte[] white = new byte[28 * 28];
    Arrays.fill(white, (byte) 250);
    ImageSet set = repeated(white, 28, 28);
    int zeros = 0;
    for (int i = 0; i < 200; i++) {
      for (byte pixel : warped(set, new Augmentation(10, 0.1, 0.1, 34), 1, i)) {
        assertTrue((pixel & 0xff) <= 250);
        zeros += pixel == 0 ? 1 : 0;
      }
    }
    // A shift of 5 % on average in x and y, and somewhat more for corners and zooms.
    assertEquals(0.12, zeros / 200.0 / 784, 0.04);
  }

  @Test
  void channelsStayApartAndOblongImagesInShape() {
    int height = 6;
    int width = 11;
    byte[] pixels = new byte[height * width * 3];
    for (int p = 0; p < height * width; p++) {
      pixels[3 * p] = (byte) (40 + 3 * p);
      pixels[3 * p + 1] = (byte) (20 + 2 * p);
    }
    ImageSet colour = ImageSet.of(pixels, new int[1], height, width, 3);
    for (int seed = 0; seed < 50; seed++) {
      byte[] result = warped(colour, new Augmentation(30, 0.2, 0.2, 20), seed, 0);
      for (int c = 0; c < 3; c++) {
        byte[] plane = new byte[height * width];
        byte[] expected = new byte[height * width];
        for (int p = 0; p < plane.length; p++) {
          plane[p] = pixels[3 * p + c];
          expected[p] = result[3 * p + c];
        }
        ImageSet grey = ImageSet.of(plane, new int[1], height, width, 1);
        assertArrayEquals(expected, warped(grey, new Augmentation(30, 0.2, 0.2, 20), seed, 0));
      }
    }
  }

  @Test
  void elasticDistortionMovesPixelsByAboutWhatIsSaid() {
    Augmentation elastic = new Augmentation(0, 0, 0, 24);
    int side = 28;
    ImageSet set = repeated(spot(side, 13, 13), side, side);
    double squares = 0;
    for (int i = 0; i < SAMPLES; i++) {
      double[] at = centre(warped(set, elastic, 1, i), side);
      squares += (at[0] + 0.5) * (at[0] + 0.5) / SAMPLES;
    }
    assertEquals(1, Math.sqrt(squares), 0.15);
  }

  @Test
  void oneRowOneColumnOnePixel() {
    for (int[] shape : new int[][] {{1, 1}, {1, 9}, {9, 1}}) {
      ImageSet set = ImageSet.of(new byte[shape[0] * shape[1]], new int[1], shape[0], shape[1], 1);
      warped(set, new Augmentation(10, 0.1, 0.1, 34), 1, 0);
    }
  }
}
