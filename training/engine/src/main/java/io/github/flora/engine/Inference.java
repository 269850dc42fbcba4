package io.github.flora.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;

/** A network that is asked and doesn't learn. Follows its weights when they change. */
public interface Inference extends AutoCloseable {

  /**
   * Returns the way of the block's engine.
   *
   * @param manager on the engine and device to compute on
   * @param block the network, initialised
   * @return what answers, the caller's to close; the block stays the caller's
   */
  static Inference of(NDManager manager, Block block) {
    return Engines.support(manager.getEngine().getEngineName())
        .map(support -> support.newInference(manager, block))
        .orElseGet(() -> eager(manager, block));
  }

  /**
   * Returns the way of the block's engine in a precision.
   *
   * @param manager on the engine and device to compute on
   * @param block the network, initialised with float32
   * @param precision how exactly to compute
   * @return what answers, the caller's to close; the block stays the caller's
   * @throws EngineException if the engine doesn't have the precision
   */
  static Inference of(NDManager manager, Block block, Precision precision) {
    return Engines.trainingSupport(manager.getEngine().getEngineName())
        .newInference(manager, block, precision);
  }

  /**
   * Returns an inference that carries out operation by operation.
   *
   * @param manager on the engine and device to compute on
   * @param block the network, initialised
   * @return what answers
   */
  static Inference eager(NDManager manager, Block block) {
    ParameterStore parameters = new ParameterStore(manager, false);
    return data -> block.forward(parameters, new NDList(data), false).singletonOrThrow();
  }

  /**
   * Asks the network.
   *
   * @param data a batch, first dimension N
   * @return its output, for a classifier the logits N×classes; owned by the data's manager
   */
  NDArray forward(NDArray data);

  /** Frees what was compiled. */
  @Override
  default void close() {}
}
