package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.flora.engine.AbstractTrainingStepTest;
import io.github.flora.engine.TrainingStep;
import org.junit.jupiter.api.Test;

/** The step as one function. */
final class CompiledStepTest extends AbstractTrainingStepTest {

  CompiledStepTest() {
    super(new TensorFlowSupport());
  }

  @Test
  void itIsTheCompiledOne() {
    try (TrainingStep step = newStep()) {
      assertInstanceOf(CompiledStep.class, step);
    }
  }
}
