package io.github.flora.data;

import ai.djl.ndarray.NDManager;

/** Labelled examples as batches. Passes are independent of each other. */
public interface BatchSource {

  /**
   * Returns the batches in one pass, the last partial one included.
   *
   * @return the number
   */
  int count();

  /**
   * Returns the batches in the order of the examples.
   *
   * @param parent each batch gets a manager below this one and lives on its device
   * @return the batches; each is to be closed by the caller
   */
  Iterable<Batch> inOrder(NDManager parent);

  /**
   * Returns the batches in an order drawn from a seed, each example once.
   *
   * @param parent each batch gets a manager below this one and lives on its device
   * @param seed where the order comes from; take another one for each epoch
   * @return the batches; each is to be closed by the caller
   */
  Iterable<Batch> shuffled(NDManager parent, long seed);
}
