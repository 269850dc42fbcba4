package io.github.flora.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.loss.Loss;
import java.util.List;

/**
 * One optimisation step: forward, loss, backward, update. How it is carried out is the engine's
 * matter ({@link EngineSupport#newStep}); what comes out is the same within rounding.
 */
public interface TrainingStep extends AutoCloseable {

  /**
   * Creates the engine's step for an initialised block, with the same decay and rate for all
   * parameters.
   *
   * @param support the engine's support
   * @param block the block to train, initialised on the engine
   * @param loss the loss; called with the labels and the block's output
   * @param optimizer the optimizer
   * @return the step, the caller's to close
   */
  static TrainingStep of(EngineSupport support, Block block, Loss loss, Optimizer optimizer) {
    return support.newStep(block, loss, UpdateRule.of(optimizer));
  }

  /**
   * What a step leaves behind, without gradients and owned by the step's manager.
   *
   * @param loss the batch's mean loss, a scalar
   * @param output the block's output before the update, for a classifier the logits N×classes
   */
  record Outcome(NDArray loss, NDArray output) {}

  /**
   * Carries out one step.
   *
   * @param manager owns what the step creates, if the data are its own too; what is computed from
   *     the data belongs to their manager. Close it after use of the outcome
   * @param data the input, first dimension N
   * @param labels the labels, first dimension N
   * @param learningRate the learning rate
   * @return loss and output
   */
  Outcome step(NDManager manager, NDArray data, NDArray labels, double learningRate);

  /**
   * Returns what is trained, to name the optimizer's state.
   *
   * @return the parameters in the order of the updater's arrays
   */
  List<Parameter> parameters();

  /**
   * Returns the updater, to save or restore the optimizer's state.
   *
   * @return the updater; stays the step's
   */
  Updater updater();

  @Override
  void close();
}
