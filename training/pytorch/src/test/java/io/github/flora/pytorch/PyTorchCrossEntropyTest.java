package io.github.flora.pytorch;

import io.github.flora.engine.AbstractCrossEntropyTest;

final class PyTorchCrossEntropyTest extends AbstractCrossEntropyTest {

  PyTorchCrossEntropyTest() {
    super("PyTorch");
  }
}
