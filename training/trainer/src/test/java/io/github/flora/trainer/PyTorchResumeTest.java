package io.github.flora.trainer;

/** Resumed runs on PyTorch. */
final class PyTorchResumeTest extends AbstractResumeTest {

  PyTorchResumeTest() {
    super("PyTorch");
  }
}
