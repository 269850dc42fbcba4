package io.github.flora.trainer.schedule;

/**
 * Half a cosine (Loshchilov and Hutter, 2017, <a
 * href="https://arxiv.org/abs/1608.03983">arXiv:1608.03983</a>, without restarts).
 */
record CosineDecay(double learningRate, double minimum, long steps) implements Schedule {

  @Override
  public double rate(long step) {
    double done = Math.min(1, (double) step / steps);
    return minimum + (learningRate - minimum) * (1 + Math.cos(Math.PI * done)) / 2;
  }
}
