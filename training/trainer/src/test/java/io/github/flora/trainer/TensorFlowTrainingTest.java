package io.github.flora.trainer;

/** Trainings on TensorFlow. */
final class TensorFlowTrainingTest extends AbstractTrainingTest {

  TensorFlowTrainingTest() {
    super("TensorFlow");
  }
}
