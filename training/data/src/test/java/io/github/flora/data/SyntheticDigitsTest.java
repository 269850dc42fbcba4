package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SyntheticDigitsTest {

  private ImageSet train = SyntheticDigits.draw(0, 0, 0);
  private ImageSet test = train;
  private Duration time = Duration.ZERO;

  @BeforeAll
  void draw() {
    Instant start = Instant.now();
    train = SyntheticDigits.draw(1, 0, SyntheticDigits.TRAIN_SIZE);
    test = SyntheticDigits.draw(1, SyntheticDigits.TRAIN_SIZE, SyntheticDigits.TEST_SIZE);
    time = Duration.between(start, Instant.now());
  }

  @Test
  void theDataSetIsDrawnInSeconds() {
    // 0.8 s on two cores; the rest is for slower and busier machines.
    assertTrue(time.compareTo(Duration.ofSeconds(20)) < 0, time.toString());
  }

  @Test
  void anImageDependsOnSeedAndIndexAlone() {
    ImageSet alone = SyntheticDigits.draw(1, 1234, 1);
    assertArrayEquals(train.pixels(1234), alone.pixels(0));
    assertEquals(train.label(1234), alone.label(0));
    ImageSet other = SyntheticDigits.draw(2, 1233, 3);
    for (int i = 0; i < 3; i++) {
      assertFalse(Arrays.equals(alone.pixels(0), other.pixels(i)));
    }
  }

  @Test
  void thePixelsArePinned() {
    CRC32 crc = new CRC32();
    ImageSet some = SyntheticDigits.draw(42, 0, 200);
    for (int i = 0; i < some.size(); i++) {
      crc.update(some.label(i));
      crc.update(some.pixels(i));
    }
    // A change here means that accuracies of earlier runs no longer compare.
    assertEquals(2226943133L, crc.getValue());
  }

  @Test
  void noImageOccursTwice() {
    Set<String> seen = new HashSet<>();
    for (ImageSet part : new ImageSet[] {train, test}) {
      for (int i = 0; i < part.size(); i++) {
        assertTrue(seen.add(Arrays.toString(part.pixels(i))));
      }
    }
  }

  @Test
  void classesAreEvenAndImagesLookLikeMnists() {
    int[] counts = new int[10];
    double sum = 0;
    double edge = 0;
    for (int i = 0; i < train.size(); i++) {
      counts[train.label(i)]++;
      byte[] pixels = train.pixels(i);
      int brightest = 0;
      for (int p = 0; p < pixels.length; p++) {
        int value = pixels[p] & 0xff;
        sum += value;
        brightest = Math.max(brightest, value);
        if (p < 28 || p >= 27 * 28 || p % 28 == 0 || p % 28 == 27) {
          edge += value;
        }
      }
      assertTrue(brightest > 180, "image " + i + " has no bright pixel");
    }
    assertTrue(Arrays.stream(counts).allMatch(n -> n > 1000 && n < 1400), Arrays.toString(counts));
    // MNIST's mean is 0.1307.
    assertEquals(0.13, sum / train.size() / 784 / 255, 0.02);
    // Next to no ink is cut off.
    assertTrue(edge / sum < 0.01, "share of ink at the edge: " + edge / sum);
  }

  /** MNIST gives 82 %: too simple a method must neither solve the task nor fail at it. */
  @Test
  void theTaskIsNeitherTrivialNorHopeless() {
    double[][] means = new double[10][784];
    for (int i = 0; i < train.size(); i++) {
      byte[] pixels = train.pixels(i);
      for (int p = 0; p < 784; p++) {
        means[train.label(i)][p] += (pixels[p] & 0xff) * 10.0 / train.size();
      }
    }
    int right = 0;
    for (int i = 0; i < test.size(); i++) {
      if (nearest(means, test.pixels(i)) == test.label(i)) {
        right++;
      }
    }
    assertEquals(0.8, (double) right / test.size(), 0.1);
  }

  private static int nearest(double[][] means, byte[] pixels) {
    int best = 0;
    double least = Double.MAX_VALUE;
    for (int digit = 0; digit < 10; digit++) {
      double distance = 0;
      for (int p = 0; p < 784; p++) {
        double difference = (pixels[p] & 0xff) - means[digit][p];
        distance += difference * difference;
      }
      if (distance < least) {
        least = distance;
        best = digit;
      }
    }
    return best;
  }

  @Test
  void argumentsAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> SyntheticDigits.draw(1, -1, 1));
    assertThrows(IllegalArgumentException.class, () -> SyntheticDigits.draw(1, 0, -1));
  }
}
