package io.github.flora.trainer;

/** Trainings on PyTorch. */
final class PyTorchTrainingTest extends AbstractTrainingTest {

  PyTorchTrainingTest() {
    super("PyTorch");
  }
}
