package io.github.flora.trainer;

import io.github.flora.models.Network;

/**
 * A recipe of your own in one class: a name, the name of a data set, and a network. Listed in
 * {@code META-INF/services/io.github.flora.models.Network} it is trained by its name, such as
 * {@code ./flora train my-recipe}, and the trained model is found again by any later process that
 * has the class. Its network can be combined with other recipes, too: {@code --model my-recipe}.
 *
 * <p>To give other values to a network that there is, {@link #newBlock} may hand on to it: {@code
 * return Networks.get("cnn").newBlock(options)}.
 */
public interface CustomRecipe extends Network {

  /**
   * The images to learn from.
   *
   * @return name of a data set that Flora knows, such as {@code mnist}
   */
  String dataset();

  /**
   * Whether the training images are given mean 0 and variance 1.
   *
   * @return whether it is so; unless said otherwise they are only scaled to [0, 1]
   */
  default boolean standardize() {
    return false;
  }

  /**
   * Hyperparameters unless the user gives others.
   *
   * @return the values; the tutorials' unless said otherwise
   */
  default Hyperparameters defaults() {
    return Hyperparameters.builder().build();
  }

  /**
   * The recipe that all this makes.
   *
   * @return a recipe of the same name as the network
   */
  default Recipe recipe() {
    return new Recipe(name(), dataset(), name(), standardize(), defaults());
  }
}
