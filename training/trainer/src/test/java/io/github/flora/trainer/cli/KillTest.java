package io.github.flora.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.trainer.SmallData;
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
final class KillTest {

  private static final int KILLS = 10;

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
        "train mnist-cnn --epochs 16 --batch-size 32 --schedule cosine --augment --threads 2 --data "
            + data;
    finish(train + " --output " + temp.resolve("whole"));
    Path cut = temp.resolve("cut");
    long seed = System.nanoTime();
    System.out.printf("seed %d%n", seed);
    Random random = new Random(seed);
    Process process = start(train + " --output " + cut);
    int kills = 0;
    while (kills < KILLS) {
      // Starting takes about two seconds, an epoch half of one.
      if (process.waitFor(1500 + random.nextInt(2000), TimeUnit.MILLISECONDS)) {
        assertEquals(0, process.exitValue(), () -> read(temp.resolve("out")));
        break;
      }
      process.destroyForcibly().waitFor();
      kills++;
      if (!Files.exists(cut.resolve("run.json"))) {
        process = start(train + " --output " + cut);
      } else if (kills < KILLS) {
        process = start("train --resume " + cut);
      }
    }
    System.out.printf(
        "%d kills, %d epochs before the last%n",
        kills, Files.exists(cut.resolve("history.csv")) ? history("cut").size() : 0);
    assertTrue(kills >= 3, "it was done after %d kills".formatted(kills));
    if (kills == KILLS) {
      finish("train --resume " + cut);
    }
    assertEquals(history("whole"), history("cut"));
    for (String file : List.of("model/model.safetensors", "checkpoint/checkpoint.safetensors")) {
      assertEquals(-1, Files.mismatch(temp.resolve("whole").resolve(file), cut.resolve(file)));
    }
  }
}
