package io.github.flora.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EnginesTest {

  private static final List<String> TWO = List.of("OnnxRuntime", "PyTorch");
  private static final List<String> THREE = List.of("OnnxRuntime", "PyTorch", "TensorFlow");
  private static final String VARIABLE = "DJL_DEFAULT_ENGINE";

  private static Map<String, String> environment(@Nullable String engine) {
    return engine == null ? Map.of() : Map.of(VARIABLE, engine);
  }

  private static String choose(
      @Nullable String option,
      @Nullable String property,
      Map<String, String> environment,
      List<String> available) {
    return Engines.choose(option, Engines.DEFAULT, property, environment, available);
  }

  /** A run that goes on names its engine, which yields to all that the user says. */
  @ParameterizedTest
  @CsvSource({
    // option, property, variable, expected
    ",,,OnnxRuntime",
    ",,PyTorch,PyTorch",
    ",pytorch,,PyTorch",
    "pytorch,,,PyTorch",
  })
  void anotherDefaultComesLast(
      @Nullable String option,
      @Nullable String property,
      @Nullable String variable,
      String expected) {
    assertEquals(
        expected, Engines.choose(option, "onnxruntime", property, environment(variable), TWO));
  }

  @ParameterizedTest
  @CsvSource({
    // option, property, variable, expected
    ",,,PyTorch",
    ",'','',PyTorch",
    ",,OnnxRuntime,OnnxRuntime",
    ",onnxruntime,,OnnxRuntime",
    ",ONNXRUNTIME,PyTorch,OnnxRuntime",
    ",'',OnnxRuntime,OnnxRuntime",
    "onnxruntime,PyTorch,PyTorch,OnnxRuntime",
    "PYTORCH,OnnxRuntime,OnnxRuntime,PyTorch",
    "tensorflow,PyTorch,PyTorch,TensorFlow",
    ",TENSORFLOW,PyTorch,TensorFlow",
    ",tensorFlow,,TensorFlow",
    ",,TensorFlow,TensorFlow",
  })
  void takesTheOptionThenThePropertyThenTheVariable(
      @Nullable String option,
      @Nullable String property,
      @Nullable String variable,
      String expected) {
    assertEquals(expected, choose(option, property, environment(variable), THREE));
  }

  @ParameterizedTest
  @CsvSource({
    "MXNet,,,--engine",
    "MXNet,PyTorch,PyTorch,--engine",
    "'',,,--engine",
    ",MXNet,,-Dai.djl.default_engine",
    ",,MXNet,DJL_DEFAULT_ENGINE",
  })
  void refusesAnUnknownNameAndListsTheEngines(
      @Nullable String option, @Nullable String property, @Nullable String variable, String from) {
    String wanted = option != null ? option : "MXNet";
    EngineException e =
        assertThrows(
            EngineException.class, () -> choose(option, property, environment(variable), TWO));
    assertEquals(
        "no engine named '%s' (from %s); on the classpath: OnnxRuntime, PyTorch"
            .formatted(wanted, from),
        e.getMessage());
  }

  @Test
  void saysThatTheClasspathHasNoEngine() {
    EngineException e =
        assertThrows(EngineException.class, () -> choose(null, null, Map.of(), List.of()));
    assertEquals(
        "no engine named 'PyTorch' (from the default); on the classpath: none", e.getMessage());
  }

  /** DJL itself reads the variable and would throw an error from a static initialiser. */
  @ParameterizedTest
  @CsvSource({",", "PyTorch,", ",OnnxRuntime"})
  void refusesAVariableInAnotherCaseThanDjls(@Nullable String option, @Nullable String property) {
    EngineException e =
        assertThrows(
            EngineException.class, () -> choose(option, property, environment("pytorch"), TWO));
    assertEquals(
        "DJL_DEFAULT_ENGINE is 'pytorch' but DJL knows the engine as 'PyTorch': set it to that, or"
            + " start Flora with its launcher, which ignores case",
        e.getMessage());
  }

  @Test
  void refusesAnOverruledVariableThatDjlWouldChokeOn() {
    EngineException e =
        assertThrows(
            EngineException.class, () -> choose("PyTorch", null, environment("MXNet"), TWO));
    assertEquals(
        "DJL_DEFAULT_ENGINE names 'MXNet', which isn't on the classpath: unset it or set it to one"
            + " of: OnnxRuntime, PyTorch",
        e.getMessage());
  }

  @Test
  void tellsDjlWhatWasChosen() {
    String property = "ai.djl.default_engine";
    String before = System.getProperty(property);
    try {
      System.setProperty(property, "pytorch");
      assertEquals("PyTorch", Engines.choose(null));
      assertEquals("PyTorch", System.getProperty(property));
    } finally {
      if (before == null) {
        System.clearProperty(property);
      } else {
        System.setProperty(property, before);
      }
    }
  }

  @Test
  void listsTheEnginesOfTheClasspath() {
    assertEquals(List.of("PyTorch"), Engines.available());
  }

  @Test
  void anEngineWithoutSupportCannotTrain() {
    assertTrue(Engines.support("PyTorch").isEmpty(), "the tests' classpath has no support");
    EngineException e =
        assertThrows(EngineException.class, () -> Engines.trainingSupport("PyTorch"));
    assertEquals("PyTorch can't train; engines that can: none", e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "auto,0,cpu",
    "auto,2,gpu0",
    "AUTO,0,cpu",
    "cpu,0,cpu",
    "cpu,2,cpu",
    "CPU,2,cpu",
    "gpu,1,gpu0",
    "GPU,2,gpu0",
    "gpu0,1,gpu0",
    "gpu1,2,gpu1",
    "Gpu1,2,gpu1",
  })
  void findsDevices(String option, int gpus, String expected) {
    Device device = Engines.device(new FakeEngine(gpus), option);
    assertEquals(expected, Engines.describe(device));
    assertEquals(
        expected.equals("cpu") ? Device.Type.CPU : Device.Type.GPU, device.getDeviceType());
  }

  @ParameterizedTest
  @CsvSource({
    "gpu,0,no device gpu: Fake sees no GPU here",
    "gpu0,0,no device gpu0: Fake sees no GPU here",
    "gpu1,1,no device gpu1: Fake sees 1 GPU here",
    "GPU7,2,no device gpu7: Fake sees 2 GPUs here",
    "gpu999,2,no device gpu999: Fake sees 2 GPUs here",
  })
  void refusesGpusThatAreNotThere(String option, int gpus, String cause) {
    EngineException e =
        assertThrows(EngineException.class, () -> Engines.device(new FakeEngine(gpus), option));
    assertEquals(
        cause + "; use --device cpu, or install the GPU's driver and the engine's CUDA build",
        e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "tpu", "gpu-1", "gpu1000", "gpu 1", "cpu0", "xgpu", "gpu1x"})
  void refusesNonsenseAndListsWhatIsKnown(String option) {
    EngineException e =
        assertThrows(EngineException.class, () -> Engines.device(new FakeEngine(2), option));
    assertEquals(
        "no device named '%s'; known are: auto, cpu, gpu, gpu0, gpu1, ...".formatted(option),
        e.getMessage());
  }
}
