package io.github.flora.trainer;

import org.jspecify.annotations.Nullable;

/**
 * Everything that decides how a model is trained, apart from engine, data and seed.
 *
 * @param epochs passes over the training images, at least 1
 * @param batchSize images per step, at least 1
 * @param optimizer the update rule: {@code adam}
 * @param learningRate step size, above 0
 * @param validationSplit share of the training images that is kept for validation, in [0, 1)
 * @param dropout probability of dropping an activation, in [0, 1), or null for the network's own
 * @param batchNorm whether convolutions are followed by batch normalisation
 */
public record Hyperparameters(
    int epochs,
    int batchSize,
    String optimizer,
    double learningRate,
    double validationSplit,
    @Nullable Double dropout,
    boolean batchNorm) {

  /** Checks the ranges; the message names the option of the command line. */
  public Hyperparameters {
    require(epochs >= 1, "--epochs", epochs, "at least 1");
    require(batchSize >= 1, "--batch-size", batchSize, "at least 1");
    require(optimizer.equals("adam"), "--optimizer", optimizer, "adam");
    require(
        learningRate > 0 && learningRate <= Float.MAX_VALUE,
        "--learning-rate",
        learningRate,
        "above 0");
    require(
        validationSplit >= 0 && validationSplit < 1,
        "--validation-split",
        validationSplit,
        "at least 0 and below 1");
    if (dropout != null) {
      require(dropout >= 0 && dropout < 1, "--dropout", dropout, "at least 0 and below 1");
    }
  }

  static Hyperparameters tutorial(int epochs) {
    return new Hyperparameters(epochs, 128, "adam", 1e-3, 0.2, null, false);
  }

  private static void require(boolean ok, String option, Object value, String range) {
    if (!ok) {
      throw new IllegalArgumentException(
          "%s is %s but has to be %s".formatted(option, value, range));
    }
  }
}
