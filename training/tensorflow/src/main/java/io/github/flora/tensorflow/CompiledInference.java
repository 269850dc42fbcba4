package io.github.flora.tensorflow;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.github.flora.engine.Inference;
import io.github.flora.engine.Precision;

/** A forward pass that TensorFlow runs as one function. */
final class CompiledInference implements Inference {

  private final Inference eager;
  private final Compilable forward;

  /**
   * Compiles a forward pass.
   *
   * @param eager the pass, carried out operation by operation
   * @param precision how exactly to compute
   */
  CompiledInference(Inference eager, Precision precision) {
    this.eager = eager;
    this.forward =
        new Compilable(
            "forward pass", (manager, data) -> new NDList(eager.forward(data.head())), precision);
  }

  @Override
  public NDArray forward(NDArray data) {
    return forward
        .call(data.getManager(), new NDList(data))
        .map(NDList::singletonOrThrow)
        .orElseGet(() -> eager.forward(data));
  }

  /** Returns whether every pass so far ran as one function. */
  boolean isCompiled() {
    return forward.isCompiled();
  }

  @Override
  public void close() {
    forward.close();
    eager.close();
  }
}
