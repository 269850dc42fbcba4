package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FineTuningTest {

  @ParameterizedTest
  @CsvSource({"none, 0", "backbone, 10", "backbone:3, 3", "BACKBONE:30, 10"})
  void knowsHowLongTheBackboneIsFrozen(String freeze, int epochs) {
    assertEquals(epochs, new FineTuning("x", freeze, false, null, 0).frozenEpochs(10));
  }

  @ParameterizedTest
  @CsvSource({
    "x, head, false, , 0, '--freeze is head but has to be none, backbone or backbone:N'",
    "x, backbone:0, false, , 0, '--freeze is backbone:0 but has to be none, backbone or backbone:N'",
    "x, none, false, 0, 0, --backbone-learning-rate is 0.0 but has to be above 0",
    "x, none, false, NaN, 0, --backbone-learning-rate is NaN but has to be above 0",
    "x, none, false, , -1, --head-hidden is -1 but has to be at least 0",
    "none, backbone, false, , 0, --freeze backbone would keep random weights: choose a file with --pretrained",
    "none, none, true, , 0, --freeze-norms would keep what was never learnt: choose a file with --pretrained",
  })
  void namesTheOptionThatMakesNoSense(
      String pretrained,
      String freeze,
      boolean norms,
      @Nullable Double rate,
      int hidden,
      String message) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new FineTuning(pretrained, freeze, norms, rate, hidden));
    assertEquals(message, e.getMessage());
  }
}
