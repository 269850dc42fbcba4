package io.github.flora.trainer.schedule;

import java.util.Map;

/** Equal steps up to the first rate of the schedule that follows (Goyal et al., 2017). */
record WarmUp(Schedule after, int epochs, long steps) implements Schedule {

  @Override
  public double rate(long step) {
    return step < steps ? after.rate(0) * (step + 1) / steps : after.rate(step - steps);
  }

  @Override
  public void onEpoch(int epoch, double metric) {
    if (epoch > epochs) {
      after.onEpoch(epoch - epochs, metric);
    }
  }

  @Override
  public Map<String, Double> state() {
    return after.state();
  }

  @Override
  public void load(Map<String, Double> state) {
    after.load(state);
  }
}
