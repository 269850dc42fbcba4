package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;

/** Shapes as the operations of networks need them. */
final class Reshaping {

  private Reshaping() {}

  /** Gives a tensor other dimensions; differentiable. */
  static Tensor reshaped(Emitter e, Tensor x, Shape shape) {
    if (x.shape().equals(shape)) {
      return x;
    }
    Shape before = x.shape();
    Tensor y = e.op("Reshape").in(x, e.dims(shape)).one();
    return Tape.record(
        y, outputs -> new Tensor[] {reshaped(e, Elementwise.given(outputs), before)}, x);
  }

  /** Swaps axes by a permutation that is its own inverse; differentiable. */
  static Tensor transposed(Emitter e, Tensor x, int[] swap) {
    boolean same = true;
    for (int i = 0; i < swap.length; i++) {
      same &= swap[i] == i;
    }
    if (same) {
      return x;
    }
    Tensor y = e.op("Transpose").in(x, e.ints(swap)).one();
    return Tape.record(
        y, outputs -> new Tensor[] {transposed(e, Elementwise.given(outputs), swap)}, x);
  }

  /** N×C×W to N×C×1×W. */
  static Tensor expanded(Emitter e, Tensor x) {
    Shape s = x.shape();
    return reshaped(e, x, new Shape(s.get(0), s.get(1), 1, s.get(2)));
  }

  /** N×C×1×W to N×C×W. */
  static Tensor squeezed(Emitter e, Tensor x) {
    Shape s = x.shape();
    return reshaped(e, x, new Shape(s.get(0), s.get(1), s.get(3)));
  }
}
