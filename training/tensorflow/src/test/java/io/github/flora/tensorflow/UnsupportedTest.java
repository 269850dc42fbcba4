package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.recurrent.RNN;
import java.nio.FloatBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What isn't there yet says so by its name. */
class UnsupportedTest {

  /** A call that is refused. */
  @FunctionalInterface
  private interface Call {
    void on(NDArray array, NDArrayEx ex);
  }

  private static Arguments refused(String name, Call call) {
    return Arguments.of(name, call);
  }

  static Stream<Arguments> calls() {
    Shape one = new Shape(1, 1);
    Shape zero = new Shape(0, 0);
    long[] sizes = {2, 2};
    return Stream.of(
        refused("fft", (a, x) -> a.fft(4)),
        refused("rfft", (a, x) -> a.rfft(4)),
        refused("ifft", (a, x) -> a.ifft(4)),
        refused("irfft", (a, x) -> a.irfft(4)),
        refused("fft2", (a, x) -> a.fft2(sizes)),
        refused("ifft2", (a, x) -> a.ifft2(sizes)),
        refused("complex", (a, x) -> a.complex()),
        refused("real", (a, x) -> a.real()),
        refused("conj", (a, x) -> a.conj()),
        refused("deconvolution", (a, x) -> x.deconvolution(a, a, null, one, zero, zero, one, 1)),
        refused(
            "rnn",
            (a, x) ->
                x.rnn(a, a, new NDList(a), true, 1, RNN.Activation.TANH, 0, true, false, true)),
        refused("gru", (a, x) -> x.gru(a, a, new NDList(a), true, 1, 0, true, false, true)),
        refused(
            "lstm",
            (a, x) -> x.lstm(a, new NDList(a), new NDList(a), true, 1, 0, true, false, true)),
        refused("strings", (a, x) -> a.getManager().create("text")),
        refused("createCSR", (a, x) -> sparse(a.getManager())),
        refused("createCoo", (a, x) -> coordinates(a.getManager())),
        refused("randomMultinomial", (a, x) -> a.getManager().randomMultinomial(3, a)),
        refused("sampleNormal", (a, x) -> a.getManager().sampleNormal(a, a)),
        refused("samplePoisson", (a, x) -> a.getManager().samplePoisson(a)),
        refused("sampleGamma", (a, x) -> a.getManager().sampleGamma(a, a)),
        refused("multiBoxTarget", (a, x) -> x.multiBoxTarget(new NDList(a), 1, 1, 1, 1, 1)));
  }

  private static void sparse(NDManager manager) {
    long[] indices = {0};
    manager.createCSR(FloatBuffer.wrap(new float[1]), indices, indices, new Shape(1, 1));
  }

  private static void coordinates(NDManager manager) {
    long[][] indices = {{0}, {0}};
    manager.createCoo(FloatBuffer.wrap(new float[1]), indices, new Shape(1, 1));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("calls")
  void isRefusedByName(String name, Call call) {
    try (NDManager manager = NDManager.newBaseManager(EngineUnderTest.NAME)) {
      NDArray images = manager.ones(new Shape(1, 1, 4, 4));
      UnsupportedOperationException e =
          assertThrows(
              UnsupportedOperationException.class,
              () -> call.on(images, images.getNDArrayInternal()));
      assertTrue(String.valueOf(e.getMessage()).contains(name), e.toString());
    }
  }
}
