package io.github.flora.trainer;

/** Measuring on PyTorch. */
final class PyTorchEvaluatorTest extends AbstractEvaluatorTest {

  PyTorchEvaluatorTest() {
    super("PyTorch");
  }
}
