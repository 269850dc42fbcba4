package io.github.flora.pytorch;

import io.github.flora.engine.AbstractUpdaterTest;

final class FusedUpdaterTest extends AbstractUpdaterTest {

  FusedUpdaterTest() {
    super("PyTorch");
  }
}
