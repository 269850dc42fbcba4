package io.github.flora.trainer;

/** The loop on TensorFlow. */
final class TensorFlowTrainingLoopTest extends AbstractTrainingLoopTest {

  TensorFlowTrainingLoopTest() {
    super("TensorFlow");
  }
}
