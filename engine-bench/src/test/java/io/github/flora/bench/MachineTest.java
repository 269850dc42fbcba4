package io.github.flora.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the engines take of the machine, and what others do. */
final class MachineTest {

  @Test
  void aBusyMachineIsToldFromAQuietOne() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/stat")), "only Linux tells what others do");
    // On one core, and no longer than a minute if nobody ends it.
    Process loop =
        new ProcessBuilder("sh", "-c", "ulimit -t 60; echo; while :; do :; done").start();
    try {
      assertEquals('\n', loop.getInputStream().read(), "it runs");
      Cli cli =
          Cli.line(
                  "bench mnist-mlp --engines onnxruntime --batch-size 1 --quick --rounds 1 --threads 1")
              .succeeded();
      assertTrue(cli.out().contains("NOT quiet, figures are lower"), cli::out);
    } finally {
      loop.destroyForcibly();
    }
  }

  /** So many that a process has them for no other reason. */
  @Test
  void everyEngineStartsItsThreads() throws Exception {
    assumeTrue(
        Files.exists(Path.of("/proc/stat")), "only Linux tells how many threads a process has");
    int threads = 40 + 2 * Runtime.getRuntime().availableProcessors();
    Map<Long, Integer> most = new LinkedHashMap<>();
    AtomicBoolean done = new AtomicBoolean();
    Thread watcher =
        new Thread(
            () -> {
              while (!done.get()) {
                ProcessHandle.current()
                    .children()
                    .forEach(child -> most.merge(child.pid(), threads(child.pid()), Math::max));
                LockSupport.parkNanos(10_000_000);
              }
            });
    watcher.start();
    try {
      Cli.line(
              "bench mnist-cnn --engines pytorch,tensorflow,onnxruntime,tensorflow-stock"
                  + " --batch-size 16 --quick --rounds 1 --seconds 0.1 --threads "
                  + threads)
          .succeeded();
    } finally {
      done.set(true);
      watcher.join();
    }
    // No Java machine has a single thread, and the first prepares the model.
    List<Integer> counts = most.values().stream().filter(count -> count > 1).skip(1).toList();
    assertEquals(4, counts.size(), counts::toString);
    assertTrue(counts.stream().allMatch(count -> count >= threads), () -> "threads: " + counts);
  }

  private static int threads(long process) {
    Path status = Path.of("/proc", Long.toString(process), "status");
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("Threads:"))
          .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException | UncheckedIOException e) {
      return 0; // It has just ended.
    }
  }
}
