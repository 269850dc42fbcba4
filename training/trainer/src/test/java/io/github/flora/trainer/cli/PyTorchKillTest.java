package io.github.flora.trainer.cli;

/** Killed trainings on PyTorch. */
final class PyTorchKillTest extends AbstractKillTest {

  PyTorchKillTest() {
    super("PyTorch");
  }
}
