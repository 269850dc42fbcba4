package io.github.flora.tensorflow;

class TensorFlowArrayTest extends AbstractArrayTest {

  TensorFlowArrayTest() {
    super("TensorFlow");
  }
}
