package io.github.flora.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;

/**
 * Changes weights by their gradients and owns the optimizer's state. Used by one thread at a time.
 */
public interface Updater extends AutoCloseable {

  /**
   * Returns the array through which one step's forward pass reads a weight and in which its
   * gradient collects: the same numbers, no gradient yet.
   *
   * @param index the weight's place in the list that the updater was made with
   * @param manager the step's manager, which owns the result
   * @return the array to compute with
   */
  NDArray leaf(int index, NDManager manager);

  /**
   * Changes all weights in place.
   *
   * @param leaves this step's arrays of {@link #leaf}, all of them in order, gradients computed
   * @param learningRate the learning rate, at least 0
   */
  void update(List<NDArray> leaves, double learningRate);

  /** Frees the optimizer's state. */
  @Override
  void close();
}
