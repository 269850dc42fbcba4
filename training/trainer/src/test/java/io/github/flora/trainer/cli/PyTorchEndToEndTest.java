package io.github.flora.trainer.cli;

/** The command line on PyTorch. */
final class PyTorchEndToEndTest extends AbstractEndToEndTest {

  PyTorchEndToEndTest() {
    super("PyTorch");
  }
}
