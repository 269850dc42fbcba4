package io.github.flora.onnx;

/** Every family of blocks, on TensorFlow. */
class TensorFlowBlockFamiliesTest extends AbstractBlockFamiliesTest {

  TensorFlowBlockFamiliesTest() {
    super("TensorFlow");
  }
}
