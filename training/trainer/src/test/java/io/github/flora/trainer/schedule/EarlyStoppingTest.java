package io.github.flora.trainer.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class EarlyStoppingTest {

  private static int stopsAfter(EarlyStopping stopping, double... metrics) {
    for (int epoch = 1; epoch <= metrics.length; epoch++) {
      if (stopping.onEpoch(epoch, metrics[epoch - 1])) {
        return epoch;
      }
    }
    return 0;
  }

  /** Each of epochs 3 and 4 is better than the one before, none better than epoch 1. */
  @Test
  void comparesWithTheBestNotThePrevious() {
    EarlyStopping stopping = new EarlyStopping(Goal.MINIMIZE, 3, 0);
    assertEquals(4, stopsAfter(stopping, 0.5, 0.9, 0.8, 0.7, 0.1));
    assertEquals(1, stopping.bestEpoch());
    assertEquals(0.5, stopping.best());
  }

  @Test
  void anImprovementStartsThePatienceAnew() {
    EarlyStopping stopping = new EarlyStopping(Goal.MAXIMIZE, 2, 0);
    assertEquals(5, stopsAfter(stopping, 0.5, 0.4, 0.6, 0.6, 0.6, 0.9));
    assertEquals(3, stopping.bestEpoch());
  }

  @Test
  void smallImprovementsDoNotCount() {
    EarlyStopping stopping = new EarlyStopping(Goal.MAXIMIZE, 2, 0.125);
    assertEquals(3, stopsAfter(stopping, 0.5, 0.5625, 0.625, 0.9));
    assertEquals(0.5, stopping.best());
    assertEquals(0, stopsAfter(new EarlyStopping(Goal.MINIMIZE, 2, 0.125), 1, 0.75, 0.5, 0.25));
  }

  @Test
  void notANumberIsNoImprovement() {
    EarlyStopping stopping = new EarlyStopping(Goal.MINIMIZE, 2, 0);
    assertEquals(2, stopsAfter(stopping, Double.NaN, Double.NaN));
    assertEquals(0, stopping.bestEpoch());
    assertEquals(Map.of("best_epoch", 0.0, "waited", 2.0), stopping.state());
  }

  @Test
  void goesOnFromASavedState() {
    EarlyStopping first = new EarlyStopping(Goal.MINIMIZE, 2, 0);
    assertEquals(0, stopsAfter(first, 0.5, 0.6));
    EarlyStopping second = new EarlyStopping(Goal.MINIMIZE, 2, 0);
    second.load(first.state());
    assertTrue(second.onEpoch(3, 0.55));
    assertEquals(1, second.bestEpoch());

    EarlyStopping fresh = new EarlyStopping(Goal.MINIMIZE, 2, 0);
    fresh.load(new EarlyStopping(Goal.MINIMIZE, 2, 0).state());
    assertFalse(fresh.onEpoch(1, 100));
    assertEquals(1, fresh.bestEpoch());
    assertThrows(IllegalArgumentException.class, () -> fresh.load(Map.of("rate", 1.0)));
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new EarlyStopping(Goal.MINIMIZE, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new EarlyStopping(Goal.MINIMIZE, 1, -1));
    assertThrows(
        IllegalArgumentException.class, () -> new EarlyStopping(Goal.MINIMIZE, 1, Double.NaN));
  }
}
