package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Random numbers: their distribution by its moments, and the same from the same seed. */
class RandomTest {

  private static final int COUNT = 200_000;

  /** Standard errors that a moment may lie off; about one in two million is further. */
  private static final double ERRORS = 5;

  private static final Engine ENGINE = Engine.getEngine(EngineUnderTest.NAME);

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = ENGINE.newBaseManager();
    ENGINE.setRandomSeed(7);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static double[] doubles(NDArray array) {
    return array.toType(DataType.FLOAT64, true).toDoubleArray();
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  /** Checks the mean and the variance of independent numbers against their theory. */
  private static void assertMoments(
      double mean, double variance, double kurtosis, double[] values) {
    double actual = mean(values);
    assertEquals(mean, actual, ERRORS * Math.sqrt(variance / values.length), "mean");
    double square = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
    double error = variance * Math.sqrt((kurtosis - 1) / values.length);
    assertEquals(variance, square, ERRORS * error, "variance");
  }

  /** Checks that neighbours don't hang together. */
  private static void assertIndependent(double[] values) {
    double mean = mean(values);
    double products = 0;
    double squares = 0;
    for (int i = 1; i < values.length; i++) {
      products += (values[i] - mean) * (values[i - 1] - mean);
      squares += (values[i] - mean) * (values[i] - mean);
    }
    assertEquals(0, products / squares, ERRORS / Math.sqrt(values.length), "autocorrelation");
  }

  @ParameterizedTest
  @ValueSource(strings = {"FLOAT32", "FLOAT64"})
  void uniform(DataType type) {
    NDArray array = manager.randomUniform(-2, 3, new Shape(COUNT), type);
    assertEquals(type, array.getDataType());
    double[] values = doubles(array);
    assertMoments(0.5, 25 / 12.0, 1.8, values);
    assertIndependent(values);
    assertTrue(Arrays.stream(values).allMatch(v -> v >= -2 && v <= 3));
    assertEquals(-2, Arrays.stream(values).min().orElseThrow(), 1e-3);
    assertEquals(3, Arrays.stream(values).max().orElseThrow(), 1e-3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"FLOAT32", "FLOAT64"})
  void normal(DataType type) {
    NDArray array = manager.randomNormal(1, 2, new Shape(COUNT), type);
    assertEquals(type, array.getDataType());
    double[] values = doubles(array);
    assertMoments(1, 4, 3, values);
    assertIndependent(values);
    double within = Arrays.stream(values).filter(v -> v > -1 && v < 3).count() / (double) COUNT;
    assertEquals(0.6826895, within, ERRORS * Math.sqrt(0.68 * 0.32 / COUNT), "within 1 σ");
    double far = Arrays.stream(values).filter(v -> v < -5 || v > 7).count() / (double) COUNT;
    assertEquals(0.0026998, far, ERRORS * Math.sqrt(0.0027 / COUNT), "beyond 3 σ");
  }

  /** Cut at two standard deviations, as TensorFlow and MXNet do; the variance is then 0.7737. */
  @Test
  void truncatedNormal() {
    double[] values = doubles(manager.truncatedNormal(1, 2, new Shape(COUNT), DataType.FLOAT32));
    assertTrue(Arrays.stream(values).allMatch(v -> Math.abs(v - 1) <= 4.00001));
    assertMoments(1, 4 * 0.7737, 2.37, values);
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT32", "INT64"})
  void integers(DataType type) {
    NDArray array = manager.randomInteger(-2, 5, new Shape(COUNT), type);
    assertEquals(type, array.getDataType());
    double[] values = doubles(array);
    for (int k = -2; k < 5; k++) {
      double expected = k;
      double share = Arrays.stream(values).filter(v -> v == expected).count() / (double) COUNT;
      assertEquals(1 / 7.0, share, ERRORS * Math.sqrt(6 / 49.0 / COUNT), "share of " + k);
    }
    assertIndependent(values);
  }

  @Test
  void permutation() {
    NDArray array = manager.randomPermutation(1000);
    assertEquals(DataType.INT64, array.getDataType());
    long[] values = array.toLongArray();
    assertFalse(Arrays.equals(values, manager.randomPermutation(1000).toLongArray()));
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    assertFalse(Arrays.equals(sorted, values));
    for (int i = 0; i < 1000; i++) {
      assertEquals(i, sorted[i]);
    }
  }

  static Stream<Function<NDManager, NDArray>> draws() {
    Shape shape = new Shape(3, 4);
    return Stream.of(
        m -> m.randomUniform(0, 1, shape),
        m -> m.randomNormal(shape),
        m -> m.truncatedNormal(shape),
        m -> m.randomInteger(0, 1000, shape, DataType.INT64),
        m -> m.randomPermutation(12),
        m -> dropout(m.ones(shape), 0.5f));
  }

  @ParameterizedTest
  @MethodSource("draws")
  void sameSeedSameNumbers(Function<NDManager, NDArray> draw) {
    ENGINE.setRandomSeed(3);
    assertEquals(3, ENGINE.getSeed());
    double[] first = doubles(draw.apply(manager));
    double[] second = doubles(draw.apply(manager));
    double[] third = doubles(draw.apply(manager));
    ENGINE.setRandomSeed(3);
    assertArrayEquals(first, doubles(draw.apply(manager)));
    assertArrayEquals(second, doubles(draw.apply(manager)));
    assertFalse(Arrays.equals(first, second) && Arrays.equals(second, third));
    ENGINE.setRandomSeed(4);
    double[] other = doubles(draw.apply(manager));
    double[] more = doubles(draw.apply(manager));
    assertFalse(Arrays.equals(first, other) && Arrays.equals(second, more));
  }

  @Test
  void shapesWithoutElementsOrDimensions() {
    assertEquals(new Shape(0, 3), manager.randomNormal(new Shape(0, 3)).getShape());
    assertEquals(new Shape(), manager.randomUniform(0, 1, new Shape()).getShape());
    assertEquals(
        new Shape(2, 1), manager.randomInteger(0, 2, new Shape(2, 1), DataType.INT32).getShape());
  }

  private static NDArray dropout(NDArray array, float rate) {
    return array.getNDArrayInternal().dropout(array, rate, true).singletonOrThrow();
  }

  @ParameterizedTest
  @ValueSource(floats = {0.1f, 0.5f, 0.8f})
  void dropoutKeepsTheMeanAndItsGradientTheMask(float rate) {
    NDArray x = manager.ones(new Shape(100, 2000));
    x.setRequiresGradient(true);
    double[] values;
    try (GradientCollector collector = ENGINE.newGradientCollector()) {
      NDArray dropped = dropout(x, rate);
      collector.backward(dropped.sum());
      values = doubles(dropped);
    }
    double kept = 1 / (1 - (double) rate);
    long zeros = Arrays.stream(values).filter(v -> v == 0).count();
    double error = Math.sqrt(rate * (1 - rate) / values.length);
    assertEquals(rate, zeros / (double) values.length, ERRORS * error);
    assertTrue(Arrays.stream(values).allMatch(v -> v == 0 || Math.abs(v - kept) < 1e-5));
    assertIndependent(values);
    assertArrayEquals(values, doubles(x.getGradient()), 1e-6);
    assertFalse(Arrays.equals(values, doubles(dropout(x, rate))));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void flipsMirrorEveryOtherTime(boolean across) {
    NDArray picture = manager.arange(0f, 2 * 3 * 4 * 2, 1f).reshape(2, 3, 4, 2);
    double[] same = doubles(picture);
    double[] mirrored = doubles(picture.flip(across ? 2 : 1));
    int flips = 0;
    int calls = 400;
    for (int i = 0; i < calls; i++) {
      NDArray result =
          across
              ? picture.getNDArrayInternal().randomFlipLeftRight()
              : picture.getNDArrayInternal().randomFlipTopBottom();
      double[] values = doubles(result);
      boolean flipped = Arrays.equals(values, mirrored);
      assertTrue(flipped || Arrays.equals(values, same));
      flips += flipped ? 1 : 0;
    }
    assertEquals(0.5, flips / (double) calls, ERRORS * 0.5 / Math.sqrt(calls));
  }
}
