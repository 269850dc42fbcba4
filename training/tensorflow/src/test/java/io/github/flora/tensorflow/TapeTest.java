package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.CompiledFunction;
import io.github.flora.tensorflow.core.EagerEmitter;
import io.github.flora.tensorflow.core.EagerTensor;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.GraphEmitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import io.github.flora.tensorflow.core.Variable;
import io.github.flora.tensorflow.op.Elementwise;
import io.github.flora.tensorflow.op.MathFunctions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The core under the arrays: eager and compiled operations, gradients, variables, handles. */
class TapeTest {

  private final EagerEmitter eager = EagerEmitter.of(Device.cpu());

  private static Tensor floats(Emitter e, float... values) {
    ByteBuffer data = ByteBuffer.allocate(values.length * 4).order(ByteOrder.nativeOrder());
    data.asFloatBuffer().put(values);
    return e.constant(data, new Shape(values.length), DataType.FLOAT32);
  }

  private static float[] numbers(Tensor tensor) {
    float[] numbers = new float[(int) tensor.shape().size()];
    ((EagerTensor) tensor).copy(false).asFloatBuffer().get(numbers);
    return numbers;
  }

  /** y = x · s + exp(x), with s a broadcast number. */
  private static Tensor formula(Emitter e, Tensor x, Tensor s) {
    return Elementwise.add(e, Elementwise.mul(e, x, s), MathFunctions.exp(e, x));
  }

  private static List<Tensor> gradients(Emitter e, Tensor x, Tensor s) {
    List<Tensor> found = new ArrayList<>();
    try (Tape tape = new Tape()) {
      tape.watch(x, (emitter, gradient) -> found.add(0, kept(gradient)));
      tape.watch(s, (emitter, gradient) -> found.add(kept(gradient)));
      Tensor y = formula(e, x, s);
      tape.backward(e, y, floats(e, 1, 1, 1));
    }
    return found;
  }

  private static Tensor kept(Tensor tensor) {
    tensor.retain();
    return tensor;
  }

  @Test
  void gradientsOfBroadcastAndRepeatedUse() {
    long before = TensorHandles.live();
    eager.framed(
        () -> {
          Tensor x = floats(eager, 0, 1, 2);
          Tensor s = floats(eager, 3);
          List<Tensor> found = gradients(eager, x, s);
          float e1 = (float) Math.E;
          found.sort((a, b) -> Long.compare(b.shape().size(), a.shape().size()));
          assertArrayEquals(new float[] {4, 3 + e1, 3 + e1 * e1}, numbers(found.get(0)), 1e-5f);
          assertArrayEquals(new float[] {3}, numbers(found.get(1)), 1e-6f);
          found.forEach(Tensor::release);
          return x;
        });
    assertEquals(before, TensorHandles.live());
  }

  @Test
  void aFunctionGivesWhatEagerOperationsGive() {
    long before = TensorHandles.live();
    try (GraphEmitter graph = new GraphEmitter()) {
      Tensor x = graph.input(DataType.FLOAT32, new Shape(3), Layout.PLAIN);
      Tensor s = graph.input(DataType.FLOAT32, new Shape(1), Layout.PLAIN);
      List<Tensor> found = gradients(graph, x, s);
      found.add(formula(graph, x, s));
      try (CompiledFunction function =
          new CompiledFunction(eager, "test", graph, found.toArray(Tensor[]::new))) {
        eager.framed(
            () -> {
              Tensor xs = floats(eager, 0, 1, 2);
              Tensor ss = floats(eager, 3);
              Tensor[] results = function.call(xs, ss);
              List<Tensor> expected = gradients(eager, xs, ss);
              for (int i = 0; i < 2; i++) {
                assertArrayEquals(numbers(expected.get(i)), numbers(results[i]), 1e-6f);
                expected.get(i).release();
              }
              assertArrayEquals(numbers(formula(eager, xs, ss)), numbers(results[2]), 1e-6f);
              return xs;
            });
      }
    }
    assertEquals(before, TensorHandles.live());
  }

  @Test
  void aVariableKeepsItsValueAndGoesAway() {
    long before = TensorHandles.live();
    eager.framed(
        () -> {
          Variable variable = new Variable(eager, floats(eager, 1, 2));
          Tensor old = variable.read();
          variable.assign(floats(eager, 3, 4));
          assertArrayEquals(new float[] {1, 2}, numbers(old));
          assertArrayEquals(new float[] {3, 4}, numbers(variable.read()));
          variable.release();
          return old;
        });
    assertEquals(before, TensorHandles.live());
  }
}
