package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RandomsTest {

  private static final int COUNT = 20_000;

  private static double[] beta(double alpha) {
    SplittableRandom random = new SplittableRandom(3);
    return DoubleStream.generate(() -> Randoms.beta(random, alpha)).limit(COUNT).toArray();
  }

  /** Distribution functions that have a closed form, against Kolmogorov and Smirnov's distance. */
  @ParameterizedTest
  @CsvSource({"0.5", "1", "2"})
  void betaIsDistributedAsItShould(double alpha) {
    DoubleUnaryOperator distribution =
        alpha == 0.5
            ? x -> 2 / Math.PI * Math.asin(Math.sqrt(x))
            : alpha == 1 ? x -> x : x -> x * x * (3 - 2 * x);
    double[] drawn = beta(alpha);
    Arrays.sort(drawn);
    double distance = 0;
    for (int i = 0; i < COUNT; i++) {
      double expected = distribution.applyAsDouble(drawn[i]);
      distance = Math.max(distance, Math.abs((i + 0.5) / COUNT - expected));
    }
    // Exceeded by chance once in a hundred thousand.
    assertTrue(distance < 2.5 / Math.sqrt(COUNT), "distance " + distance);
  }

  /** Mean 1/2 and variance 1 / (4 (2α + 1)), at any size of α. */
  @ParameterizedTest
  @ValueSource(doubles = {1e-6, 1e-3, 0.1, 0.2, 0.4, 3, 50, 1e6})
  void betaHasItsMeanAndVariance(double alpha) {
    double[] drawn = beta(alpha);
    double variance = 1 / (4 * (2 * alpha + 1));
    assertTrue(Arrays.stream(drawn).allMatch(x -> x >= 0 && x <= 1));
    double mean = Arrays.stream(drawn).average().orElseThrow();
    assertEquals(0.5, mean, 5 * Math.sqrt(variance / COUNT));
    double squares = Arrays.stream(drawn).map(x -> (x - 0.5) * (x - 0.5)).average().orElseThrow();
    // The fourth moment is at most that of a normal distribution.
    assertEquals(variance, squares, 5 * variance * Math.sqrt(2.0 / COUNT));
  }
}
