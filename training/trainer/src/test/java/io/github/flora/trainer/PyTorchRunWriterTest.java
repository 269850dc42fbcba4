package io.github.flora.trainer;

/** What a run on PyTorch writes. */
final class PyTorchRunWriterTest extends AbstractRunWriterTest {

  PyTorchRunWriterTest() {
    super("PyTorch");
  }
}
