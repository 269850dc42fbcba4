package io.github.flora.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.trainer.SmallData;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.report.HistoryCsv;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten kills at random moments of a training, and what is left is the run that was left alone. */
@Tag("slow")
abstract class AbstractKillTest {

  private static final int KILLS = 10;

  private final String engine;

  /** Makes the tests for an engine, by the name that DJL has for it. */
  AbstractKillTest(String engine) {
    this.engine = engine;
  }

  @TempDir Path temp;

  private Process start(String arguments) throws Exception {
    return Cli.process(temp, arguments.split(" "))
        .redirectErrorStream(true)
        .redirectOutput(temp.resolve("out").toFile())
        .start();
  }

  private void finish(String arguments) throws Exception {
    Process process = start(arguments);
    assertTrue(process.waitFor(5, TimeUnit.MINUTES), arguments);
    assertEquals(0, process.exitValue(), () -> read(temp.resolve("out")));
  }

  /** Waits for the line that is printed before the first epoch, so that no kill hits the start. */
  private void awaitTraining(Process process) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
    while (process.isAlive() && !read(temp.resolve("out")).contains("\nmodel ")) {
      assertTrue(System.nanoTime() < deadline, "it doesn't start");
      Thread.sleep(10);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }

  private List<String> history(String run) throws Exception {
    return HistoryCsv.read(temp.resolve(run).resolve("history.csv")).stream()
        .map(
            e ->
                "%d %s %s %s %s %s"
                    .formatted(
                        e.epoch(),
                        e.trainLoss(),
                        e.trainAccuracy(),
                        e.valLoss(),
                        e.valAccuracy(),
                        e.learningRate()))
        .toList();
  }

  @Test
  void tenKillsChangeNothing() throws Exception {
    Path data = SmallData.write(temp.resolve("data"), 2000, 200);
    String train =
        "train mnist-cnn --engine %s --epochs 16 --batch-size 32 --schedule cosine --augment --threads 2 --data %s"
            .formatted(engine, data);
    finish(train + " --output " + temp.resolve("whole"));
    Path cut = temp.resolve("cut");
    // Some epochs of this machine as it is now, whatever else it does.
    double longest =
        2500
            * HistoryCsv.read(temp.resolve("whole/history.csv")).stream()
                .mapToDouble(Epoch::seconds)
                .average()
                .orElseThrow();
    long seed = System.nanoTime();
    System.out.printf("seed %d%n", seed);
    Random random = new Random(seed);
    Process process = start(train + " --output " + cut);
    int kills = 0;
    while (kills < KILLS) {
      awaitTraining(process);
      if (process.waitFor((long) (random.nextDouble() * longest), TimeUnit.MILLISECONDS)) {
        assertEquals(0, process.exitValue(), () -> read(temp.resolve("out")));
        break;
      }
      process.destroyForcibly().waitFor();
      kills++;
      if (!Files.exists(cut.resolve("run.json"))) {
        process = start(train + " --output " + cut);
      } else if (kills < KILLS) {
        process = start("train --engine " + engine + " --resume " + cut);
      }
    }
    System.out.printf(
        "%d kills, %d epochs before the last%n",
        kills, Files.exists(cut.resolve("history.csv")) ? history("cut").size() : 0);
    assertTrue(kills >= 3, "it was done after %d kills".formatted(kills));
    if (kills == KILLS) {
      finish("train --engine " + engine + " --resume " + cut);
    }
    assertEquals(history("whole"), history("cut"));
    for (String file : List.of("model/model.safetensors", "checkpoint/checkpoint.safetensors")) {
      assertEquals(-1, Files.mismatch(temp.resolve("whole").resolve(file), cut.resolve(file)));
    }
  }
}
