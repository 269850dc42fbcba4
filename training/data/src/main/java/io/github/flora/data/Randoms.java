package io.github.flora.data;

import java.util.SplittableRandom;

/** Random numbers for one image of many, and distributions. */
final class Randoms {

  private Randoms() {}

  /** Returns a generator that depends on nothing but a seed and an image's number. */
  static SplittableRandom of(long seed, long index) {
    return new SplittableRandom(mix(mix(seed) + index));
  }

  /**
   * Spreads numbers that are near each other. A generator's state moves by the same step for every
   * value, so that without this one image's random numbers could be the next one's, shifted.
   */
  private static long mix(long value) {
    return new SplittableRandom(value).nextLong();
  }

  /** Returns a number drawn evenly from low to high. */
  static double between(SplittableRandom random, double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  /** Returns a number drawn from Beta(α, α), in [0, 1]; α is above 0. */
  static double beta(SplittableRandom random, double alpha) {
    // X / (X + Y) of two gamma variables, by way of their logarithms: at a small α both underflow.
    double x = logGamma(random, alpha);
    double y = logGamma(random, alpha);
    return 1 / (1 + StrictMath.exp(y - x));
  }

  /**
   * Returns the logarithm of a number drawn from Gamma(shape, 1), after Marsaglia and Tsang, <em>A
   * Simple Method for Generating Gamma Variables</em>, 2000.
   */
  private static double logGamma(SplittableRandom random, double shape) {
    if (shape < 1) {
      return logGamma(random, shape + 1) + StrictMath.log(1 - random.nextDouble()) / shape;
    }
    double d = shape - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double normal = random.nextGaussian();
      double root = 1 + c * normal;
      double volume = root * root * root;
      if (root > 0
          && StrictMath.log(1 - random.nextDouble())
              < normal * normal / 2 + d * (1 - volume + StrictMath.log(volume))) {
        return StrictMath.log(d * volume);
      }
    }
  }
}
