package io.github.flora.trainer.schedule;

/**
 * The numbers of all schedules.
 *
 * @param learningRate the rate to start with, after the warm-up if there is one; above 0
 * @param epochs epochs of the whole run, at least 1
 * @param stepsPerEpoch batches per epoch, at least 1
 * @param warmupEpochs epochs over which the rate rises, at least 0 and below {@code epochs}
 * @param minimum where {@code cosine} ends and {@code plateau} stops, at least 0 and at most the
 *     learning rate
 * @param every epochs between two reductions of {@code step}, at least 1
 * @param gamma what {@code step} multiplies by, in (0, 1]
 * @param patience epochs without improvement that {@code plateau} puts up with, at least 0
 * @param factor what {@code plateau} multiplies by, in (0, 1)
 * @param goal which way {@code plateau}'s metric gets better
 */
public record ScheduleSettings(
    double learningRate,
    int epochs,
    int stepsPerEpoch,
    int warmupEpochs,
    double minimum,
    int every,
    double gamma,
    int patience,
    double factor,
    Goal goal) {

  /** Checks the ranges. */
  public ScheduleSettings {
    require(learningRate > 0 && learningRate <= Float.MAX_VALUE, "learning rate", learningRate);
    require(epochs >= 1, "number of epochs", epochs);
    require(stepsPerEpoch >= 1, "number of steps per epoch", stepsPerEpoch);
    if (warmupEpochs < 0 || warmupEpochs >= epochs) {
      throw new IllegalArgumentException(
          "%d epochs of warm-up don't fit into %d epochs of training"
              .formatted(warmupEpochs, epochs));
    }
    require(minimum >= 0 && minimum <= learningRate, "smallest learning rate", minimum);
    require(every >= 1, "number of epochs between reductions", every);
    require(gamma > 0 && gamma <= 1, "gamma of the step schedule", gamma);
    require(patience >= 0, "patience", patience);
    require(factor > 0 && factor < 1, "factor of the plateau schedule", factor);
  }

  /**
   * Returns the defaults: no warm-up, down to 0; {@code step} takes a tenth after each third of the
   * run, {@code plateau} half after a patience of 3 for a metric to minimise.
   *
   * @param learningRate the rate to start with, above 0
   * @param epochs epochs of the whole run, at least 1
   * @param stepsPerEpoch batches per epoch, at least 1
   * @return the settings
   */
  public static ScheduleSettings of(double learningRate, int epochs, int stepsPerEpoch) {
    return new ScheduleSettings(
        learningRate,
        epochs,
        stepsPerEpoch,
        0,
        0,
        Math.max(1, (epochs + 2) / 3),
        0.1,
        3,
        0.5,
        Goal.MINIMIZE);
  }

  /**
   * Returns these settings with a warm-up; the epochs between reductions stay.
   *
   * @param warmup epochs, at least 0 and below those of the run
   * @return the changed settings
   */
  public ScheduleSettings withWarmupEpochs(int warmup) {
    return new ScheduleSettings(
        learningRate, epochs, stepsPerEpoch, warmup, minimum, every, gamma, patience, factor, goal);
  }

  /**
   * Returns these settings with another end.
   *
   * @param least the smallest learning rate, at least 0 and at most the first
   * @return the changed settings
   */
  public ScheduleSettings withMinimum(double least) {
    return new ScheduleSettings(
        learningRate,
        epochs,
        stepsPerEpoch,
        warmupEpochs,
        least,
        every,
        gamma,
        patience,
        factor,
        goal);
  }

  /**
   * Returns these settings with other stairs for {@code step}.
   *
   * @param epochsBetween epochs between two reductions, at least 1
   * @param times what the rate is multiplied by, in (0, 1]
   * @return the changed settings
   */
  public ScheduleSettings withSteps(int epochsBetween, double times) {
    return new ScheduleSettings(
        learningRate,
        epochs,
        stepsPerEpoch,
        warmupEpochs,
        minimum,
        epochsBetween,
        times,
        patience,
        factor,
        goal);
  }

  /**
   * Returns these settings with another rule for {@code plateau}.
   *
   * @param epochsWithout epochs without improvement to put up with, at least 0
   * @param times what the rate is multiplied by, in (0, 1)
   * @param aim which way the metric gets better
   * @return the changed settings
   */
  public ScheduleSettings withPlateau(int epochsWithout, double times, Goal aim) {
    return new ScheduleSettings(
        learningRate,
        epochs,
        stepsPerEpoch,
        warmupEpochs,
        minimum,
        every,
        gamma,
        epochsWithout,
        times,
        aim);
  }

  /** What the schedule behind the warm-up has to do with. */
  ScheduleSettings afterWarmUp() {
    return new ScheduleSettings(
        learningRate,
        epochs - warmupEpochs,
        stepsPerEpoch,
        0,
        minimum,
        every,
        gamma,
        patience,
        factor,
        goal);
  }

  private static void require(boolean ok, String what, Object value) {
    if (!ok) {
      throw new IllegalArgumentException("the %s is out of range: %s".formatted(what, value));
    }
  }
}
