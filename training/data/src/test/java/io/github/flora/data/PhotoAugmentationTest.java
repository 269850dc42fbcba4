package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.data.ImageAugmenter.RandomBox;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Looks at pixels: every augmentation does what it says, and no more. */
class PhotoAugmentationTest {

  private static final int SIDE = 32;
  private static final byte[] GREEN = {1, (byte) 222, 3};
  private static final int SAMPLES = 2000;

  /** Red is the column times 8, blue the row times 8. */
  private static final ImageSet RAMPS = ramps();

  private static ImageSet ramps() {
    byte[] pixels = new byte[SIDE * SIDE * 3];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        pixels[(y * SIDE + x) * 3] = (byte) (x * 8);
        pixels[(y * SIDE + x) * 3 + 2] = (byte) (y * 8);
      }
    }
    int[] same = new int[SAMPLES];
    return ImageSet.of(pixels, new int[1], SIDE, SIDE, 3).select(same);
  }

  private static byte[] augmented(String how, int index) {
    ByteBuffer target = ByteBuffer.allocate(SIDE * SIDE * 3);
    new ImageAugmenter(RAMPS, Augmentation.parse(how, RAMPS), GREEN, 5).write(index, 0, target);
    return target.array();
  }

  private static int value(byte[] image, int row, int column, int channel) {
    return image[(row * SIDE + column) * 3 + channel] & 0xff;
  }

  @Test
  void everySecondImageIsMirrored() {
    int mirrored = 0;
    for (int i = 0; i < SAMPLES; i++) {
      byte[] image = augmented("flip", i);
      boolean flipped = value(image, 0, 0, 0) == 248;
      mirrored += flipped ? 1 : 0;
      for (int x = 0; x < SIDE; x++) {
        assertEquals(8 * (flipped ? SIDE - 1 - x : x), value(image, 7, x, 0));
        assertEquals(56, value(image, 7, x, 2));
      }
    }
    assertEquals(0.5, (double) mirrored / SAMPLES, 0.04);
  }

  @Test
  void cropsShowWhatTheyShould() {
    double smallest = 1;
    double largest = 0;
    for (int i = 0; i < SAMPLES; i++) {
      byte[] image = augmented("crop=0.25", i);
      // The slopes of the ramps tell what part of the image is seen.
      double width = (value(image, 16, 27, 0) - value(image, 16, 4, 0)) / (23 * 8.0);
      double height = (value(image, 27, 16, 2) - value(image, 4, 16, 2)) / (23 * 8.0);
      double area = width * height;
      smallest = Math.min(smallest, area);
      largest = Math.max(largest, area);
      assertTrue(area > 0.21 && area < 1.05, () -> "area " + area);
      assertTrue(width / height > 0.68 && width / height < 1.46, () -> width + " " + height);
    }
    assertTrue(smallest < 0.3 && largest > 0.9, smallest + " to " + largest);
  }

  /** RandomResizedCrop's own distribution: area and logarithm of the proportions are even. */
  @Test
  void boxesAreTorchvisions() {
    SplittableRandom random = new SplittableRandom(3);
    double area = 0;
    double ratio = 0;
    double spread = 0;
    double top = 0;
    int n = 20_000;
    for (int i = 0; i < n; i++) {
      RandomBox box =
          Objects.requireNonNull(RandomBox.draw(500, 600, 0.1, 0.5, 3.0 / 4, 4.0 / 3, random));
      area += box.height() * box.width() / 300_000.0 / n;
      double logarithm = Math.log((double) box.width() / box.height());
      ratio += logarithm / n;
      spread += logarithm * logarithm / n;
      top += (box.top() + box.height() / 2.0) / n;
    }
    assertEquals(0.3, area, 0.005);
    assertEquals(0, ratio, 0.01);
    // The variance of an even distribution.
    assertEquals(Math.pow(2 * Math.log(4.0 / 3), 2) / 12, spread, 0.001);
    assertEquals(250, top, 3);
  }

  @Test
  void longImagesAreCroppedInTheMiddle() {
    assertEquals(new RandomBox(0, 493, 10, 13), RandomBox.middle(10, 1000, 3.0 / 4, 4.0 / 3));
    assertEquals(new RandomBox(0, 0, 1, 1), RandomBox.middle(1, 1, 3.0 / 4, 4.0 / 3));
  }

  @Test
  void erasedRectanglesHaveTheMeanColour() {
    int erased = 0;
    for (int i = 0; i < SAMPLES; i++) {
      byte[] image = augmented("erase=0.25", i);
      int count = 0;
      for (int p = 0; p < SIDE * SIDE; p++) {
        if (image[3 * p + 1] == GREEN[1]) {
          count++;
          assertEquals(GREEN[0], image[3 * p]);
          assertEquals(GREEN[2], image[3 * p + 2]);
        }
      }
      if (count > 0) {
        erased++;
        double share = (double) count / (SIDE * SIDE);
        assertTrue(share > 0.01 && share < 0.36, () -> "share " + share);
      }
    }
    assertEquals(0.25, (double) erased / SAMPLES, 0.04);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rotate=30", "shift=0.2", "zoom=0.3", "elastic=24", "jitter=0.4"})
  void eachChangesPixelsAnewForEveryImage(String how) {
    byte[] first = augmented(how, 0);
    assertFalse(Arrays.equals(RAMPS.pixels(0), first));
    assertFalse(Arrays.equals(first, augmented(how, 1)));
    assertArrayEquals(first, augmented(how, 0));
  }

  /** Pillow's ImageEnhance of (10, 20, 200), (250, 100, 0) with factor 1.5 and 0.5. */
  @ParameterizedTest
  @CsvSource({
    "brightness,1.5,15 30 255 255 150 0",
    "brightness,0.5,5 10 100 125 50 0",
    "contrast,1.5,0 0 255 255 107 0",
    "contrast,0.5,48 53 143 168 93 43",
    "saturation,1.5,0 11 255 255 83 0",
    "saturation,0.5,24 29 119 191 116 66",
  })
  void jitterIsPillows(String what, double factor, String expected) {
    byte[] pixels = {10, 20, (byte) 200, (byte) 250, 100, 0};
    switch (what) {
      case "brightness" -> ColorJitter.brightness(pixels, factor);
      case "contrast" -> ColorJitter.contrast(pixels, 3, factor);
      default -> ColorJitter.saturation(pixels, 3, factor);
    }
    StringBuilder found = new StringBuilder();
    for (byte pixel : pixels) {
      found.append(pixel & 0xff).append(' ');
    }
    assertEquals(expected, found.toString().strip());
  }

  /** All three, in each of the six orders, which show where values are cut off at 0 and 255. */
  @Test
  void jitterChangesBrightnessContrastAndSaturationInAnyOrder() {
    byte[] image = {10, 20, (byte) 200, (byte) 250, 100, 0, (byte) 240, (byte) 250, (byte) 230};
    Map<String, Integer> orders = new TreeMap<>();
    int rounds = 600;
    for (int seed = 0; seed < rounds; seed++) {
      byte[] found = image.clone();
      ColorJitter.apply(found, 3, 0.4, new SplittableRandom(seed));
      SplittableRandom random = new SplittableRandom(seed);
      // Drawn first, for the order.
      int unused = random.nextInt(3) + random.nextInt(2);
      double[] factors = new double[3];
      Arrays.setAll(factors, i -> Randoms.between(random, 0.6, 1.4));
      List<String> same =
          List.of("bcs", "bsc", "cbs", "csb", "sbc", "scb").stream()
              .filter(order -> Arrays.equals(found, jittered(image, order, factors)))
              .toList();
      assertFalse(same.isEmpty(), "seed " + seed);
      if (same.size() == 1) {
        orders.merge(same.get(0), 1, Integer::sum);
      }
    }
    assertEquals(6, orders.size(), orders.toString());
    orders.forEach((order, count) -> assertTrue(count > rounds / 20, orders::toString));
  }

  private static byte[] jittered(byte[] image, String order, double[] factors) {
    byte[] result = image.clone();
    for (int i = 0; i < 3; i++) {
      switch (order.charAt(i)) {
        case 'b' -> ColorJitter.brightness(result, factors[i]);
        case 'c' -> ColorJitter.contrast(result, 3, factors[i]);
        default -> ColorJitter.saturation(result, 3, factors[i]);
      }
    }
    return result;
  }

  @Test
  void descriptionsAreRead() {
    assertEquals(
        new Augmentation(0.35, true, 15, 0.1, 0.2, 24, 0.4, 0.25),
        Augmentation.parse(
            "crop=0.35,flip,rotate=15,shift=0.1,zoom=0.2,elastic=24,jitter=0.4,erase=0.25", RAMPS));
    assertEquals(Augmentation.SMALL_PICTURES, Augmentation.parse("standard", RAMPS));
    assertEquals(Augmentation.STRONG, Augmentation.parse("strong", RAMPS));
    assertTrue(Augmentation.parse("none", RAMPS).isNone());
    ImageSet digits = SyntheticDigits.draw(1, 0, 1);
    assertEquals(Augmentation.DIGITS, Augmentation.parse("standard", digits));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "mnist-cnn", "crop", "flip=1", "crop=x", "crop=2", "rotate=200", "crop=0.5,"})
  void badDescriptionsAreOneLine(String text) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Augmentation.check(text));
    assertEquals(1, String.valueOf(e.getMessage()).lines().count());
  }
}
