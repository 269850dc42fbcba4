package io.github.flora.trainer;

/** Mixing on TensorFlow. */
final class TensorFlowMixupTest extends AbstractMixupTest {

  TensorFlowMixupTest() {
    super("TensorFlow");
  }
}
