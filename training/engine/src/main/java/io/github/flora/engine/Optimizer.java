package io.github.flora.engine;

import java.util.List;
import java.util.Map;

/**
 * A rule that turns gradients into changes of weights. The learning rate is given per step.
 *
 * <p>The numbers are those of {@code torch.optim}, so that a run can be compared with PyTorch's.
 */
public sealed interface Optimizer {

  /**
   * Returns the names that {@link #of} knows.
   *
   * @return the names, in the order in which they are shown
   */
  static List<String> names() {
    return List.of(
        Adam.DEFAULT.name(), AdamW.DEFAULT.name(), Sgd.DEFAULT.name(), Sgd.NESTEROV.name());
  }

  /**
   * Returns the optimizer of a name with its default values.
   *
   * @param name {@code adam}, {@code adamw}, {@code sgd} or {@code nesterov}
   * @return the optimizer
   * @throws IllegalArgumentException if there is none of that name; the message lists all
   */
  static Optimizer of(String name) {
    return switch (name) {
      case "adam" -> Adam.DEFAULT;
      case "adamw" -> AdamW.DEFAULT;
      case "sgd" -> Sgd.DEFAULT;
      case "nesterov" -> Sgd.NESTEROV;
      default ->
          throw new IllegalArgumentException(
              "no optimizer named '%s'; there are: %s".formatted(name, String.join(", ", names())));
    };
  }

  /**
   * Returns the name that the command line uses.
   *
   * @return the name in lower case
   */
  String name();

  /**
   * Returns how strongly weights are pulled towards 0.
   *
   * @return a factor of the weight, at least 0; 0 for not at all
   */
  double weightDecay();

  /**
   * Returns all numbers of the rule, for the record.
   *
   * @return by name in snake case
   */
  Map<String, Double> numbers();

  /**
   * Returns this optimizer with another weight decay.
   *
   * @param decay at least 0
   * @return the changed optimizer
   */
  Optimizer withWeightDecay(double decay);

  /**
   * Adam (Kingma and Ba, 2015, <a href="https://arxiv.org/abs/1412.6980">arXiv:1412.6980</a>,
   * algorithm 1), as {@code torch.optim.Adam}: the decay is added to the gradient.
   *
   * @param beta1 decay of the first moment, in [0, 1)
   * @param beta2 decay of the second moment, in [0, 1)
   * @param epsilon added to the root of the corrected second moment, above 0
   * @param weightDecay times the weight is added to the gradient, at least 0
   */
  record Adam(double beta1, double beta2, double epsilon, double weightDecay) implements Optimizer {

    /** Keras's defaults: 0.9, 0.999, 1e-7, no decay. */
    public static final Adam DEFAULT = new Adam(0.9, 0.999, 1e-7, 0);

    /** Checks the ranges. */
    public Adam {
      checkAdam("Adam", beta1, beta2, epsilon, weightDecay);
    }

    @Override
    public String name() {
      return "adam";
    }

    @Override
    public Map<String, Double> numbers() {
      return adamNumbers(beta1, beta2, epsilon, weightDecay);
    }

    @Override
    public Adam withWeightDecay(double decay) {
      return new Adam(beta1, beta2, epsilon, decay);
    }
  }

  /**
   * Adam whose decay doesn't go through the moments (Loshchilov and Hutter, 2019, <a
   * href="https://arxiv.org/abs/1711.05101">arXiv:1711.05101</a>), as {@code torch.optim.AdamW}:
   * before the update of Adam a weight is multiplied by 1 − rate · decay.
   *
   * @param beta1 decay of the first moment, in [0, 1)
   * @param beta2 decay of the second moment, in [0, 1)
   * @param epsilon added to the root of the corrected second moment, above 0
   * @param weightDecay times the learning rate is what a weight loses per step, at least 0
   */
  record AdamW(double beta1, double beta2, double epsilon, double weightDecay)
      implements Optimizer {

    /** PyTorch's defaults: 0.9, 0.999, 1e-8, decay 0.01. */
    public static final AdamW DEFAULT = new AdamW(0.9, 0.999, 1e-8, 0.01);

    /** Checks the ranges. */
    public AdamW {
      checkAdam("AdamW", beta1, beta2, epsilon, weightDecay);
    }

    @Override
    public String name() {
      return "adamw";
    }

    @Override
    public Map<String, Double> numbers() {
      return adamNumbers(beta1, beta2, epsilon, weightDecay);
    }

    @Override
    public AdamW withWeightDecay(double decay) {
      return new AdamW(beta1, beta2, epsilon, decay);
    }
  }

  /**
   * Stochastic gradient descent, as {@code torch.optim.SGD} without dampening: with gradient g,
   * buffer = momentum · buffer + g, weight −= rate · buffer. The rate isn't in the buffer, so that
   * a schedule changes only what is yet to come.
   *
   * @param momentum share of the buffer that stays, in [0, 1); 0 for plain descent
   * @param nesterov whether to step by g + momentum · buffer instead; needs momentum
   * @param weightDecay times the weight is added to the gradient, at least 0
   */
  record Sgd(double momentum, boolean nesterov, double weightDecay) implements Optimizer {

    /** Momentum 0.9, no decay. */
    public static final Sgd DEFAULT = new Sgd(0.9, false, 0);

    /** Nesterov's rule with momentum 0.9, no decay. */
    public static final Sgd NESTEROV = new Sgd(0.9, true, 0);

    /** Checks the ranges. */
    public Sgd {
      if (!(momentum >= 0 && momentum < 1)) {
        throw new IllegalArgumentException("SGD's momentum has to lie in [0, 1): " + momentum);
      }
      if (nesterov && momentum == 0) {
        throw new IllegalArgumentException("Nesterov's rule needs a momentum above 0");
      }
      checkDecay(weightDecay);
    }

    @Override
    public String name() {
      return nesterov ? "nesterov" : "sgd";
    }

    @Override
    public Map<String, Double> numbers() {
      return Map.of("momentum", momentum, "weight_decay", weightDecay);
    }

    @Override
    public Sgd withWeightDecay(double decay) {
      return new Sgd(momentum, nesterov, decay);
    }
  }

  private static Map<String, Double> adamNumbers(
      double beta1, double beta2, double epsilon, double weightDecay) {
    return Map.of("beta1", beta1, "beta2", beta2, "epsilon", epsilon, "weight_decay", weightDecay);
  }

  private static void checkAdam(
      String name, double beta1, double beta2, double epsilon, double weightDecay) {
    if (!(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1)) {
      throw new IllegalArgumentException(
          "%s's betas have to lie in [0, 1): %s, %s".formatted(name, beta1, beta2));
    }
    if (!(epsilon > 0 && epsilon <= Float.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "%s's epsilon has to be above 0: %s".formatted(name, epsilon));
    }
    checkDecay(weightDecay);
  }

  private static void checkDecay(double weightDecay) {
    if (!(weightDecay >= 0 && weightDecay <= Float.MAX_VALUE)) {
      throw new IllegalArgumentException("the weight decay has to be at least 0: " + weightDecay);
    }
  }
}
