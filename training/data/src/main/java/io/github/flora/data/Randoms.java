package io.github.flora.data;

import java.util.SplittableRandom;

/** Random numbers for one image of many. */
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
}
