package io.github.flora.trainer.schedule;

/** A stair: every so many steps, times gamma. */
record StepDecay(double learningRate, double gamma, long every) implements Schedule {

  @Override
  public double rate(long step) {
    long reductions = step / every;
    return learningRate * Math.pow(gamma, (double) reductions);
  }
}
