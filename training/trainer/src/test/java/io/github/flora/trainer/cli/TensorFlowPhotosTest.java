package io.github.flora.trainer.cli;

/** Own photographs on TensorFlow. */
final class TensorFlowPhotosTest extends AbstractPhotosTest {

  TensorFlowPhotosTest() {
    super("TensorFlow");
  }
}
