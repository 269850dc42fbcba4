package io.github.flora.trainer.schedule;

/** Always the same. */
record ConstantRate(double learningRate) implements Schedule {

  @Override
  public double rate(long step) {
    return learningRate;
  }
}
