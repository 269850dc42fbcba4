package io.github.flora.trainer;

/** Fine-tuning on TensorFlow. */
final class TensorFlowFineTuningTest extends AbstractFineTuningTest {

  TensorFlowFineTuningTest() {
    super("TensorFlow");
  }
}
