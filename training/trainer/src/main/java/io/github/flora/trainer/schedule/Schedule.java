package io.github.flora.trainer.schedule;

import java.util.List;
import java.util.Map;

/**
 * The learning rate of every step.
 *
 * <ul>
 *   <li>{@code constant}: the same throughout
 *   <li>{@code cosine}: half a cosine from the learning rate down to the minimum over all steps, as
 *       Keras's {@code CosineDecay} and {@code torch.optim.lr_scheduler.CosineAnnealingLR} called
 *       after every step
 *   <li>{@code step}: times gamma after every so many epochs, as timm's {@code step} and {@code
 *       StepLR}
 *   <li>{@code plateau}: times a factor once the metric hasn't improved for more than {@code
 *       patience} epochs, as {@code ReduceLROnPlateau} with its relative threshold of 1e-4
 * </ul>
 *
 * <p>A warm-up in front of any of them raises the rate in equal steps, the first of them above 0,
 * and reaches the schedule's first rate with the warm-up's last step. The schedule then begins from
 * its start and has the epochs that are left, as Keras's {@code warmup_steps} and timm's {@code
 * warmup_prefix} do it; epochs of the warm-up don't count for the patience, as in timm.
 */
public interface Schedule {

  /**
   * Returns the names that {@link #of} knows.
   *
   * @return the names, in the order in which they are shown
   */
  static List<String> names() {
    return List.of("constant", "cosine", "step", "plateau");
  }

  /**
   * Creates a schedule.
   *
   * @param name one of {@link #names}
   * @param settings its numbers; those of other schedules are ignored
   * @return the schedule, at its start
   * @throws IllegalArgumentException if there is none of that name; the message lists all
   */
  static Schedule of(String name, ScheduleSettings settings) {
    ScheduleSettings rest = settings.afterWarmUp();
    Schedule schedule =
        switch (name) {
          case "constant" -> new ConstantRate(rest.learningRate());
          case "cosine" ->
              new CosineDecay(
                  rest.learningRate(), rest.minimum(), (long) rest.epochs() * rest.stepsPerEpoch());
          case "step" ->
              new StepDecay(
                  rest.learningRate(), rest.gamma(), (long) rest.every() * rest.stepsPerEpoch());
          case "plateau" -> new ReduceOnPlateau(rest);
          default ->
              throw new IllegalArgumentException(
                  "no schedule named '%s'; there are: %s"
                      .formatted(name, String.join(", ", names())));
        };
    return settings.warmupEpochs() == 0
        ? schedule
        : new WarmUp(
            schedule,
            settings.warmupEpochs(),
            (long) settings.warmupEpochs() * settings.stepsPerEpoch());
  }

  /**
   * Returns the learning rate of a step.
   *
   * @param step steps taken before it since the start of the run, at least 0; epoch e (from 1)
   *     begins at (e − 1) · stepsPerEpoch
   * @return the rate, at least 0
   */
  double rate(long step);

  /**
   * Tells how an epoch went. To be called once after each, in order.
   *
   * @param epoch the epoch, from 1
   * @param metric what it came to; NaN counts as no improvement
   */
  default void onEpoch(int epoch, double metric) {}

  /**
   * Returns what has to be kept to go on later.
   *
   * @return finite numbers by name; empty for schedules that depend on the step alone
   */
  default Map<String, Double> state() {
    return Map.of();
  }

  /**
   * Goes on from a saved state.
   *
   * @param state what {@link #state} returned
   * @throws IllegalArgumentException if it is of another kind of schedule
   */
  default void load(Map<String, Double> state) {
    States.check(state, List.of());
  }
}
