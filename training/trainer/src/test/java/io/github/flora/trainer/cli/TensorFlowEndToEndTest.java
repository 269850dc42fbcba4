package io.github.flora.trainer.cli;

/** The command line on TensorFlow. */
final class TensorFlowEndToEndTest extends AbstractEndToEndTest {

  TensorFlowEndToEndTest() {
    super("TensorFlow");
  }
}
