package io.github.flora.trainer;

/** Memory on TensorFlow. */
final class TensorFlowSoakTest extends AbstractSoakTest {

  TensorFlowSoakTest() {
    super("TensorFlow");
  }
}
