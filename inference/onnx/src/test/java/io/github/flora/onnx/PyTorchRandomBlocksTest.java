package io.github.flora.onnx;

/** Random trees of blocks, on PyTorch. */
class PyTorchRandomBlocksTest extends AbstractRandomBlocksTest {

  PyTorchRandomBlocksTest() {
    super("PyTorch");
  }
}
