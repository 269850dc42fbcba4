package io.github.flora.pytorch;

import io.github.flora.engine.AbstractTrainingStepTest;

final class PyTorchStepTest extends AbstractTrainingStepTest {

  PyTorchStepTest() {
    super(new PyTorchSupport());
  }
}
