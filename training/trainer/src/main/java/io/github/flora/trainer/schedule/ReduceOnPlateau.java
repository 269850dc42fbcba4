package io.github.flora.trainer.schedule;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * PyTorch's {@code ReduceLROnPlateau} with relative threshold and no cooldown: the epoch that
 * exceeds the patience reduces the rate of the next.
 */
final class ReduceOnPlateau implements Schedule {

  /** PyTorch's default: improvements by less than this share of the best don't count. */
  private static final double THRESHOLD = 1e-4;

  private static final String RATE = "rate";
  private static final String BEST = "best";
  private static final String BAD_EPOCHS = "bad_epochs";

  private final ScheduleSettings settings;
  private double rate;
  private double best;
  private int badEpochs;

  ReduceOnPlateau(ScheduleSettings settings) {
    this.settings = settings;
    this.rate = settings.learningRate();
    this.best = settings.goal().worst();
  }

  @Override
  public double rate(long step) {
    return rate;
  }

  @Override
  public void onEpoch(int epoch, double metric) {
    // The best is still infinite before the first number, and so is what has to be beaten.
    double bar = Double.isInfinite(best) ? best : settings.goal().beyond(best, THRESHOLD * best);
    if (settings.goal().better(metric, bar)) {
      best = metric;
      badEpochs = 0;
    } else {
      badEpochs++;
    }
    if (badEpochs > settings.patience()) {
      rate = Math.max(settings.minimum(), rate * settings.factor());
      badEpochs = 0;
    }
  }

  @Override
  public Map<String, Double> state() {
    Map<String, Double> state = new TreeMap<>();
    state.put(RATE, rate);
    state.put(BAD_EPOCHS, (double) badEpochs);
    if (Double.isFinite(best)) {
      state.put(BEST, best);
    }
    return state;
  }

  @Override
  public void load(Map<String, Double> state) {
    boolean hasBest = state.containsKey(BEST);
    States.check(state, hasBest ? List.of(RATE, BAD_EPOCHS, BEST) : List.of(RATE, BAD_EPOCHS));
    int count = States.count(state, BAD_EPOCHS);
    rate = States.number(state, RATE);
    best = hasBest ? States.number(state, BEST) : settings.goal().worst();
    badEpochs = count;
  }
}
