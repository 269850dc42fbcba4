package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.engine.EngineException;
import io.github.flora.engine.Engines;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the engines of Flora's own classpath can do; ONNX Runtime is there for the tests. */
final class EngineSupportTest {

  @Test
  void bothEnginesAreThere() {
    assertEquals(List.of("OnnxRuntime", "PyTorch"), Engines.available());
  }

  @Test
  void pytorchTrains() {
    assertEquals("PyTorch", Engines.trainingSupport("PyTorch").engineName());
  }

  @Test
  void onnxRuntimeRunsModelsButCannotTrain() {
    assertTrue(Engines.support("OnnxRuntime").isEmpty());
    EngineException e =
        assertThrows(EngineException.class, () -> Engines.trainingSupport("OnnxRuntime"));
    assertEquals("OnnxRuntime can't train; engines that can: PyTorch", e.getMessage());
  }
}
