package io.github.flora.trainer.schedule;

/** Which way a metric gets better. */
public enum Goal {
  /** Lower is better, as for a loss. */
  MINIMIZE,
  /** Higher is better, as for accuracy. */
  MAXIMIZE;

  /** What every number is better than. */
  double worst() {
    return this == MINIMIZE ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
  }

  /** Whether a value is better than another; NaN never is. */
  boolean better(double value, double than) {
    return this == MINIMIZE ? value < than : value > than;
  }

  /** A value that is better than another by a distance. */
  double beyond(double value, double distance) {
    return this == MINIMIZE ? value - distance : value + distance;
  }
}
