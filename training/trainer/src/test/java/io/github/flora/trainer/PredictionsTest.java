package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PredictionsTest {

  /** Two images; softmax of 1, 2, 3 is 0.0900, 0.2447, 0.6652 in any textbook. */
  private final Predictions predictions =
      new Predictions(new float[] {1, 2, 3, 1000, 1000, -1000}, 3, 0.5);

  @Test
  void countsRows() {
    assertEquals(2, predictions.size());
    assertEquals(0.5, predictions.seconds());
    assertEquals(0, new Predictions(new float[0], 0, 0).size());
  }

  @Test
  void probabilitiesAreTheSoftmax() {
    assertArrayEquals(
        new double[] {0.09003057, 0.24472847, 0.66524096}, predictions.probabilities(0), 1e-8);
  }

  @Test
  void largeLogitsDoNotOverflow() {
    assertArrayEquals(new double[] {0.5, 0.5, 0}, predictions.probabilities(1), 1e-12);
    assertEquals(Math.log(2), predictions.loss(1, 1), 1e-12);
    assertEquals(2000 + Math.log(2), predictions.loss(1, 2), 1e-9);
  }

  @ParameterizedTest
  @CsvSource({"0,2.40760596", "1,1.40760596", "2,0.40760596"})
  void lossIsTheCrossEntropy(int label, double expected) {
    assertEquals(expected, predictions.loss(0, label), 1e-8);
    assertEquals(-Math.log(predictions.probabilities(0)[label]), predictions.loss(0, label), 1e-12);
  }

  @Test
  void theFirstOfEqualsWins() {
    assertEquals(2, predictions.top1(0));
    assertEquals(0, predictions.top1(1));
  }

  @ParameterizedTest
  @CsvSource({"0,0,2", "0,1,1", "0,2,0", "1,0,0", "1,1,1", "1,2,2"})
  void rankCountsWhatIsPreferred(int image, int label, int expected) {
    assertEquals(expected, predictions.rank(image, label));
  }

  @Test
  void ranksOfEqualsAreAPermutation() {
    Predictions equal = new Predictions(new float[10], 10, 0);
    int[] ranks = new int[10];
    Arrays.setAll(ranks, label -> equal.rank(0, label));
    assertArrayEquals(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, ranks);
  }
}
