package io.github.flora.trainer.cli;

/** Own photographs on PyTorch. */
final class PyTorchPhotosTest extends AbstractPhotosTest {

  PyTorchPhotosTest() {
    super("PyTorch");
  }
}
