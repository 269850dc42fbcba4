package io.github.flora.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.models.Networks;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the program says of itself: its engines, its networks. */
final class InfoTest {

  private static void matches(String pattern, String text) {
    assertTrue(text.lines().anyMatch(line -> line.matches(pattern)), pattern + "\n" + text);
  }

  @Test
  void infoSaysWhatIsHere() {
    Cli cli = Cli.run("info").succeeded();
    assertEquals("", cli.err());
    matches("Flora       .*", cli.out());
    matches("Java        .* of memory", cli.out());
    matches("system      .* cores", cli.out());
    matches("chosen      PyTorch .* threads?", cli.out());
    matches("engine      PyTorch \\d+\\.\\d+\\.\\d+: trains and predicts, .*", cli.out());
    matches("engine      TensorFlow \\d+\\.\\d+\\.\\d+: trains and predicts, .*", cli.out());
    matches("engine      OnnxRuntime \\S+: predicts, .*", cli.out());
    matches("cache       natives: .*", cli.out());
    matches("cache       data: .*", cli.out());
    matches("(missing     FLORA_DATA: .*|data        .*)", cli.out());
    matches("(missing|variable)    +OMP_WAIT_POLICY.*", cli.out());
  }

  /** Any spelling will do, as an option and as a property; the option comes first. */
  @ParameterizedTest
  @CsvSource({
    "--engine tensorflow,,TensorFlow",
    "--engine TENSORFLOW,PyTorch,TensorFlow",
    "--engine TensorFlow,pytorch,TensorFlow",
    "'',TensorFlow,TensorFlow",
    "'',tensorflow,TensorFlow",
    "'',TENSORflow,TensorFlow",
    "--engine pytorch,TensorFlow,PyTorch",
    "'',pyTORCH,PyTorch",
    "'','',PyTorch",
  })
  void theEngineIsChosen(String option, @Nullable String property, String engine) {
    String name = "ai.djl.default_engine";
    String before = System.getProperty(name);
    try {
      if (property == null) {
        System.clearProperty(name);
      } else {
        System.setProperty(name, property);
      }
      Cli cli = Cli.line("info " + option).succeeded();
      matches("chosen      " + engine + " \\d.*, (cpu|gpu0), \\d+ threads?", cli.out());
    } finally {
      System.setProperty(name, before == null ? "PyTorch" : before);
    }
  }

  @Test
  void modelsListsTheNetworks() {
    Cli cli = Cli.run("models").succeeded();
    assertEquals(
        Networks.names(),
        cli.out().lines().map(line -> line.substring(0, line.indexOf(' '))).toList());
    assertEquals("", cli.err());
  }
}
