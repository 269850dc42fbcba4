package io.github.flora.export;

/** Every test image, trained and asked on PyTorch. */
class PyTorchTestImagesTest extends AbstractTestImagesTest {

  PyTorchTestImagesTest() {
    super("PyTorch");
  }
}
