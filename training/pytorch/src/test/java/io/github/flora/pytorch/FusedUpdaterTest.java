package io.github.flora.pytorch;

final class FusedUpdaterTest extends AbstractUpdaterTest {

  FusedUpdaterTest() {
    super("PyTorch");
  }
}
