package io.github.flora.export;

/** Every test image, trained and asked on TensorFlow. */
class TensorFlowTestImagesTest extends AbstractTestImagesTest {

  TensorFlowTestImagesTest() {
    super("TensorFlow");
  }
}
