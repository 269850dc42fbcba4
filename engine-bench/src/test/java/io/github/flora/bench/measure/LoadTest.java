package io.github.flora.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LoadTest {

  @TempDir Path temp;

  /** Ten seconds in which all took 15 s of processor time and this process 9. */
  @Test
  void othersAreAllButThisProcess() {
    Load before =
        Load.of("cpu  100 0 100 5000 7 0 0 0 0 0", "1 (a (b) c) S 0 0 0 0 0 0 0 0 0 0 50 50 0", 0);
    Load after =
        Load.of(
            "cpu  900 200 400 9000 9 50 100 50 0 0",
            "1 (a (b) c) S 0 0 0 0 0 0 0 0 0 0 850 150 0",
            10_000_000_000L);
    assertEquals(0.6, after.othersSince(before), 1e-9);
  }

  @Test
  void aBusyLoopIsNoticed() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/stat")), "only Linux tells what others do");
    Path loop =
        Files.writeString(
            temp.resolve("Loop.java"),
            "class Loop { public static void main(String[] a) { System.out.println(); while (true) {} } }");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    loop.toString()))
            .start();
    try {
      assertEquals('\n', process.getInputStream().read(), "it runs");
      Optional<Load> before = Load.now();
      Thread.sleep(2000);
      assertTrue(Load.others(before).orElseThrow() > 0.3, "half a core or more is taken");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void peakMemoryIsThatOfThisProcess() {
    assumeTrue(Files.exists(Path.of("/proc/self/status")), "only Linux tells");
    double peak = Load.peakMegabytes().orElseThrow();
    assertTrue(peak > 30 && peak < 1e5, () -> peak + " MB");
  }
}
