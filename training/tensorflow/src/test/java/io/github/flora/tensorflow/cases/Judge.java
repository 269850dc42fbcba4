package io.github.flora.tensorflow.cases;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.List;

/** Carries out a case on an engine, or in plain Java. */
public final class Judge {

  private static final double STEP = 1e-5;

  private Judge() {}

  /**
   * What a call leaves behind.
   *
   * @param outputs what it returned
   * @param inputs what it was called with, afterwards
   */
  public record Outcome(List<Tensor> outputs, List<Tensor> inputs) {}

  /** Calls the operation on an engine. */
  public static Outcome value(String engine, Case c, List<Tensor> inputs) {
    try (NDManager manager = Engine.getEngine(engine).newBaseManager()) {
      NDList arrays = create(manager, inputs);
      NDList outputs = c.body().apply(manager, arrays);
      return new Outcome(Tensor.of(outputs), Tensor.of(arrays));
    }
  }

  /**
   * Differentiates Σ weight × output on an engine, over all outputs of a floating type.
   *
   * @return the gradients with respect to the differentiable inputs
   */
  public static List<Tensor> gradients(String engine, Case c, List<Tensor> inputs) {
    Engine e = Engine.getEngine(engine);
    try (NDManager manager = e.newBaseManager()) {
      NDList arrays = create(manager, inputs);
      differentiate(e, c, manager, arrays);
      return c.differentiable().stream().map(i -> Tensor.of(arrays.get(i).getGradient())).toList();
    }
  }

  /** The same on arrays that are there; the gradients are then in the differentiable ones. */
  public static void differentiate(Engine e, Case c, NDManager manager, NDList arrays) {
    c.differentiable().forEach(i -> arrays.get(i).setRequiresGradient(true));
    try (GradientCollector collector = e.newGradientCollector()) {
      NDList outputs = c.body().apply(manager, arrays);
      NDList terms = new NDList();
      for (int i = 0; i < outputs.size(); i++) {
        NDArray output = outputs.get(i);
        if (output.getDataType().isFloating()) {
          Tensor weights = Tensor.weights(output.getDataType(), output.getShape(), i);
          terms.add(output.mul(weights.create(manager)).sum());
        }
      }
      collector.backward(terms.stream().reduce(NDArray::add).orElseThrow());
    }
  }

  /** The same in plain Java, by central differences of the case's formula. */
  public static List<Tensor> differences(Case.Formula formula, Case c, List<Tensor> inputs) {
    List<Tensor> wide = inputs.stream().map(Tensor::widened).toList();
    List<Tensor> gradients = new ArrayList<>();
    for (int i : c.differentiable()) {
      double[] values = wide.get(i).values();
      double[] gradient = new double[values.length];
      for (int j = 0; j < values.length; j++) {
        double value = values[j];
        values[j] = value + STEP;
        double above = weightedSum(formula.apply(wide));
        values[j] = value - STEP;
        double below = weightedSum(formula.apply(wide));
        values[j] = value;
        gradient[j] = (above - below) / (2 * STEP);
      }
      gradients.add(new Tensor(inputs.get(i).type(), inputs.get(i).shape(), gradient));
    }
    return gradients;
  }

  private static double weightedSum(List<Tensor> outputs) {
    double sum = 0;
    for (int i = 0; i < outputs.size(); i++) {
      Tensor output = outputs.get(i);
      if (output.type().isFloating()) {
        Tensor weights = Tensor.weights(DataType.FLOAT64, output.shape(), i);
        for (int j = 0; j < output.values().length; j++) {
          sum += weights.get(j) * output.get(j);
        }
      }
    }
    return sum;
  }

  private static NDList create(NDManager manager, List<Tensor> inputs) {
    NDList arrays = new NDList();
    inputs.forEach(t -> arrays.add(t.create(manager)));
    return arrays;
  }
}
