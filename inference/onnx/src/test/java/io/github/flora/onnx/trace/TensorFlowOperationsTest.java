package io.github.flora.onnx.trace;

import java.util.Map;

/** Every operation on TensorFlow. */
class TensorFlowOperationsTest extends AbstractOperationsTest {

  TensorFlowOperationsTest() {
    super("TensorFlow", Map.of());
  }
}
