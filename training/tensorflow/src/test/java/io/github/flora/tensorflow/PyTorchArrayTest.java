package io.github.flora.tensorflow;

/** The judge itself. */
class PyTorchArrayTest extends AbstractArrayTest {

  PyTorchArrayTest() {
    super("PyTorch");
  }
}
