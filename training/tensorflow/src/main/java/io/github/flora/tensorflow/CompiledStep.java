package io.github.flora.tensorflow;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.flora.engine.Precision;
import io.github.flora.engine.TrainingStep;
import io.github.flora.engine.Updater;
import java.util.List;
import java.util.Optional;

/** A step that TensorFlow runs as one function: forward, loss, backward and update. */
final class CompiledStep implements TrainingStep {

  private final TrainingStep eager;
  private final VariableUpdater updater;
  private final boolean mixed;
  private final Compilable step;

  /**
   * Compiles a step.
   *
   * @param eager the step, carried out operation by operation; closed with this one
   * @param precision how exactly to compute
   */
  CompiledStep(TrainingStep eager, Precision precision) {
    this.eager = eager;
    this.updater = (VariableUpdater) eager.updater();
    this.mixed = precision == Precision.BF16;
    this.step = new Compilable("training step", this::run, precision);
  }

  private NDList run(NDManager manager, NDList inputs) {
    updater.trace(inputs.get(2), mixed);
    try {
      // The rate is among the numbers.
      Outcome outcome = eager.step(manager, inputs.get(0), inputs.get(1), Double.NaN);
      return new NDList(outcome.loss(), outcome.output());
    } finally {
      updater.trace(null, false);
    }
  }

  @Override
  public Outcome step(NDManager manager, NDArray data, NDArray labels, double learningRate) {
    Optional<NDList> outcome;
    try (NDArray numbers = updater.numbers(learningRate)) {
      outcome = step.call(manager, new NDList(data, labels, numbers));
    }
    if (outcome.isEmpty()) {
      return eager.step(manager, data, labels, learningRate);
    }
    updater.counted();
    return new Outcome(outcome.get().get(0), outcome.get().get(1));
  }

  /** Returns whether every step so far ran as one function. */
  boolean isCompiled() {
    return step.isCompiled();
  }

  @Override
  public List<Parameter> parameters() {
    return eager.parameters();
  }

  @Override
  public Updater updater() {
    return updater;
  }

  @Override
  public void close() {
    step.close();
    eager.close();
  }
}
