package io.github.flora.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Exporting ResNet18 at 224 pixels, proof included, takes little beside the model: less than
 * holding on to the traces, the block's intermediate results and ONNX Runtime together would.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
class ExportMemoryTest {

  private static final int MEGABYTES = 700;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"PyTorch", "TensorFlow"})
  void littleBesideTheModel(String engine) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-Dai.djl.offline=true",
            "-Dai.djl.onnx.disable_alternative=true",
            "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile"),
            "-cp",
            System.getProperty("java.class.path"),
            ExportMemoryRun.class.getName(),
            engine,
            folder.resolve("resnet18.onnx").toString());
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    String said = output.lines().reduce((first, last) -> last).orElseThrow();
    long[] kilobytes = Arrays.stream(said.split(" ", -1)).mapToLong(Long::parseLong).toArray();
    long peak = (kilobytes[1] - kilobytes[0]) / 1024;
    System.out.println(engine + ": ResNet18's export takes " + peak + " MB beside the model");
    assertTrue(peak > 40, "less than the weights: " + output);
    assertTrue(peak <= MEGABYTES, peak + " MB: " + output);
  }
}
