package io.github.flora.trainer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Range checks, whose message names the option of the command line. Null, which leaves the choice
 * to others, passes; NaN, and what is too large for a float, don't.
 */
final class Ranges {

  private Ranges() {}

  static void atLeast(int least, String option, int value) {
    require(value >= least, option, value, "at least " + least);
  }

  static void atLeast0(String option, @Nullable Double value) {
    require(value == null || (value >= 0 && value <= Float.MAX_VALUE), option, value, "at least 0");
  }

  static void above0(String option, @Nullable Double value) {
    require(value == null || (value > 0 && value <= Float.MAX_VALUE), option, value, "above 0");
  }

  static void below1(String option, @Nullable Double value) {
    require(value == null || (value >= 0 && value < 1), option, value, "at least 0 and below 1");
  }

  static void oneOf(List<String> names, String option, String value) {
    require(names.contains(value), option, value, "one of " + String.join(", ", names));
  }

  static void require(boolean ok, String option, @Nullable Object value, String range) {
    if (!ok) {
      throw new IllegalArgumentException(
          "%s is %s but has to be %s".formatted(option, value, range));
    }
  }
}
