package io.github.flora.trainer.report;

/** Range checks that this package's records share. */
final class Checks {

  private Checks() {}

  /** Passes 0–1 and NaN, which stands for 'not measured'. */
  static void share(String name, double value) {
    if (value < 0 || value > 1) {
      throw new IllegalArgumentException(name + " is " + value + ", but has to lie in 0–1");
    }
  }

  /** Passes finite numbers from 0 up. */
  static void notNegative(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " is " + value + ", but has to be 0 or more");
    }
  }
}
