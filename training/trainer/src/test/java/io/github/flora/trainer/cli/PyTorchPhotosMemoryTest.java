package io.github.flora.trainer.cli;

/** Memory on PyTorch. */
final class PyTorchPhotosMemoryTest extends AbstractPhotosMemoryTest {

  PyTorchPhotosMemoryTest() {
    super("PyTorch");
  }
}
