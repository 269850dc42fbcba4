package io.github.flora.trainer;

import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.schedule.Goal;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The figure that tells whether a model gets better. */
public enum Monitor {
  /** Share of the validation images that are classified right. */
  VAL_ACCURACY(Goal.MAXIMIZE),
  /** Mean loss of the validation images. */
  VAL_LOSS(Goal.MINIMIZE);

  private final Goal goal;

  Monitor(Goal goal) {
    this.goal = goal;
  }

  /**
   * Returns the name that the command line uses.
   *
   * @return such as {@code val_accuracy}
   */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns which way it gets better.
   *
   * @return the direction
   */
  public Goal goal() {
    return goal;
  }

  /**
   * Returns the figure of an epoch; without validation images, that of the training images.
   *
   * @param epoch the epoch
   * @return the figure
   */
  public double of(Epoch epoch) {
    if (this == VAL_ACCURACY) {
      return epoch.validated() ? epoch.valAccuracy() : epoch.trainAccuracy();
    }
    return epoch.validated() ? epoch.valLoss() : epoch.trainLoss();
  }

  /**
   * Returns the best epoch, of equals the earliest (after {@link Epoch#best} in the case of
   * accuracy), among those that were validated; where none was, the last.
   *
   * @param history epochs in order, at least one
   * @return the best
   */
  public Epoch best(List<Epoch> history) {
    Optional<Epoch> best =
        this == VAL_ACCURACY
            ? Epoch.best(history)
            : history.stream()
                .filter(Epoch::validated)
                .min(Comparator.comparingDouble(Epoch::valLoss));
    return best.orElse(history.get(history.size() - 1));
  }
}
