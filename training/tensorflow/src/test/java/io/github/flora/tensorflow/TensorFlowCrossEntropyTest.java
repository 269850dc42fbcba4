package io.github.flora.tensorflow;

import io.github.flora.engine.AbstractCrossEntropyTest;

final class TensorFlowCrossEntropyTest extends AbstractCrossEntropyTest {

  TensorFlowCrossEntropyTest() {
    super("TensorFlow");
  }
}
