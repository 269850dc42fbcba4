package io.github.flora.trainer;

/** What a run on TensorFlow writes. */
final class TensorFlowRunWriterTest extends AbstractRunWriterTest {

  TensorFlowRunWriterTest() {
    super("TensorFlow");
  }
}
