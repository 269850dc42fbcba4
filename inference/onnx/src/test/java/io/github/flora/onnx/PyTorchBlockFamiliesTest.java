package io.github.flora.onnx;

/** Every family of blocks, on PyTorch. */
class PyTorchBlockFamiliesTest extends AbstractBlockFamiliesTest {

  PyTorchBlockFamiliesTest() {
    super("PyTorch");
  }
}
