package io.github.flora.trainer.schedule;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Ends training when a metric has stopped improving. What counts is the best value so far, not the
 * previous one, as in Keras's {@code EarlyStopping}.
 */
public final class EarlyStopping {

  private static final String BEST = "best";
  private static final String BEST_EPOCH = "best_epoch";
  private static final String WAITED = "waited";

  private final Goal goal;
  private final int patience;
  private final double minDelta;
  private double best;
  private int bestEpoch;
  private int waited;

  /**
   * Creates the rule.
   *
   * @param goal which way the metric gets better
   * @param patience epochs in a row without improvement after which training ends, at least 1
   * @param minDelta an improvement has to be more than this, at least 0, in the metric's unit
   */
  public EarlyStopping(Goal goal, int patience, double minDelta) {
    if (patience < 1) {
      throw new IllegalArgumentException("the patience has to be at least 1: " + patience);
    }
    if (!(minDelta >= 0 && minDelta <= Float.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "the smallest improvement has to be at least 0: " + minDelta);
    }
    this.goal = goal;
    this.patience = patience;
    this.minDelta = minDelta;
    this.best = goal.worst();
  }

  /**
   * Tells how an epoch went. To be called once after each, in order.
   *
   * @param epoch the epoch, from 1
   * @param metric what it came to; NaN counts as no improvement
   * @return whether training should end
   */
  public boolean onEpoch(int epoch, double metric) {
    if (goal.better(metric, goal.beyond(best, minDelta))) {
      best = metric;
      bestEpoch = epoch;
      waited = 0;
    } else {
      waited++;
    }
    return waited >= patience;
  }

  /**
   * Returns the epoch of the best value.
   *
   * @return the epoch, from 1, or 0 if there was no number yet
   */
  public int bestEpoch() {
    return bestEpoch;
  }

  /**
   * Returns the best value.
   *
   * @return the value, infinite if there was no number yet
   */
  public double best() {
    return best;
  }

  /**
   * Returns what has to be kept to go on later.
   *
   * @return finite numbers by name
   */
  public Map<String, Double> state() {
    Map<String, Double> state = new TreeMap<>();
    state.put(BEST_EPOCH, (double) bestEpoch);
    state.put(WAITED, (double) waited);
    if (Double.isFinite(best)) {
      state.put(BEST, best);
    }
    return state;
  }

  /**
   * Goes on from a saved state.
   *
   * @param state what {@link #state} returned
   * @throws IllegalArgumentException if it is something else's
   */
  public void load(Map<String, Double> state) {
    boolean hasBest = state.containsKey(BEST);
    States.check(state, hasBest ? List.of(BEST_EPOCH, WAITED, BEST) : List.of(BEST_EPOCH, WAITED));
    int epoch = States.count(state, BEST_EPOCH);
    int count = States.count(state, WAITED);
    best = hasBest ? States.number(state, BEST) : goal.worst();
    bestEpoch = epoch;
    waited = count;
  }
}
