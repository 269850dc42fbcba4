package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDatasetTest {

  /** 700, 200 and 101 images of three classes, mixed; the two bytes of an image are its number. */
  private static final ImageDataset UNEVEN = dataset(1001);

  private static ImageDataset dataset(int size) {
    byte[] pixels = new byte[2 * size];
    int[] labels = new int[size];
    for (int i = 0; i < size; i++) {
      pixels[2 * i] = (byte) (i >> 8);
      pixels[2 * i + 1] = (byte) i;
      labels[i] = i % 10 < 7 ? 0 : i % 10 < 9 ? 1 : 2;
    }
    labels[size - 1] = 2;
    ImageSet set = ImageSet.of(pixels, labels, 1, 2, 1);
    return new ImageDataset(
        "test", Source.REAL, "here", List.of("a", "b", "c"), set, set, Normalization.UNIT, null);
  }

  private static int[] numbers(ImageSet set) {
    return IntStream.range(0, set.size())
        .map(i -> ((set.pixels(i)[0] & 0xff) << 8) | (set.pixels(i)[1] & 0xff))
        .toArray();
  }

  private static int[] counts(ImageSet set) {
    int[] counts = new int[3];
    for (int label : set.labels()) {
      counts[label]++;
    }
    return counts;
  }

  @ParameterizedTest
  @CsvSource({
    "0.1, 70, 20, 10", // 70.0, 20.0, 10.1: 100 in all
    "0.25, 175, 50, 25", // 175.0, 50.0, 25.25: 250
    "0.336, 235, 67, 34", // 235.2, 67.2, 33.9: 336, the last class is nearest to one more
    "0.333, 233, 66, 34", // 233.10, 66.60, 33.63: 333
    "0.9, 630, 180, 91", // 630.0, 180.0, 90.9: 901
  })
  void eachClassKeepsItsShare(double fraction, int a, int b, int c) {
    ImageSet validation = UNEVEN.split(fraction, 1).validation();
    assertArrayEquals(new int[] {a, b, c}, counts(validation));
  }

  @Test
  void partsAreDisjointAndCompleteAndInOrder() {
    TrainValidation split = UNEVEN.split(0.3, 5);
    int[] train = numbers(split.train());
    int[] validation = numbers(split.validation());

    assertArrayEquals(IntStream.of(train).sorted().toArray(), train);
    assertArrayEquals(IntStream.of(validation).sorted().toArray(), validation);
    Set<Integer> all = new HashSet<>();
    IntStream.concat(IntStream.of(train), IntStream.of(validation)).forEach(all::add);
    assertEquals(1001, train.length + validation.length);
    assertEquals(1001, all.size());
  }

  @Test
  void theSeedDecides() {
    int[] once = numbers(UNEVEN.split(0.1, 5).validation());
    assertArrayEquals(once, numbers(UNEVEN.split(0.1, 5).validation()));
    assertFalse(Arrays.equals(once, numbers(UNEVEN.split(0.1, 6).validation())));
  }

  @Test
  void noFractionNoValidation() {
    TrainValidation split = UNEVEN.split(0, 1);
    assertEquals(0, split.validation().size());
    assertEquals(1001, split.train().size());
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, 1.5, Double.NaN, 0.9999})
  void fractionsOutOfRangeAreRefused(double fraction) {
    assertThrows(IllegalArgumentException.class, () -> UNEVEN.split(fraction, 1));
  }

  @Test
  void paddingKeepsAllElse() {
    ImageDataset padded = UNEVEN.padded(2);
    assertEquals(5, padded.train().height());
    assertEquals(6, padded.test().width());
    assertEquals(UNEVEN.labels(), padded.labels());
    assertEquals(UNEVEN.origin(), padded.origin());
    assertEquals("real", padded.source().id());
  }

  @Test
  void labelsNeedNames() {
    ImageSet set = UNEVEN.train();
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new ImageDataset(
                "x", Source.REAL, "", List.of("a", "b"), set, set, Normalization.UNIT, null));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new ImageDataset(
                "x",
                Source.REAL,
                "",
                List.of("a", "b", "c"),
                set,
                set.padded(1),
                Normalization.UNIT,
                null));
  }
}
