package io.github.flora.onnx;

/** Export of blocks that live on PyTorch. */
class PyTorchExportTest extends AbstractExportTest {

  PyTorchExportTest() {
    super("PyTorch");
  }
}
