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

  /** Within 1e-4 for the first 20 steps of SGD and 10 of Adam, within 1e-2 to the end. */
  @ParameterizedTest
  @MethodSource("trainings")
  void lossesAreThoseOfPyTorch(Net net, Rule rule, Way way) {
    List<Tensor> weights = net.weights();
    float[] expected = losses("PyTorch", net, rule, way, weights);
    float[] actual = losses(EngineUnderTest.NAME, net, rule, way, weights);
    assertTrue(expected[STEPS - 1] < expected[0], "PyTorch learns");
    int close = rule == Rule.SGD ? 20 : 10;
    for (int i = 0; i < STEPS; i++) {
      double tolerance = i < close ? 1e-4 : 1e-2;
      assertEquals(expected[i], actual[i], tolerance * expected[i], "loss of step " + (i + 1));
    }
  }

  private static float[] losses(String engine, Net net, Rule rule, Way way, List<Tensor> weights) {
    float[] losses = new float[STEPS];
    try (Stepper stepper = way.create(engine, net, weights, rule)) {
      for (int i = 0; i < STEPS; i++) {
        losses[i] = stepper.step(net.batch(i % BATCHES));
      }
    }
    return losses;
  }
}
