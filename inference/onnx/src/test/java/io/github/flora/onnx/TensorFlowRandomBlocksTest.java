package io.github.flora.onnx;

/** Random trees of blocks, on TensorFlow. */
class TensorFlowRandomBlocksTest extends AbstractRandomBlocksTest {

  TensorFlowRandomBlocksTest() {
    super("TensorFlow");
  }
}
