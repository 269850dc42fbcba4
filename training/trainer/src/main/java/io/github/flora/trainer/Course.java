package io.github.flora.trainer;

import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.schedule.EarlyStopping;
import io.github.flora.trainer.schedule.Schedule;
import io.github.flora.trainer.schedule.ScheduleSettings;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The course that a training takes: the learning rate of every step, and when it is over. */
public final class Course {

  private static final String SCHEDULE = "schedule.";
  private static final String EARLY_STOPPING = "early_stopping.";

  private final Hyperparameters hyperparameters;
  private final int stepsPerEpoch;
  private final Schedule schedule;
  private final @Nullable EarlyStopping earlyStopping;
  private boolean stoppedEarly;

  /**
   * Creates the course.
   *
   * @param hyperparameters epochs, learning rate, schedule and early stopping
   * @param stepsPerEpoch batches in an epoch, at least 1
   */
  public Course(Hyperparameters hyperparameters, int stepsPerEpoch) {
    this.hyperparameters = hyperparameters;
    this.stepsPerEpoch = stepsPerEpoch;
    Monitor monitor = hyperparameters.monitor();
    this.schedule =
        Schedule.of(
            hyperparameters.schedule(),
            ScheduleSettings.of(
                    hyperparameters.learningRate(), hyperparameters.epochs(), stepsPerEpoch)
                .withWarmupEpochs(hyperparameters.warmupEpochs())
                .withPlateau(hyperparameters.patience(), 0.5, monitor.goal()));
    this.earlyStopping =
        hyperparameters.earlyStopping() == 0
            ? null
            : new EarlyStopping(monitor.goal(), hyperparameters.earlyStopping(), 0);
  }

  /**
   * Returns the number of epochs if nothing ends the training before.
   *
   * @return the number
   */
  public int epochs() {
    return hyperparameters.epochs();
  }

  /**
   * Returns the learning rate of a step.
   *
   * @param epoch the epoch, from 1
   * @param batch batches done in it
   * @return the rate
   */
  public double rate(int epoch, int batch) {
    return schedule.rate((long) (epoch - 1) * stepsPerEpoch + batch);
  }

  /**
   * Whether an epoch is followed by a validation.
   *
   * @param epoch the epoch, from 1
   * @return whether it is; so it is for the last
   */
  public boolean validates(int epoch) {
    return epoch % hyperparameters.validateEvery() == 0 || epoch == epochs();
  }

  /**
   * Tells how an epoch went. One that isn't validated says nothing of improvement.
   *
   * @param epoch its figures
   */
  public void onEpoch(Epoch epoch) {
    if (!validates(epoch.epoch())) {
      return;
    }
    double metric = hyperparameters.monitor().of(epoch);
    schedule.onEpoch(epoch.epoch(), metric);
    if (earlyStopping != null && earlyStopping.onEpoch(epoch.epoch(), metric)) {
      stoppedEarly = true;
    }
  }

  /**
   * Whether the figures have stopped improving for long enough to end the training.
   *
   * @return whether early stopping says so
   */
  public boolean stoppedEarly() {
    return stoppedEarly;
  }

  /**
   * Returns what has to be kept to go on later.
   *
   * @return finite numbers by name
   */
  public Map<String, Double> state() {
    Map<String, Double> state = new TreeMap<>();
    schedule.state().forEach((name, value) -> state.put(SCHEDULE + name, value));
    if (earlyStopping != null) {
      earlyStopping.state().forEach((name, value) -> state.put(EARLY_STOPPING + name, value));
    }
    return state;
  }

  /**
   * Goes on from a saved state.
   *
   * @param state what {@link #state} returned, for the same hyperparameters
   * @throws IllegalArgumentException if it is of another kind of course
   */
  public void load(Map<String, Double> state) {
    schedule.load(part(state, SCHEDULE));
    if (earlyStopping != null) {
      earlyStopping.load(part(state, EARLY_STOPPING));
    }
  }

  private static Map<String, Double> part(Map<String, Double> state, String prefix) {
    Map<String, Double> part = new TreeMap<>();
    state.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            part.put(name.substring(prefix.length()), value);
          }
        });
    return part;
  }
}
