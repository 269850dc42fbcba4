package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.tensorflow.Steppers.Net;
import io.github.flora.tensorflow.Steppers.Rule;
import io.github.flora.tensorflow.Steppers.Stepper;
import io.github.flora.tensorflow.Steppers.Way;
import io.github.flora.tensorflow.cases.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** From the same weights and batches, both engines train to the same losses. */
class AgreementTest {

  private static final int STEPS = 50;
  private static final int BATCHES = 10;

  static Stream<Arguments> trainings() {
    return Stream.of(Net.values())
        .flatMap(
            net ->
                Stream.of(Rule.values())
                    .flatMap(
                        rule -> Stream.of(Way.values()).map(way -> Arguments.of(net, rule, way))));
  }

  static Stream<Arguments> smallTrainings() {
    return trainings().filter(training -> training.get()[0] != Net.RESNET18);
  }

  static Stream<Arguments> largeTrainings() {
    return trainings().filter(training -> training.get()[0] == Net.RESNET18);
  }

  /** Within 1e-4 for 20 steps of SGD and 10 of Adam. */
  @ParameterizedTest
  @MethodSource("largeTrainings")
  void firstLossesAreThoseOfPyTorch(Net net, Rule rule, Way way) {
    compare(net, rule, way, close(rule));
  }

  /** The same, and within 1e-2 up to 50 steps. */
  @ParameterizedTest
  @MethodSource("smallTrainings")
  void lossesAreThoseOfPyTorch(Net net, Rule rule, Way way) {
    compare(net, rule, way, STEPS);
  }

  /** As for the small networks; takes minutes. */
  @ParameterizedTest
  @MethodSource("largeTrainings")
  @Tag("slow")
  void lossesOfLargeNetworksAreThoseOfPyTorch(Net net, Rule rule, Way way) {
    compare(net, rule, way, STEPS);
  }

  private static int close(Rule rule) {
    return rule == Rule.SGD ? 20 : 10;
  }

  private static void compare(Net net, Rule rule, Way way, int steps) {
    List<Tensor> weights = net.weights();
    float[] expected = losses("PyTorch", net, rule, way, weights, steps);
    float[] actual = losses(EngineUnderTest.NAME, net, rule, way, weights, steps);
    assertTrue(expected[steps - 1] < expected[0], "PyTorch learns");
    for (int i = 0; i < steps; i++) {
      double tolerance = i < close(rule) ? 1e-4 : 1e-2;
      assertEquals(expected[i], actual[i], tolerance * expected[i], "loss of step " + (i + 1));
    }
  }

  private static float[] losses(
      String engine, Net net, Rule rule, Way way, List<Tensor> weights, int steps) {
    float[] losses = new float[steps];
    try (Stepper stepper = way.create(engine, net, weights, rule)) {
      for (int i = 0; i < steps; i++) {
        losses[i] = stepper.step(net.batch(i % BATCHES));
      }
    }
    return losses;
  }
}
