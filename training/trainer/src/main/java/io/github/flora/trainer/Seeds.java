package io.github.flora.trainer;

/**
 * One seed, many independent uses: each use gets a number of its own, mixed from the seed with the
 * finaliser of SplitMix64 (Steele, Lea and Flood, 2014), so that neighbouring seeds share nothing.
 *
 * @param seed the run's seed
 */
public record Seeds(long seed) {

  /**
   * Seed of the weights' initialisation.
   *
   * @return a seed for the engine
   */
  public int initialisation() {
    return (int) mix(1, 0);
  }

  /**
   * Seed of what the engine draws during an epoch, such as dropout.
   *
   * @param epoch the epoch, from 1
   * @return a seed for the engine
   */
  public int engine(int epoch) {
    return (int) mix(2, epoch);
  }

  /**
   * Seed of the order in which an epoch goes through the images.
   *
   * @param epoch the epoch, from 1
   * @return a seed
   */
  public long shuffle(int epoch) {
    return mix(3, epoch);
  }

  /**
   * Seed of the choice of validation images.
   *
   * @return a seed
   */
  public long split() {
    return mix(4, 0);
  }

  private long mix(long use, long index) {
    long z = seed + use * 0x9E3779B97F4A7C15L + index * 0xD1B54A32D192ED03L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
