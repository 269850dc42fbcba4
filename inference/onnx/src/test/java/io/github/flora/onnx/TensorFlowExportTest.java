package io.github.flora.onnx;

/** Export of blocks that live on TensorFlow. */
class TensorFlowExportTest extends AbstractExportTest {

  TensorFlowExportTest() {
    super("TensorFlow");
  }
}
