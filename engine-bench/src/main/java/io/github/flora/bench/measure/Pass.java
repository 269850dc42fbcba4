package io.github.flora.bench.measure;

/** One batch that an engine is asked about again and again. */
interface Pass extends AutoCloseable {

  /**
   * Asks once. Returns when the answer is in Java's memory, so that nothing is left to be computed.
   *
   * @return logits N×classes row by row, or the loss of a training step
   */
  float[] run();

  @Override
  void close();
}
