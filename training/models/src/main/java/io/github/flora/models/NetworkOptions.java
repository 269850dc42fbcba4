package io.github.flora.models;

import org.jspecify.annotations.Nullable;

/**
 * What can be chosen about a network.
 *
 * @param classes number of outputs, at least 1
 * @param dropout share of the units that dropout drops, in [0, 1), 0 for none; null for the
 *     network's own default
 * @param batchNorm whether batch normalisation follows each convolution
 * @param headHidden units of a hidden layer with ReLU in the head, 0 for none
 */
public record NetworkOptions(
    int classes, @Nullable Float dropout, boolean batchNorm, int headHidden) {

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public NetworkOptions {
    if (classes < 1) {
      throw new IllegalArgumentException("classes must be at least 1, not " + classes);
    }
    // Written so that NaN fails too.
    if (dropout != null && !(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("dropout must be in [0, 1), not " + dropout);
    }
    if (headHidden < 0) {
      throw new IllegalArgumentException("a hidden layer of " + headHidden + " units");
    }
  }

  /**
   * Options without a hidden layer in the head.
   *
   * @param classes as {@link #classes}
   * @param dropout as {@link #dropout}
   * @param batchNorm as {@link #batchNorm}
   */
  public NetworkOptions(int classes, @Nullable Float dropout, boolean batchNorm) {
    this(classes, dropout, batchNorm, 0);
  }

  /**
   * The network's own defaults.
   *
   * @param classes number of outputs, at least 1
   * @return options with nothing else chosen
   */
  public static NetworkOptions of(int classes) {
    return new NetworkOptions(classes, null, false);
  }

  /**
   * The rate to use.
   *
   * @param byDefault the network's default
   * @return the chosen rate, else the default
   */
  float dropoutOr(float byDefault) {
    return dropout == null ? byDefault : dropout;
  }
}
