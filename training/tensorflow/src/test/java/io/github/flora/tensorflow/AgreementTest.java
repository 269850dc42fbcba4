package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.github.flora.tensorflow.Steppers.Net;
import io.github.flora.tensorflow.Steppers.Stepper;
import io.github.flora.tensorflow.Steppers.StepperFactory;
import io.github.flora.tensorflow.Steppers.TrainerStepper;
import io.github.flora.tensorflow.cases.Tensor;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** From the same weights and batches, both engines train to the same losses. */
class AgreementTest {

  private static final int STEPS = 50;
  private static final int BATCHES = 10;

  /**
   * A way to train.
   *
   * @param close the number of steps within which losses differ by at most 1e-4
   */
  private record Training(
      String name,
      Net net,
      String rule,
      Supplier<Optimizer> optimizer,
      int close,
      StepperFactory factory) {

    @Override
    public String toString() {
      return "%s, %s, %s".formatted(net, rule, name);
    }
  }

  static Stream<Training> trainings() {
    return Stream.of(Net.values()).flatMap(AgreementTest::trainings);
  }

  /**
   * ResNet18's rates are small since rounding grows at larger ones: two runs on PyTorch whose
   * weights differ by 1e-7 are 6e-4 apart after 20 steps of SGD at 1e-3, 4e-6 at 1e-4.
   */
  private static Stream<Training> trainings(Net net) {
    boolean deep = net == Net.RESNET18;
    Supplier<Optimizer> sgd =
        () ->
            Optimizer.sgd()
                .setLearningRateTracker(Tracker.fixed(deep ? 1e-4f : 0.01f))
                .optMomentum(deep ? 0 : 0.9f)
                .build();
    Supplier<Optimizer> adam =
        () -> Optimizer.adam().optLearningRateTracker(Tracker.fixed(deep ? 1e-5f : 1e-4f)).build();
    return Stream.of(
        new Training("Trainer", net, "SGD", sgd, 20, TrainerStepper::new),
        new Training("Trainer", net, "Adam", adam, 10, TrainerStepper::new));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("trainings")
  void lossesAreThoseOfPyTorch(Training training) {
    List<Tensor> weights = training.net.weights();
    float[] expected = losses("PyTorch", training, weights, TrainerStepper::new);
    float[] actual = losses(EngineUnderTest.NAME, training, weights, training.factory);
    assertTrue(expected[STEPS - 1] < expected[0], "PyTorch learns");
    for (int i = 0; i < STEPS; i++) {
      double tolerance = i < training.close ? 1e-4 : 1e-2;
      assertEquals(expected[i], actual[i], tolerance * expected[i], "loss of step " + (i + 1));
    }
  }

  private static float[] losses(
      String engine, Training training, List<Tensor> weights, StepperFactory factory) {
    float[] losses = new float[STEPS];
    try (Stepper stepper =
        factory.create(engine, training.net, weights, training.optimizer.get())) {
      for (int i = 0; i < STEPS; i++) {
        losses[i] = stepper.step(training.net.batch(i % BATCHES));
      }
    }
    return losses;
  }
}
