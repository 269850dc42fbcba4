package io.github.flora.trainer.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiagnosisTest {

  private static final double NONE = Double.NaN;
  private static final double INFINITE = Double.POSITIVE_INFINITY;

  /** Training and validation losses of good runs; the first three are measured ones. */
  static Stream<Arguments> healthy() {
    return Stream.of(
        Arguments.of(
            "MNIST, perceptron",
            10,
            new double[] {.29, .12, .079, .055, .040},
            new double[] {.168, .119, .104, .094, .092}),
        Arguments.of(
            "MNIST, LeNet-5",
            10,
            new double[] {.3075, .0984, .0645, .0477, .0378, .0319, .0258, .0221, .0186, .0142},
            new double[] {.1400, .0901, .0706, .0571, .0578, .0493, .0491, .0446, .0450, .0482}),
        Arguments.of(
            "MNIST, CNN",
            10,
            new double[] {.3563, .1091, .0772, .0621, .0533, .0473, .0396, .0356, .0334, .0302},
            new double[] {.0905, .0660, .0569, .0476, .0469, .0406, .0399, .0403, .0390, .0409}),
        Arguments.of(
            "without validation",
            10,
            new double[] {.29, .12, .079, .055, .040},
            new double[] {NONE, NONE, NONE, NONE, NONE}),
        Arguments.of(
            "pretrained and frozen: flat and low",
            10,
            new double[] {.31, .30, .297, .296, .296},
            new double[] {.28, .275, .274, .274, .274}),
        Arguments.of(
            "restless while the rate was high, settled when it fell",
            102,
            new double[] {4.1, 2.9, 2.2, 1.7, 1.2, .9, .6, .45, .38, .36},
            new double[] {3.4, 4.6, 2.1, 3.1, 1.5, 1.1, .9, .84, .81, .80}),
        Arguments.of(
            "one bad epoch",
            10,
            new double[] {.5, .3, .2, .15, .12, .10, .09},
            new double[] {.4, .3, .24, .9, .20, .19, .19}),
        Arguments.of(
            "a plateau with a lucky epoch",
            10,
            new double[] {.5, .3, .2, .15, .12, .10, .09, .08, .07, .065},
            new double[] {.4, .3, .25, .24, .19, .25, .24, .24, .25, .24}),
        Arguments.of(
            "two classes",
            2,
            new double[] {.6, .42, .33, .29, .27},
            new double[] {.5, .4, .36, .34, .335}));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("healthy")
  void aHealthyRunHasNoFinding(String name, int classes, double[] training, double[] validation) {
    assertEquals(List.of(), Diagnosis.of(history(training, validation, classes), classes), name);
  }

  /** Histories and the kinds of their findings. */
  static Stream<Arguments> ill() {
    return Stream.of(
        Arguments.of(
            "the perceptron, trained on",
            List.of(Diagnosis.OVERFITTING),
            10,
            new double[] {.29, .12, .079, .055, .040, .030, .022, .017, .013, .011, .009, .008},
            new double[] {.168, .119, .104, .094, .092, .091, .095, .1, .106, .115, .121, .13}),
        Arguments.of(
            "overfitting, with noise",
            List.of(Diagnosis.OVERFITTING),
            10,
            new double[] {1.5, 1.1, .9, .7, .5, .35, .25, .18, .12, .09},
            new double[] {1.4, 1.2, 1.15, 1.1, 1.18, 1.25, 1.22, 1.38, 1.45, 1.6}),
        Arguments.of(
            "the loss of guessing, all the time",
            List.of(Diagnosis.NOT_LEARNING),
            10,
            new double[] {2.31, 2.304, 2.303, 2.303},
            new double[] {2.303, 2.303, 2.303, 2.303}),
        Arguments.of(
            "from worse than guessing to guessing",
            List.of(Diagnosis.NOT_LEARNING),
            10,
            new double[] {8.0, 2.31, 2.303, 2.303},
            new double[] {NONE, NONE, NONE, NONE}),
        Arguments.of(
            "two classes at chance",
            List.of(Diagnosis.NOT_LEARNING),
            2,
            new double[] {.70, .694, .693, .693, .693},
            new double[] {.693, .694, .693, .693, .693}),
        Arguments.of(
            "validation up and down",
            List.of(Diagnosis.OSCILLATING),
            10,
            new double[] {.9, .7, .6, .55, .5, .48, .46},
            new double[] {.8, 1.9, .7, 2.2, .65, 1.7, .7}),
        Arguments.of(
            "training up and down",
            List.of(Diagnosis.OSCILLATING),
            10,
            new double[] {1.8, 1.0, 1.7, .9, 1.6, .95, 1.5, .9},
            new double[] {NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE}),
        Arguments.of(
            "stopped early",
            List.of(Diagnosis.STILL_IMPROVING),
            102,
            new double[] {4.5, 4.1, 3.5, 2.9, 2.4},
            new double[] {4.3, 3.8, 3.2, 2.7, 2.3}),
        Arguments.of(
            "slow from the start, but learning",
            List.of(Diagnosis.STILL_IMPROVING),
            102,
            new double[] {4.65, 4.5, 4.3, 4.05, 3.7},
            new double[] {4.6, 4.4, 4.15, 3.9, 3.5}),
        Arguments.of(
            "no number",
            List.of(Diagnosis.DIVERGED),
            10,
            new double[] {2.2, NONE, NONE, NONE},
            new double[] {2.1, 2.3, 2.3, 2.3}),
        Arguments.of(
            "infinite in the first epoch",
            List.of(Diagnosis.DIVERGED),
            10,
            new double[] {INFINITE},
            new double[] {NONE}),
        Arguments.of(
            "infinite in validation",
            List.of(Diagnosis.DIVERGED),
            10,
            new double[] {2.2, 2.1},
            new double[] {2.1, INFINITE}),
        Arguments.of(
            "exploded",
            List.of(Diagnosis.DIVERGED),
            10,
            new double[] {2.2, 900},
            new double[] {2.1, 3000}),
        Arguments.of(
            "learnt, then back to guessing",
            List.of(Diagnosis.DIVERGED),
            10,
            new double[] {.6, .4, .35, 2.3, 2.31},
            new double[] {.5, .4, .4, 2.3, 2.3}));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ill")
  void whatIsWrongIsFound(
      String name, List<String> kinds, int classes, double[] training, double[] validation) {
    List<Finding> findings = Diagnosis.of(history(training, validation, classes), classes);
    assertEquals(kinds, findings.stream().map(Finding::kind).toList(), name);
    for (Finding finding : findings) {
      assertTrue(finding.text().endsWith("."), finding::text);
      assertTrue(finding.advice().startsWith("Try "), finding::advice);
    }
  }

  @Test
  void textsNameTheNumbers() {
    double[] training = {.29, .12, .079, .055, .040, .030, .022, .017, .013, .011, .009, .008};
    double[] validation = {.168, .119, .104, .094, .092, .091, .095, .1, .106, .115, .121, .13};
    assertEquals(
        "overfitting: Since epoch 6 the validation loss rose from 0.091 to 0.121 while the training"
            + " loss fell from 0.03 to 0.009. Try augmentation, weight decay, label smoothing or"
            + " more training images; early stopping saves the time.",
        Diagnosis.of(history(training, validation, 10), 10).get(0).toString());
    double[] flat = {2.31, 2.304, 2.303};
    assertEquals(
        "not learning: The training loss started at 2.31 and got no lower than 2.3; guessing among"
            + " 10 classes gives 2.3. Try learning rates of 0.0001 and 0.01, and check that the"
            + " images are normalised and their labels right.",
        Diagnosis.of(history(flat, flat, 10), 10).get(0).toString());
  }

  @Test
  void aHighLossOfMixedLabelsIsNoFailureWhileTheAccuracyIsGood() {
    List<Epoch> history = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      history.add(new Epoch(i, 1.3, .7, .3 - .001 * i, .93, 1e-3, 1, 1));
    }
    assertEquals(List.of(), Diagnosis.of(history, 10));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void aFewEpochsAreNotJudged(int epochs) {
    double[] flat = new double[epochs];
    Arrays.fill(flat, 2.303);
    assertEquals(List.of(), Diagnosis.of(history(flat, flat, 10), 10));
  }

  /** Good curves with noise of up to 5 % of the value: at most one in a hundred may be accused. */
  @ParameterizedTest
  @ValueSource(ints = {5, 10, 20, 50})
  void noiseIsNoFinding(int epochs) {
    int accused = 0;
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      IntToDoubleFunction noise = i -> 1 + 0.05 * Math.max(-2, Math.min(2, random.nextGaussian()));
      double[] training = new double[epochs];
      double[] validation = new double[epochs];
      for (int i = 0; i < epochs; i++) {
        double fallen = Math.exp(-8.0 * (i + 1) / epochs);
        training[i] = (0.1 + 1.5 * fallen) * noise.applyAsDouble(i);
        validation[i] = (0.3 + 1.2 * fallen) * noise.applyAsDouble(i);
      }
      accused += Diagnosis.of(history(training, validation, 10), 10).isEmpty() ? 0 : 1;
    }
    assertTrue(accused <= 5, accused + " of 500");
  }

  @Test
  void oneClass() {
    assertThrows(IllegalArgumentException.class, () -> Diagnosis.of(List.of(), 1));
  }

  /** Accuracies go with the losses: 1 without loss, chance at that of guessing. */
  private static List<Epoch> history(double[] training, double[] validation, int classes) {
    List<Epoch> epochs = new ArrayList<>();
    for (int i = 0; i < training.length; i++) {
      boolean validated = !Double.isNaN(validation[i]);
      epochs.add(
          new Epoch(
              i + 1,
              training[i],
              accuracy(training[i], classes),
              validation[i],
              validated ? accuracy(validation[i], classes) : Double.NaN,
              1e-3,
              10,
              5000));
    }
    return epochs;
  }

  private static double accuracy(double loss, int classes) {
    double chance = 1.0 / classes;
    double left = Math.max(0, 1 - loss / Math.log(classes));
    return Double.isFinite(loss) ? chance + (1 - chance) * left : chance;
  }
}
