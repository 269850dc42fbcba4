package io.github.flora.engine;

import ai.djl.nn.Parameter;
import java.util.function.ToDoubleFunction;

/**
 * How a model's parameters follow their gradients: the optimizer, and what goes around it.
 *
 * @param optimizer the rule
 * @param clipNorm the largest norm of all gradients together; longer ones are scaled down to it.
 *     Above 0, or 0 for no limit
 * @param decayVectors whether parameters with at most one dimension, which are biases and the
 *     scales and shifts of normalisation, decay too; Keras's and PyTorch's optimizers do that, timm
 *     doesn't
 * @param rateFactor what the learning rate of a parameter is multiplied by, above 0
 */
public record UpdateRule(
    Optimizer optimizer,
    double clipNorm,
    boolean decayVectors,
    ToDoubleFunction<Parameter> rateFactor) {

  /** Checks the ranges. */
  public UpdateRule {
    checkClipNorm(clipNorm);
  }

  /**
   * Returns the plain rule: no clipping, the same decay and rate for all.
   *
   * @param optimizer the optimizer
   * @return the rule
   */
  public static UpdateRule of(Optimizer optimizer) {
    return new UpdateRule(optimizer, 0, true, parameter -> 1);
  }

  /**
   * Checks a limit of the gradients' norm.
   *
   * @param clipNorm the limit
   * @throws IllegalArgumentException unless it is 0 or above
   */
  public static void checkClipNorm(double clipNorm) {
    if (!(clipNorm >= 0 && clipNorm <= Float.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "the limit of the gradients' norm has to be above 0, or 0 for none: " + clipNorm);
    }
  }

  /** How a parameter is to be trained. */
  Weight weight(Parameter parameter) {
    boolean vector = parameter.getArray().getShape().dimension() <= 1;
    return new Weight(
        parameter.getArray(), decayVectors || !vector, rateFactor.applyAsDouble(parameter));
  }
}
