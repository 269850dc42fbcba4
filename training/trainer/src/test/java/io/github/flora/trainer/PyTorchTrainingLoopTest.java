package io.github.flora.trainer;

/** The loop on PyTorch. */
final class PyTorchTrainingLoopTest extends AbstractTrainingLoopTest {

  PyTorchTrainingLoopTest() {
    super("PyTorch");
  }
}
