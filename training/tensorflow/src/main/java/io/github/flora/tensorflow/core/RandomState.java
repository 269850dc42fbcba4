package io.github.flora.tensorflow.core;

/**
 * The engine's random numbers: a seed and how many random operations ran since. TensorFlow's
 * stateless generators make the same numbers of the same pair, whether an operation runs eagerly or
 * in a function.
 */
public final class RandomState {

  private static long seed = System.nanoTime();
  private static long count;

  private RandomState() {}

  /**
   * Starts anew.
   *
   * @param newSeed the seed
   */
  public static synchronized void seed(long newSeed) {
    seed = newSeed;
    count = 0;
  }

  /**
   * Takes the next numbers for random operations.
   *
   * @param operations how many operations there are
   * @return the seed and the number of the first
   */
  static synchronized long[] take(int operations) {
    long[] next = {seed, count};
    count += operations;
    return next;
  }
}
