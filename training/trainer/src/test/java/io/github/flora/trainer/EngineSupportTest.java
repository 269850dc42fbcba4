package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.engine.EngineException;
import io.github.flora.engine.Engines;
import io.github.flora.engine.Precision;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the engines of Flora's own classpath can do; ONNX Runtime is there for the tests. */
final class EngineSupportTest {

  @Test
  void theEnginesAreThere() {
    assertEquals(List.of("OnnxRuntime", "PyTorch", "TensorFlow"), Engines.available());
  }

  @ParameterizedTest
  @ValueSource(strings = {"PyTorch", "TensorFlow"})
  void trains(String engine) {
    assertEquals(engine, Engines.trainingSupport(engine).engineName());
  }

  @Test
  void onnxRuntimeRunsModelsButCannotTrain() {
    assertTrue(Engines.support("OnnxRuntime").isEmpty());
    EngineException e =
        assertThrows(EngineException.class, () -> Engines.trainingSupport("OnnxRuntime"));
    assertEquals("OnnxRuntime can't train; engines that can: PyTorch, TensorFlow", e.getMessage());
  }

  @Test
  void anEngineWithoutThePrecisionNamesThoseThatHaveIt() {
    EngineException e =
        assertThrows(
            EngineException.class, () -> Engines.trainingSupport("PyTorch", Precision.BF16));
    assertEquals("PyTorch can't train in bf16; engines that can: TensorFlow", e.getMessage());
    assertEquals("TensorFlow", Engines.trainingSupport("TensorFlow", Precision.BF16).engineName());
  }
}
