package io.github.flora.trainer;

/** Measuring on TensorFlow. */
final class TensorFlowEvaluatorTest extends AbstractEvaluatorTest {

  TensorFlowEvaluatorTest() {
    super("TensorFlow");
  }
}
