package io.github.flora.trainer.schedule;

import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;

/** Reads saved numbers. */
final class States {

  private States() {}

  /** Checks that a state has exactly these names, and no value that isn't a number. */
  static void check(Map<String, Double> state, Collection<String> names) {
    if (!state.keySet().equals(new TreeSet<>(names))) {
      throw new IllegalArgumentException(
          "saved state of something else: %s instead of %s"
              .formatted(new TreeSet<>(state.keySet()), new TreeSet<>(names)));
    }
    state.forEach((name, value) -> number(state, name));
  }

  static double number(Map<String, Double> state, String name) {
    Double value = state.get(name);
    if (value == null || !Double.isFinite(value)) {
      throw new IllegalArgumentException("saved %s is not a number: %s".formatted(name, value));
    }
    return value;
  }

  static int count(Map<String, Double> state, String name) {
    double value = number(state, name);
    if (value < 0 || value != (int) value) {
      throw new IllegalArgumentException("saved %s is not a count: %s".formatted(name, value));
    }
    return (int) value;
  }
}
