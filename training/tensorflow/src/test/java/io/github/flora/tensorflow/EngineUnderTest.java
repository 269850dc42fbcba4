package io.github.flora.tensorflow;

/** The engine that the tests put beside PyTorch. */
final class EngineUnderTest {

  /** Ours; {@code -Dflora.engineUnderTest=PyTorch} tries the tests themselves. */
  static final String NAME = System.getProperty("flora.engineUnderTest", "TensorFlow");

  private EngineUnderTest() {}
}
