package io.github.flora.engine;

/** A rule that turns gradients into changes of weights. The learning rate is given per step. */
public sealed interface Optimizer {

  /**
   * Returns the name that the command line uses.
   *
   * @return the name in lower case
   */
  String name();

  /**
   * Adam (Kingma and Ba, 2015, <a href="https://arxiv.org/abs/1412.6980">arXiv:1412.6980</a>,
   * algorithm 1).
   *
   * @param beta1 decay of the first moment, in [0, 1)
   * @param beta2 decay of the second moment, in [0, 1)
   * @param epsilon added to the root of the corrected second moment, above 0
   */
  record Adam(double beta1, double beta2, double epsilon) implements Optimizer {

    /** Keras's defaults: 0.9, 0.999, 1e-7. */
    public static final Adam DEFAULT = new Adam(0.9, 0.999, 1e-7);

    /** Checks the ranges. */
    public Adam {
      if (!(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1)) {
        throw new IllegalArgumentException(
            "Adam's betas have to lie in [0, 1): %s, %s".formatted(beta1, beta2));
      }
      if (!(epsilon > 0)) {
        throw new IllegalArgumentException("Adam's epsilon has to be above 0: " + epsilon);
      }
    }

    @Override
    public String name() {
      return "adam";
    }
  }
}
