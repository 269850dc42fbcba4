package io.github.flora.tensorflow;

/** The judge itself. */
class PyTorchGradientCollectorTest extends AbstractGradientCollectorTest {

  PyTorchGradientCollectorTest() {
    super("PyTorch");
  }
}
