package io.github.flora.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.loss.Loss;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * 20 steps of descent on the logits themselves against PyTorch 2.13 in double precision: the loss
 * at the first and at the last step and the logits at the end, as this script printed them:
 *
 * <pre>{@code
 * import torch
 *
 * def run(smoothing, weight):
 *     z = torch.tensor([[1.5, -0.5, 0.25], [0.0, 2.0, -1.0], [-0.75, 1.5, 1.0], [3.0, -2.0, 0.5]],
 *                      dtype=torch.float64, requires_grad=True)
 *     weight = weight and torch.tensor(weight, dtype=torch.float64)
 *     loss = torch.nn.CrossEntropyLoss(weight=weight, label_smoothing=smoothing)
 *     for step in range(20):
 *         z.grad = None
 *         value = loss(z, torch.tensor([0, 2, 1, 2]))
 *         if step in (0, 19):
 *             print("%.9g" % value.item())
 *         value.backward()
 *         with torch.no_grad():
 *             z -= 0.5 * z.grad
 *     print(", ".join("%.9g" % v for v in z.flatten().tolist()))
 *
 * run(0.0, None)
 * run(0.1, None)
 * run(0.0, [0.5, 2.0, 1.25])
 * run(0.1, [0.5, 2.0, 1.25])
 * }</pre>
 *
 * <p>With probabilities p instead of labels the value is multiplied by 4 / (p * weight).sum() where
 * there are weights, since PyTorch then divides by the number of rows.
 */
public abstract class AbstractCrossEntropyTest {

  private final String engine;

  protected AbstractCrossEntropyTest(String engine) {
    this.engine = engine;
  }


  private static final float[] LOGITS = {
    1.5f, -0.5f, 0.25f, 0, 2, -1, -0.75f, 1.5f, 1, 3, -2, 0.5f
  };
  private static final long[] LABELS = {0, 2, 1, 2};
  private static final float[] PROBABILITIES = {
    0.7f, 0.3f, 0, 0.25f, 0, 0.75f, 0, 1, 0, 0.1f, 0.2f, 0.7f
  };

  /** A run of the script. */
  @SuppressWarnings("ArrayRecordComponent")
  record Case(
      boolean mixed,
      double smoothing,
      double[] weights,
      double first,
      double last,
      String logits) {

    @Override
    public String toString() {
      return "%s, smoothing %s, %d weights"
          .formatted(mixed ? "probabilities" : "labels", smoothing, weights.length);
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case(
            false,
            0,
            new double[] {},
            1.66112911,
            0.381858028,
            "2.03931286 -0.683259678 -0.106053185 -0.386276348 0.478576957 0.907699391 "
                + "-0.873336892 2.19098979 0.432347106 1.41395831 -2.02489334 2.11093503"),
        new Case(
            false,
            0.1,
            new double[] {},
            1.67779578,
            0.554384146,
            "1.91211527 -0.614104043 -0.0480112316 -0.316927216 0.527939261 0.788987954 "
                + "-0.799212193 2.0676819 0.481530298 1.44879237 -1.9430734 1.99428103"),
        new Case(
            false,
            0,
            new double[] {0.5, 2, 1.25},
            1.68897953,
            0.370190109,
            "1.75723033 -0.584921085 0.0776907525 -0.386276348 0.478576957 0.907699391 "
                + "-0.925691649 2.42832455 0.247367094 1.41395831 -2.02489334 2.11093503"),
        new Case(
            false,
            0.1,
            new double[] {0.5, 2, 1.25},
            1.71661116,
            0.546300334,
            "1.60312741 -0.474542639 0.121415234 -0.355577822 0.562875442 0.79270238 "
                + "-0.894030176 2.33059475 0.313435429 1.40918821 -1.89414413 1.98495592"),
        new Case(
            true,
            0,
            new double[] {},
            1.81112911,
            0.867989089,
            "1.47479598 -0.056400926 -0.168395051 0.102644169 0.460231577 0.437124254 "
                + "-0.873336892 2.19098979 0.432347106 1.474167 -1.53592057 1.56175357"),
        new Case(
            true,
            0.1,
            new double[] {},
            1.81279578,
            0.955165572,
            "1.41086055 -0.0549536578 -0.10590689 0.122908559 0.51653224 0.360559201 "
                + "-0.799212193 2.0676819 0.481530298 1.50432183 -1.50330216 1.49898034"),
        new Case(
            true,
            0,
            new double[] {0.5, 2, 1.25},
            1.90216621,
            0.861012497,
            "1.0307836 0.316730599 -0.0975141949 -0.111366069 0.678191611 0.433174459 "
                + "-0.917645037 2.39330369 0.27434135 1.34193385 -1.29472637 1.45279252"),
        new Case(
            true,
            0.1,
            new double[] {0.5, 2, 1.25},
            1.89605224,
            0.930932705,
            "0.979217059 0.315147805 -0.0443648635 -0.105015723 0.752135772 0.35287995 "
                + "-0.887578875 2.2998435 0.33773538 1.35285595 -1.24619074 1.39333479"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void equalsTorchOver20Steps(Case c) {
    Loss loss = new CrossEntropy(c.smoothing, c.weights);
    try (NDManager manager = Engine.getEngine(engine).newBaseManager()) {
      NDList labels =
          new NDList(
              c.mixed
                  ? manager.create(PROBABILITIES, new Shape(4, 3))
                  : manager.create(LABELS));
      NDArray logits = manager.create(LOGITS, new Shape(4, 3));
      for (int step = 0; step < 20; step++) {
        NDArray leaf = logits.stopGradient();
        leaf.setRequiresGradient(true);
        try (GradientCollector collector = Engine.getEngine(engine).newGradientCollector()) {
          NDArray value = loss.evaluate(labels, new NDList(leaf));
          assertEquals(new Shape(), value.getShape());
          if (step == 0 || step == 19) {
            double expected = step == 0 ? c.first : c.last;
            assertEquals(expected, value.getFloat(), 1e-5 * expected);
          }
          collector.backward(value);
        }
        logits.subi(leaf.getGradient().mul(0.5f));
      }
      float[] actual = logits.toFloatArray();
      assertEquals(12, actual.length);
      String[] expected = c.logits.split(" ", -1);
      for (int i = 0; i < 12; i++) {
        double logit = Double.parseDouble(expected[i]);
        assertEquals(logit, actual[i], 1e-5 * Math.abs(logit), "logit " + i);
      }
    }
  }

  @Test
  void withoutExtrasItIsDjls() {
    try (NDManager manager = Engine.getEngine(engine).newBaseManager()) {
      NDList labels = new NDList(manager.create(LABELS));
      NDList logits = new NDList(manager.create(LOGITS, new Shape(4, 3)));
      assertEquals(
          Loss.softmaxCrossEntropyLoss().evaluate(labels, logits).getFloat(),
          new CrossEntropy().evaluate(labels, logits).getFloat());
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0.1, 0", "0, 3", "0.1, 3"})
  void certainProbabilitiesAreLabels(double smoothing, int weighted) {
    Loss loss = new CrossEntropy(smoothing, Arrays.copyOf(new double[] {0.5, 2, 1.25}, weighted));
    try (NDManager manager = Engine.getEngine(engine).newBaseManager()) {
      NDList logits = new NDList(manager.create(LOGITS, new Shape(4, 3)));
      NDArray labels = manager.create(LABELS);
      double expected = loss.evaluate(new NDList(labels), logits).getFloat();
      assertEquals(
          expected,
          loss.evaluate(new NDList(labels.oneHot(3)), logits).getFloat(),
          1e-6 * expected);
    }
  }

  @Test
  void probabilitiesOfOtherClassesAreRefused() {
    try (NDManager manager = Engine.getEngine(engine).newBaseManager()) {
      NDList one = new NDList(manager.ones(new Shape(4, 1)));
      NDList logits = new NDList(manager.create(LOGITS, new Shape(4, 3)));
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class, () -> new CrossEntropy().evaluate(one, logits));
      assertEquals("probabilities (4, 1) for logits (4, 3)", e.getMessage());
    }
  }

  @Test
  void aWrongNumberOfWeightsIsRefused() {
    try (NDManager manager = Engine.getEngine(engine).newBaseManager()) {
      NDList labels = new NDList(manager.create(LABELS));
      NDList logits = new NDList(manager.create(LOGITS, new Shape(4, 3)));
      Loss loss = new CrossEntropy(0, new double[] {1, 2});
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> loss.evaluate(labels, logits));
      assertEquals("2 class weights for 3 classes", e.getMessage());
    }
  }
}
