package io.github.flora.trainer.cli;

/** Killed trainings on TensorFlow. */
final class TensorFlowKillTest extends AbstractKillTest {

  TensorFlowKillTest() {
    super("TensorFlow");
  }
}
