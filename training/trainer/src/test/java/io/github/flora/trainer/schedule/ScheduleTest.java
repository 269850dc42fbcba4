package io.github.flora.trainer.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * 20 steps or epochs against PyTorch 2.13, as this script printed them:
 *
 * <pre>{@code
 * import torch
 * from torch.optim import lr_scheduler as s
 *
 * def optimizer():
 *     return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
 *
 * def per_step(name, make):
 *     o = optimizer()
 *     scheduler = make(o)
 *     rates = []
 *     for _ in range(20):
 *         rates.append(o.param_groups[0]["lr"])
 *         o.step()
 *         scheduler.step()
 *     print(name, " ".join("%.9g" % r for r in rates))
 *
 * def warm(steps, after):
 *     def make(o):
 *         up = s.LinearLR(o, 1 / steps, 1, steps - 1)
 *         return s.SequentialLR(o, [up, after(o)], [steps])
 *     return make
 *
 * def per_epoch(name, mode, metrics, min_lr=0):
 *     o = optimizer()
 *     scheduler = s.ReduceLROnPlateau(o, mode, factor=0.5, patience=3, min_lr=min_lr)
 *     rates = []
 *     for metric in metrics:
 *         rates.append(o.param_groups[0]["lr"])
 *         o.step()
 *         scheduler.step(metric)
 *     print(name, " ".join("%.9g" % r for r in rates))
 *
 * # 5 epochs of 4 steps
 * per_step("cosine", lambda o: s.CosineAnnealingLR(o, 20))
 * per_step("cosine to 0.01", lambda o: s.CosineAnnealingLR(o, 20, 0.01))
 * per_step("step", lambda o: s.StepLR(o, 2 * 4, 0.3))
 * per_step("warm constant", warm(8, lambda o: s.ConstantLR(o, 1)))
 * per_step("warm cosine", warm(8, lambda o: s.CosineAnnealingLR(o, 12, 0.01)))
 * per_step("warm step", warm(4, lambda o: s.StepLR(o, 4, 0.3)))
 * loss = [1, .9, .89995, .9, .91, .92, .8, float("nan"), .8, .8, .8, .9, .9, .9, .9, .7, .6, .6, .6, .6]
 * per_epoch("loss", "min", loss)
 * per_epoch("floor", "min", loss, 0.03)
 * per_epoch("accuracy", "max", [1 - v for v in loss])
 * }</pre>
 */
final class ScheduleTest {

  private static final double NAN = Double.NaN;
  private static final double[] LOSSES = {
    1, .9, .89995, .9, .91, .92, .8, NAN, .8, .8, .8, .9, .9, .9, .9, .7, .6, .6, .6, .6
  };

  /** Five epochs of four steps. */
  private static final ScheduleSettings STEPS = ScheduleSettings.of(0.1, 5, 4);

  /** 20 epochs of one step. */
  private static final ScheduleSettings EPOCHS = ScheduleSettings.of(0.1, 20, 1);

  /**
   * A run of the script, under the same name.
   *
   * @param sign 1 to tell the losses after each step, −1 to tell 1 − loss, an accuracy
   */
  record Case(String name, String schedule, ScheduleSettings settings, int sign, String rates) {

    Case(String name, String schedule, ScheduleSettings settings, String rates) {
      this(name, schedule, settings, 1, rates);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case(
            "cosine",
            "cosine",
            STEPS,
            "0.1 0.099384417 0.0975528258 0.0945503262 0.0904508497 0.0853553391 0.0793892626 "
                + "0.072699525 0.0654508497 0.0578217233 0.05 0.0421782767 0.0345491503 0.027300475 "
                + "0.0206107374 0.0146446609 0.00954915028 0.00544967379 0.00244717419 0.00061558297"),
        new Case(
            "cosine to 0.01",
            "cosine",
            STEPS.withMinimum(0.01),
            "0.1 0.0994459753 0.0977975432 0.0950952936 0.0914057647 0.0868198052 0.0814503364 "
                + "0.0754295725 0.0689057647 0.0620395509 0.055 0.0479604491 0.0410942353 0.0345704275 "
                + "0.0285496636 0.0231801948 0.0185942353 0.0149047064 0.0122024568 0.0105540247"),
        new Case(
            "step",
            "step",
            STEPS.withSteps(2, 0.3),
            "0.1 0.1 0.1 0.1 0.1 0.1 0.1 "
                + "0.1 0.03 0.03 0.03 0.03 0.03 0.03 "
                + "0.03 0.03 0.009 0.009 0.009 0.009"),
        new Case(
            "warm constant",
            "constant",
            STEPS.withWarmupEpochs(2),
            "0.0125 0.025 0.0375 0.05 0.0625 0.075 0.0875 "
                + "0.1 0.1 0.1 0.1 0.1 0.1 0.1 "
                + "0.1 0.1 0.1 0.1 0.1 0.1"),
        new Case(
            "warm cosine",
            "cosine",
            STEPS.withMinimum(0.01).withWarmupEpochs(2),
            "0.0125 0.025 0.0375 0.05 0.0625 0.075 0.0875 "
                + "0.1 0.1 0.0984666622 0.0939711432 0.0868198052 0.0775 0.066646857 "
                + "0.055 0.043353143 0.0325 0.0231801948 0.0160288568 0.0115333378"),
        new Case(
            "warm step",
            "step",
            STEPS.withSteps(1, 0.3).withWarmupEpochs(1),
            "0.025 0.05 0.075 0.1 0.1 0.1 0.1 "
                + "0.1 0.03 0.03 0.03 0.03 0.009 0.009 "
                + "0.009 0.009 0.0027 0.0027 0.0027 0.0027"),
        new Case(
            "loss",
            "plateau",
            EPOCHS,
            "0.1 0.1 0.1 0.1 0.1 0.1 0.05 "
                + "0.05 0.05 0.05 0.05 0.025 0.025 0.025 "
                + "0.025 0.0125 0.0125 0.0125 0.0125 0.0125"),
        new Case(
            "floor",
            "plateau",
            EPOCHS.withMinimum(0.03),
            "0.1 0.1 0.1 0.1 0.1 0.1 0.05 "
                + "0.05 0.05 0.05 0.05 0.03 0.03 0.03 "
                + "0.03 0.03 0.03 0.03 0.03 0.03"),
        new Case(
            "accuracy",
            "plateau",
            EPOCHS.withPlateau(3, 0.5, Goal.MAXIMIZE),
            -1,
            "0.1 0.1 0.1 0.1 0.1 0.1 0.1 "
                + "0.1 0.1 0.1 0.1 0.05 0.05 0.05 "
                + "0.05 0.025 0.025 0.025 0.025 0.025"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void equalsTorchOver20Steps(Case c) {
    Schedule schedule = Schedule.of(c.schedule, c.settings);
    double[] expected =
        Arrays.stream(c.rates.split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
    assertEquals(20, expected.length);
    for (int i = 0; i < 20; i++) {
      assertEquals(expected[i], schedule.rate(i), 1e-8 * expected[i], "step " + i);
      schedule.onEpoch(i + 1, c.sign > 0 ? LOSSES[i] : 1 - LOSSES[i]);
    }
  }

  @Test
  void namesAndDefaults() {
    assertEquals(List.of("constant", "cosine", "step", "plateau"), Schedule.names());
    assertEquals(new ScheduleSettings(0.1, 5, 4, 0, 0, 2, 0.1, 3, 0.5, Goal.MINIMIZE), STEPS);
    for (String name : Schedule.names()) {
      assertEquals(0.1, Schedule.of(name, STEPS).rate(0), name);
    }
    assertEquals(0.1, Schedule.of("constant", STEPS).rate(19));
  }

  @Test
  void anUnknownNameListsTheKnown() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Schedule.of("cyclic", STEPS));
    assertEquals(
        "no schedule named 'cyclic'; there are: constant, cosine, step, plateau", e.getMessage());
  }

  @Test
  void cosineStaysDownAfterItsEnd() {
    assertEquals(0.01, Schedule.of("cosine", STEPS.withMinimum(0.01)).rate(1000), 1e-12);
  }

  /** With a patience of 0 a single bad epoch halves the rate. */
  @Test
  void epochsOfTheWarmUpDoNotCountForThePatience() {
    Schedule schedule =
        Schedule.of("plateau", EPOCHS.withPlateau(0, 0.5, Goal.MINIMIZE).withWarmupEpochs(3));
    for (int epoch = 1; epoch <= 4; epoch++) {
      schedule.onEpoch(epoch, 1);
      assertEquals(0.1, schedule.rate(epoch + 2));
    }
    schedule.onEpoch(5, 1);
    assertEquals(0.05, schedule.rate(5));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 8, 11})
  void plateauGoesOnFromASavedState(int interruptedAfter) {
    ScheduleSettings settings = EPOCHS.withWarmupEpochs(1);
    Schedule whole = Schedule.of("plateau", settings);
    Schedule parts = Schedule.of("plateau", settings);
    for (int i = 0; i < 20; i++) {
      whole.onEpoch(i + 1, LOSSES[i]);
      parts.onEpoch(i + 1, LOSSES[i]);
      if (i + 1 == interruptedAfter) {
        Map<String, Double> state = parts.state();
        parts = Schedule.of("plateau", settings);
        parts.load(state);
      }
      assertEquals(whole.rate(i + 1), parts.rate(i + 1));
    }
    assertEquals(whole.state(), parts.state());
  }

  @Test
  void aStateOfSomethingElseIsRefused() {
    Map<String, Double> plateau = Schedule.of("plateau", STEPS).state();
    assertEquals(Map.of("rate", 0.1, "bad_epochs", 0.0), plateau);
    refused(() -> Schedule.of("cosine", STEPS).load(plateau));
    refused(() -> Schedule.of("plateau", STEPS).load(Map.of()));
    refused(() -> Schedule.of("plateau", STEPS).load(Map.of("rate", NAN, "bad_epochs", 0.0)));
    refused(() -> Schedule.of("plateau", STEPS).load(Map.of("rate", 0.1, "bad_epochs", 0.5)));
    Schedule.of("cosine", STEPS).load(Schedule.of("cosine", STEPS).state());
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    refused(() -> ScheduleSettings.of(0, 5, 4));
    refused(() -> ScheduleSettings.of(NAN, 5, 4));
    refused(() -> ScheduleSettings.of(0.1, 0, 4));
    refused(() -> ScheduleSettings.of(0.1, 5, 0));
    refused(() -> STEPS.withMinimum(0.2));
    refused(() -> STEPS.withSteps(0, 0.1));
    refused(() -> STEPS.withSteps(1, 0));
    refused(() -> STEPS.withPlateau(-1, 0.5, Goal.MINIMIZE));
    refused(() -> STEPS.withPlateau(3, 1, Goal.MINIMIZE));
    refused(() -> STEPS.withWarmupEpochs(-1));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> STEPS.withWarmupEpochs(5));
    assertEquals("5 epochs of warm-up don't fit into 5 epochs of training", e.getMessage());
  }

  private static void refused(Executable executable) {
    assertThrows(IllegalArgumentException.class, executable);
  }
}
