package io.github.flora.trainer;

/** Resumed runs on TensorFlow. */
final class TensorFlowResumeTest extends AbstractResumeTest {

  TensorFlowResumeTest() {
    super("TensorFlow");
  }
}
