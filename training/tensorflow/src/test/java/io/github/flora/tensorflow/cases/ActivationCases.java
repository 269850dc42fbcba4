package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Activations and softmax. */
final class ActivationCases {

  private final List<Case> cases = new ArrayList<>();

  private ActivationCases() {}

  static List<Case> all() {
    ActivationCases c = new ActivationCases();
    c.add("relu", Activation::relu);
    c.add("relu6", a -> Activation.relu6(a.mul(5)));
    c.add("sigmoid", Activation::sigmoid);
    c.add("Activation.tanh", Activation::tanh);
    c.add("softPlus", Activation::softPlus);
    c.add("softSign", Activation::softSign);
    c.add("leakyRelu", a -> Activation.leakyRelu(a, 0.1f));
    c.add("elu", a -> Activation.elu(a, 0.7f));
    c.add("selu", Activation::selu);
    c.add("gelu", Activation::gelu);
    c.add("swish", a -> Activation.swish(a, 1.5f));
    c.add("mish", Activation::mish);
    Draw kink = Draw.values(-1, 0, 1);
    c.cases.add(Case.one("relu", Activation::relu, kink).named("at its kink").gradients());
    c.cases.add(
        Case.one("leakyRelu", a -> Activation.leakyRelu(a, 0.1f), kink)
            .named("at its kink")
            .gradients());
    Draw large = Draw.values(-200, -90, -20, 20, 90, 200);
    c.cases.add(Case.one("sigmoid", Activation::sigmoid, large).named("far out").gradients());
    c.cases.add(Case.one("softPlus", Activation::softPlus, large).named("far out").gradients());
    c.cases.add(Case.one("elu", a -> Activation.elu(a, 1), large).named("far out").gradients());
    c.softmax();
    c.prelu();
    return c.cases;
  }

  private void add(String name, UnaryOperator<NDArray> operation) {
    for (Shape shape : Shapes.SINGLE) {
      cases.add(Case.one(name, operation, Draw.awayFromZero(shape)).gradients());
    }
  }

  private void softmax() {
    for (Shape shape : Shapes.SINGLE) {
      for (int axis = -1; axis < Math.max(shape.dimension(), 1); axis++) {
        int along = axis;
        String variant = "axis " + axis;
        Draw draw = Draw.normal(shape);
        cases.add(Case.one("softmax", a -> a.softmax(along), draw).named(variant).gradients());
        cases.add(
            Case.one("logSoftmax", a -> a.logSoftmax(along), draw).named(variant).gradients());
      }
    }
    Draw large = Draw.values(new Shape(2, 3), 1000, 0, -1000, 88, 89, 90);
    cases.add(Case.one("softmax", a -> a.softmax(1), large).named("far out").gradients());
    cases.add(Case.one("logSoftmax", a -> a.logSoftmax(1), large).named("far out").gradients());
  }

  private void prelu() {
    for (long[] shape : new long[][] {{2, 3, 4, 5}, {2, 3}, {2, 3, 4}}) {
      for (int slopes : new int[] {1, 3}) {
        cases.add(
            Case.of(
                    "prelu",
                    x -> x.get(0).getNDArrayInternal().prelu(x.get(0), x.get(1)).singletonOrThrow(),
                    Draw.awayFromZero(shape),
                    Draw.uniform(0.1, 0.5, slopes))
                .gradients()
                .formula(x -> prelu(x.get(0), x.get(1))));
      }
    }
  }

  /** He et al. 2015: a slope for each channel, which is dimension 1, or one for all. */
  private static Tensor prelu(Tensor x, Tensor slopes) {
    double[] values = x.values().clone();
    int inner = (int) x.shape().slice(2).size();
    for (int i = 0; i < values.length; i++) {
      double slope = slopes.values().length == 1 ? slopes.get(0) : slopes.get(i / inner % 3);
      values[i] = Math.max(values[i], 0) + slope * Math.min(values[i], 0);
    }
    return new Tensor(x.type(), x.shape(), values);
  }
}
