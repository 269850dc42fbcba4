package io.github.flora.tensorflow;

import io.github.flora.engine.AbstractUpdaterTest;

final class VariableUpdaterTest extends AbstractUpdaterTest {

  VariableUpdaterTest() {
    super("TensorFlow");
  }
}
