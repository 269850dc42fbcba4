package io.github.flora.tensorflow.op;

import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tensor;

/** Steps of optimizers, on variables given by their handles. */
public final class Updates {

  private Updates() {}

  /**
   * What optimizers do to a gradient before they use it.
   *
   * @param rescale a factor, applied first
   * @param clip then numbers are brought into [−clip, clip]; 0 or less for not at all
   * @param decay then this share of the weight is added; 0 for none
   */
  public record Preparation(float rescale, float clip, float decay) {

    /**
     * Prepares a gradient.
     *
     * @param e where to
     * @param weight the weight, in the layout of the gradient
     * @param gradient the gradient
     * @return what to use in its place
     */
    public Tensor prepare(Emitter e, Tensor weight, Tensor gradient) {
      Tensor g = gradient;
      if (rescale != 1) {
        g = e.op("Mul").raw(g, e.scalar(rescale, g.type())).one(g.layout());
      }
      if (clip > 0) {
        g =
            e.op("ClipByValue")
                .raw(g, e.scalar(-clip, g.type()), e.scalar(clip, g.type()))
                .one(g.layout());
      }
      if (decay != 0) {
        Tensor share = e.op("Mul").raw(weight, e.scalar(decay, g.type())).one(g.layout());
        g = e.op("AddV2").raw(g, share).one(g.layout());
      }
      return g;
    }
  }

  /**
   * A step of Adam (Kingma and Ba, 2015): m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², w ← w − rate ·
   * m / (√v + ε).
   *
   * @param e where to
   * @param weight the handle of w
   * @param mean the handle of m
   * @param variance the handle of v
   * @param gradient g, laid out like the variables
   * @param rate a scalar, the learning rate, corrected for the bias of m and v
   * @param beta1 β₁
   * @param beta2 β₂
   * @param epsilon ε
   */
  public static void adam(
      Emitter e,
      Tensor weight,
      Tensor mean,
      Tensor variance,
      Tensor gradient,
      Tensor rate,
      float beta1,
      float beta2,
      float epsilon) {
    // With powers of 0 TensorFlow's own correction of the bias is a factor of 1.
    Tensor zero = e.scalar(0, gradient.type());
    e.op("ResourceApplyAdam")
        .raw(weight, mean, variance, zero, zero)
        .raw(rate, e.scalar(beta1, gradient.type()))
        .raw(e.scalar(beta2, gradient.type()), e.scalar(epsilon, gradient.type()))
        .raw(gradient)
        .run();
  }

  /**
   * Takes a multiple of a tensor from a variable: w ← w − rate · t.
   *
   * @param e where to
   * @param weight the handle of w
   * @param tensor t, laid out like w
   * @param rate a scalar, the factor
   */
  public static void subtract(Emitter e, Tensor weight, Tensor tensor, Tensor rate) {
    e.op("ResourceApplyGradientDescent").raw(weight, rate, tensor).run();
  }

  /**
   * A step of gradient descent with momentum, the rate part of the momentum: s ← momentum · s +
   * rate · g, w ← w − s.
   *
   * @param e where to
   * @param weight the handle of w
   * @param state the handle of s
   * @param gradient g, laid out like the variables
   * @param rate a scalar, the learning rate
   * @param momentum the share of s that is kept
   */
  public static void momentum(
      Emitter e, Tensor weight, Tensor state, Tensor gradient, Tensor rate, float momentum) {
    Tensor step = e.op("Mul").raw(gradient, rate).one(gradient.layout());
    e.op("ResourceApplyMomentum")
        .raw(weight, state, e.scalar(1, step.type()), step, e.scalar(momentum, step.type()))
        .run();
  }

  /**
   * A step of Nesterov's accelerated gradient: s ← momentum · s + g, w ← w − rate · (g + momentum ·
   * s).
   *
   * @param e where to
   * @param weight the handle of w
   * @param state the handle of s
   * @param gradient g, laid out like the variables
   * @param rate a scalar, the learning rate
   * @param momentum the share of s that is kept
   */
  public static void nesterov(
      Emitter e, Tensor weight, Tensor state, Tensor gradient, Tensor rate, float momentum) {
    e.op("ResourceApplyMomentum")
        .raw(weight, state, rate, gradient, e.scalar(momentum, gradient.type()))
        .attr("use_nesterov", true)
        .run();
  }

  /**
   * A step of Adadelta (Zeiler, 2012): a ← ρa + (1 − ρ)g², δ = g · √(d + ε) / √(a + ε), d ← ρd + (1
   * − ρ)δ², w ← w − δ.
   *
   * @param e where to
   * @param weight the handle of w
   * @param squares the handle of a
   * @param steps the handle of d
   * @param gradient g, laid out like the variables
   * @param rho ρ
   * @param epsilon ε
   */
  public static void adadelta(
      Emitter e,
      Tensor weight,
      Tensor squares,
      Tensor steps,
      Tensor gradient,
      float rho,
      float epsilon) {
    e.op("ResourceApplyAdadelta")
        .raw(weight, squares, steps, e.scalar(1, gradient.type()))
        .raw(e.scalar(rho, gradient.type()), e.scalar(epsilon, gradient.type()), gradient)
        .run();
  }

  /**
   * A step of Adagrad (Duchi et al., 2011): a ← a + g², w ← w − rate · g / (√a + ε).
   *
   * @param e where to
   * @param weight the handle of w
   * @param squares the handle of a
   * @param gradient g, laid out like the variables
   * @param rate a scalar, the learning rate
   * @param epsilon ε
   */
  public static void adagrad(
      Emitter e, Tensor weight, Tensor squares, Tensor gradient, Tensor rate, float epsilon) {
    e.op("ResourceApplyAdagradV2")
        .raw(weight, squares, rate, e.scalar(epsilon, gradient.type()), gradient)
        .run();
  }

  /**
   * A step of RMSProp in the form of Graves (2013): n ← ρn + (1 − ρ)g², m ← ρm + (1 − ρ)g, δ ←
   * momentum · δ + rate · g / √(n − m² + ε), w ← w − δ.
   *
   * @param e where to
   * @param weight the handle of w
   * @param squares the handle of n
   * @param means the handle of m
   * @param steps the handle of δ
   * @param gradient g, laid out like the variables
   * @param rate a scalar, the learning rate
   * @param rho ρ
   * @param momentum the share of δ that is kept
   * @param epsilon ε
   */
  public static void centredRmsProp(
      Emitter e,
      Tensor weight,
      Tensor squares,
      Tensor means,
      Tensor steps,
      Tensor gradient,
      Tensor rate,
      float rho,
      float momentum,
      float epsilon) {
    e.op("ResourceApplyCenteredRMSProp")
        .raw(weight, means, squares, steps, rate, e.scalar(rho, gradient.type()))
        .raw(e.scalar(momentum, gradient.type()), e.scalar(epsilon, gradient.type()), gradient)
        .run();
  }

  /**
   * A step of RMSProp (Tieleman and Hinton, 2012): n ← ρn + (1 − ρ)g², w ← w − rate · g / √(n + ε).
   *
   * @param e where to
   * @param weight the handle of w
   * @param squares the handle of n
   * @param scratch the handle of a variable shaped like w that is overwritten
   * @param gradient g, laid out like the variables
   * @param rate a scalar, the learning rate
   * @param rho ρ
   * @param epsilon ε
   */
  public static void rmsProp(
      Emitter e,
      Tensor weight,
      Tensor squares,
      Tensor scratch,
      Tensor gradient,
      Tensor rate,
      float rho,
      float epsilon) {
    e.op("ResourceApplyRMSProp")
        .raw(weight, squares, scratch, rate, e.scalar(rho, gradient.type()))
        .raw(e.scalar(0, gradient.type()), e.scalar(epsilon, gradient.type()), gradient)
        .run();
  }
}
