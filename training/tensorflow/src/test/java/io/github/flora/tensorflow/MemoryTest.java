package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.tensorflow.Steppers.Net;
import io.github.flora.tensorflow.Steppers.Way;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Long training holds on to nothing: from a tenth of the steps to the end memory stays. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
class MemoryTest {

  private static final int MEGABYTES = 30;

  @ParameterizedTest
  @CsvSource({"MLP, 500, TRAINER", "CNN, 200, TRAINER", "CNN, 200, TRAINING_STEP"})
  void shortTraining(Net net, int steps, Way way) throws Exception {
    run(net, steps, way);
  }

  @ParameterizedTest
  @CsvSource({
    "MLP, 3000, TRAINER",
    "CNN, 3000, TRAINER",
    "RESNET18, 300, TRAINER",
    "MLP, 3000, TRAINING_STEP",
    "CNN, 3000, TRAINING_STEP",
    "RESNET18, 300, TRAINING_STEP"
  })
  @Tag("slow")
  void longTraining(Net net, int steps, Way way) throws Exception {
    run(net, steps, way);
  }

  private static void run(Net net, int steps, Way way) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xms192m",
            "-Xmx192m",
            "-XX:+AlwaysPreTouch",
            // The optimizing compiler works for minutes, in 30 MB of its own.
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-Dai.djl.offline=true",
            "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile"),
            "-cp",
            System.getProperty("java.class.path"),
            MemoryRun.class.getName(),
            EngineUnderTest.NAME,
            net.name(),
            String.valueOf(steps),
            way.name());
    // The launcher's: one arena, which keeps what it was given back. So what is resident is the
    // most
    // that was ever needed, and doesn't depend on the moment at which it is read.
    builder
        .environment()
        .put(
            "GLIBC_TUNABLES",
            "glibc.malloc.arena_max=1:glibc.malloc.trim_threshold=1073741824"
                + ":glibc.malloc.mmap_threshold=1073741824:glibc.malloc.top_pad=268435456");
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    List<long[]> lines =
        output
            .lines()
            .map(l -> Arrays.stream(l.split(" ", -1)).mapToLong(Long::parseLong).toArray())
            .toList();
    long[] tenth = lines.get(0);
    long[] end = lines.get(1);
    long growth = (end[1] - tenth[1]) / 1024;
    assertTrue(end[0] <= tenth[0], "live handles: " + output);
    assertTrue(growth <= MEGABYTES, "%d MB more: %s".formatted(growth, output));
    assertEquals(0, lines.get(2)[0], "live handles after everything is closed");
  }
}
