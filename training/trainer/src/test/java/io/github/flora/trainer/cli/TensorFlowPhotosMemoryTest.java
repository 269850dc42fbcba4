package io.github.flora.trainer.cli;

/** Memory on TensorFlow. */
final class TensorFlowPhotosMemoryTest extends AbstractPhotosMemoryTest {

  TensorFlowPhotosMemoryTest() {
    super("TensorFlow");
  }
}
