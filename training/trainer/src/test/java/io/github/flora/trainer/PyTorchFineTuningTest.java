package io.github.flora.trainer;

/** Fine-tuning on PyTorch. */
final class PyTorchFineTuningTest extends AbstractFineTuningTest {

  PyTorchFineTuningTest() {
    super("PyTorch");
  }
}
