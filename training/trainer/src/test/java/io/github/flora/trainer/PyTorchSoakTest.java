package io.github.flora.trainer;

/** Memory on PyTorch. */
final class PyTorchSoakTest extends AbstractSoakTest {

  PyTorchSoakTest() {
    super("PyTorch");
  }
}
