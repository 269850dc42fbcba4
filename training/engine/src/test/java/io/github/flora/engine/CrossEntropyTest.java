package io.github.flora.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What needs no engine; the numbers are in {@link AbstractCrossEntropyTest}. */
final class CrossEntropyTest {

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  void smoothingOutOfRangeIsRefused(double smoothing) {
    assertThrows(IllegalArgumentException.class, () -> new CrossEntropy(smoothing));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, 0, Double.NaN, Double.POSITIVE_INFINITY})
  void aWeightOutOfRangeIsRefused(double weight) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> new CrossEntropy(0, new double[] {1, weight}));
    assertEquals("the weight of class 1 has to be above 0: " + weight, e.getMessage());
  }

  /** {@code compute_class_weight("balanced", classes=[0, 1, 2], y=labels)} of scikit-learn 1.9. */
  @Test
  void balancedIsScikitLearns() {
    int[] labels = {0, 1, 1, 2, 2, 2, 1, 2, 2, 2};
    assertArrayEquals(
        new double[] {3.33333333, 1.11111111, 0.55555556}, CrossEntropy.balanced(labels, 3), 1e-8);
  }

  @Test
  void aClassWithoutImagesCannotBeBalanced() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> CrossEntropy.balanced(new int[] {0, 2, 2}, 3));
    assertEquals("class 1 has no image, so it can't be given a weight", e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> CrossEntropy.balanced(new int[] {0, 3}, 3));
  }
}
