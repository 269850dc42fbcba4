package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.data.Digits.Prepared;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DigitsTest {

  private static final ImageSet SET = SyntheticDigits.draw(9, 0, 100);

  private static DecodedImage digit(int index) {
    return DecodedImage.of(SET.pixels(index), 28, 28, 1);
  }

  private static DecodedImage filled(int height, int width, int value) {
    byte[] pixels = new byte[height * width];
    Arrays.fill(pixels, (byte) value);
    return DecodedImage.of(pixels, height, width, 1);
  }

  /** A digit of 200×200 somewhere on a page of 360×480 under uneven light, with noise. */
  private static DecodedImage photograph(DecodedImage digit, int paper, int ink, int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    DecodedImage large = digit.resized(200, 200);
    int top = random.nextInt(160);
    int left = random.nextInt(280);
    double light = Randoms.between(random, -0.06, 0.06);
    byte[] pixels = new byte[360 * 480];
    for (int y = 0; y < 360; y++) {
      for (int x = 0; x < 480; x++) {
        boolean inside = y >= top && y < top + 200 && x >= left && x < left + 200;
        double share = inside ? large.value(y - top, x - left, 0) / 255.0 : 0;
        double noise = Randoms.between(random, -10, 10);
        double value = paper + light * (x - 240) + (ink - paper) * share + noise;
        pixels[y * 480 + x] = (byte) Math.max(0, Math.min(255, value));
      }
    }
    return DecodedImage.of(pixels, 360, 480, 1);
  }

  private static double similarity(byte[] a, byte[] b) {
    double product = 0;
    double squaresA = 0;
    double squaresB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (a[i] & 0xff) * (b[i] & 0xff);
      squaresA += (a[i] & 0xff) * (a[i] & 0xff);
      squaresB += (b[i] & 0xff) * (b[i] & 0xff);
    }
    return product / Math.sqrt(squaresA * squaresB);
  }

  @Test
  void imagesOfTheModelsSizeStayAsTheyAre() {
    for (int i = 0; i < SET.size(); i++) {
      Prepared prepared = Digits.prepare(digit(i), 28, 28);
      assertArrayEquals(SET.pixels(i), prepared.pixels());
      assertFalse(prepared.inverted());
      assertFalse(prepared.blank());
    }
  }

  @Test
  void darkOnLightIsInverted() {
    for (int i = 0; i < SET.size(); i++) {
      Prepared prepared = Digits.prepare(digit(i).negative(), 28, 28);
      assertArrayEquals(SET.pixels(i), prepared.pixels());
      assertTrue(prepared.inverted());
    }
  }

  @Test
  void largerModelsGetTheMarginThatTheyWereTrainedWith() {
    ImageSet padded = SET.padded(2);
    for (int i = 0; i < SET.size(); i++) {
      assertArrayEquals(padded.pixels(i), Digits.prepare(digit(i), 32, 32).pixels());
    }
    DecodedImage ready = DecodedImage.of(padded.pixels(0), 32, 32, 1);
    assertArrayEquals(padded.pixels(0), Digits.prepare(ready, 32, 32).pixels());
    assertEquals(14 * 10, Digits.prepare(digit(0), 14, 10).pixels().length);
  }

  @ParameterizedTest
  @CsvSource({"200,60,true", "170,100,true", "50,220,false", "20,110,false"})
  void photographsBecomeLikeMnistsImages(int paper, int ink, boolean inverted) {
    double sum = 0;
    for (int i = 0; i < SET.size(); i++) {
      Prepared prepared = Digits.prepare(photograph(digit(i), paper, ink, i), 28, 28);
      assertEquals(inverted, prepared.inverted(), "image " + i);
      assertFalse(prepared.blank());
      byte[] pixels = prepared.pixels();
      int rows = 0;
      int columns = 0;
      double mass = 0;
      double y = 0;
      double x = 0;
      int brightest = 0;
      for (int p = 0; p < 28; p++) {
        boolean row = false;
        boolean column = false;
        for (int q = 0; q < 28; q++) {
          row |= pixels[p * 28 + q] != 0;
          column |= pixels[q * 28 + p] != 0;
          int value = pixels[p * 28 + q] & 0xff;
          mass += value;
          y += value * p;
          x += value * q;
          brightest = Math.max(brightest, value);
        }
        rows += row ? 1 : 0;
        columns += column ? 1 : 0;
      }
      assertEquals(20, Math.max(rows, columns));
      assertEquals(255, brightest);
      assertEquals(14, y / mass, 0.51);
      assertEquals(14, x / mass, 0.51);
      Prepared clean = Digits.prepare(digit(i).resized(200, 200), 28, 28);
      sum += similarity(clean.pixels(), pixels);
    }
    // 1 is the same but for brightness; two different digits have about 0.4.
    assertTrue(sum / SET.size() > 0.93, "mean similarity " + sum / SET.size());
  }

  @ParameterizedTest
  @CsvSource({
    "28,28,0,false",
    "28,28,255,true",
    "300,200,255,true",
    "300,200,3,false",
    "1,1,9,false"
  })
  void anEmptyPageIsBlank(int height, int width, int value, boolean inverted) {
    Prepared prepared = Digits.prepare(filled(height, width, value), 28, 28);
    assertTrue(prepared.blank());
    assertEquals(inverted, prepared.inverted());
    assertEquals(784, prepared.pixels().length);
  }

  @ParameterizedTest
  @CsvSource({"1,20000", "20000,1", "1,2", "8,8", "27,28"})
  void anySizeWillDo(int height, int width) {
    byte[] pixels = new byte[height * width];
    pixels[pixels.length / 2] = (byte) 200;
    Prepared prepared = Digits.prepare(DecodedImage.of(pixels, height, width, 1), 28, 28);
    assertEquals(784, prepared.pixels().length);
    assertFalse(prepared.blank());
  }

  @Test
  void argumentsAreChecked() {
    DecodedImage colour = DecodedImage.of(new byte[3], 1, 1, 3);
    assertThrows(IllegalArgumentException.class, () -> Digits.prepare(colour, 28, 28));
    assertThrows(IllegalArgumentException.class, () -> Digits.prepare(digit(0), 0, 28));
  }
}
