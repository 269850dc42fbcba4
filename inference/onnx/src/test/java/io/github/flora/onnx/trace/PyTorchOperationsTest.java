package io.github.flora.onnx.trace;

import java.util.Map;

/** Every operation on PyTorch. */
class PyTorchOperationsTest extends AbstractOperationsTest {

  PyTorchOperationsTest() {
    super(
        "PyTorch",
        Map.of(
            "asinh", missing("asinh"),
            "acosh", missing("acosh"),
            "atanh", missing("atanh"),
            "mean over two axes", missing("mean"),
            "oneHot of values", missing("oneHot")));
  }

  private static String missing(String operation) {
    return "can't export '" + operation + "' in SequentialBlock/01LambdaBlock: the engine PyTorch";
  }
}
