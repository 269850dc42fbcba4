package io.github.flora.trainer;

/**
 * A data set, a network and the values that a tutorial would train it with.
 *
 * @param name the name on the command line, such as {@code mnist-cnn}
 * @param dataset name of the data set
 * @param network name of the network
 * @param standardize whether the training images are given mean 0 and variance 1, instead of only
 *     being scaled to [0, 1]
 * @param defaults hyperparameters unless the user gives others
 */
public record Recipe(
    String name, String dataset, String network, boolean standardize, Hyperparameters defaults) {

  /**
   * Returns this recipe with another network.
   *
   * @param other name of the network
   * @return the changed recipe; its name stays
   */
  public Recipe withNetwork(String other) {
    return new Recipe(name, dataset, other, standardize, defaults);
  }
}
