package io.github.flora.trainer;

/** Mixing on PyTorch. */
final class PyTorchMixupTest extends AbstractMixupTest {

  PyTorchMixupTest() {
    super("PyTorch");
  }
}
