package io.github.flora.tensorflow;

import ai.djl.ndarray.NDArray;
import ai.djl.training.GradientCollector;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import io.github.flora.tensorflow.op.Creation;

/**
 * Records what this thread computes, and differentiates it. Gradients add up in the arrays that
 * require them until they are zeroed.
 */
final class TensorFlowCollector implements GradientCollector {

  private final Tape tape = new Tape();

  @Override
  public void backward(NDArray target) {
    ArrayBase array = (ArrayBase) target;
    Emitter emitter = array.emitter();
    emitter.framed(
        () -> {
          Tensor value = array.value();
          Tensor seed = Creation.full(emitter, value.shape(), 1, value.type());
          tape.backward(emitter, value, emitter.as(value.layout(), seed));
          return value;
        });
  }

  @Override
  public void zeroGradients() {
    for (NDArray array : TensorFlowManager.system().getManagedArrays()) {
      ((ArrayBase) array).zeroGradient();
    }
  }

  @Override
  public void close() {
    tape.close();
  }
}
