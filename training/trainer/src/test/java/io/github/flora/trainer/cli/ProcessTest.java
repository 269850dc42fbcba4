package io.github.flora.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import ai.djl.util.Utils;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.flora.trainer.SmallData;
import io.github.flora.trainer.report.HistoryCsv;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What only a process of its own shows: signals, the environment, the exit status. */
final class ProcessTest {

  @TempDir Path temp;

  private static JsonObject runJson(Path run) throws IOException {
    return JsonParser.parseString(Files.readString(run.resolve("run.json"))).getAsJsonObject();
  }

  private ProcessBuilder prepare(String... arguments) throws IOException {
    return Cli.process(temp, arguments)
        .redirectOutput(temp.resolve("out").toFile())
        .redirectError(temp.resolve("err").toFile());
  }

  private Process start(String... arguments) throws IOException {
    return prepare(arguments).start();
  }

  /** Waits for the beginning of what goes to standard error. */
  private void await(Process process, String expected) throws Exception {
    String err = "";
    for (int tenths = 0; tenths < 600 && process.isAlive(); tenths++) {
      err = Files.readString(temp.resolve("err"));
      if (err.startsWith(expected)) {
        return;
      }
      Thread.sleep(100);
    }
    fail("waited for '" + expected + "' and saw: " + err);
  }

  /** SIGTERM goes the way of Ctrl-C. Meanwhile a second training is kept out. */
  @Test
  void aSignalEndsTheTrainingAndKeepsItsEpochs() throws Exception {
    Path data = SmallData.write(temp.resolve("data"), 600, 100);
    Path run = temp.resolve("run");
    Process process =
        start(
            "train",
            "mnist-mlp",
            "--data",
            data.toString(),
            "--output",
            run.toString(),
            "--epochs",
            "100000");
    try {
      await(process, "epoch      1/100000  ");
      Cli second =
          Cli.run(
              "train",
              "mnist-mlp",
              "--data",
              data.toString(),
              "--output",
              run.toString(),
              "--overwrite");
      assertEquals(
          "flora: another training writes to %s: wait for it or choose another --output"
              .formatted(run),
          second.failed(1));
      process.destroy();
      assertTrue(process.waitFor(30, TimeUnit.SECONDS), "it goes on");
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(temp.resolve("out"));
    String err = Files.readString(temp.resolve("err"));
    assertTrue(err.lines().allMatch(line -> line.startsWith("epoch ")), err);
    int epochs = HistoryCsv.read(run.resolve("history.csv")).size();
    assertEquals(epochs, err.lines().count());
    assertTrue(
        said.contains(
            "interrupted after %s; the epoch under way is lost\n"
                .formatted(epochs == 1 ? "1 epoch" : epochs + " epochs")),
        said);
    assertTrue(said.contains("test        accuracy "), said);
    assertTrue(said.endsWith("run folder  " + run + "\n"), said);
    assertEquals("interrupted", runJson(run).get("status").getAsString());
    assertEquals(epochs, runJson(run).getAsJsonObject("result").get("epochs").getAsInt());
    Cli.run("evaluate", run.toString()).succeeded();
  }

  /** No data, no network: MNIST's recipes train on drawn digits and say so, loudly. */
  @Test
  void syntheticDigitsStandInForMnist() throws Exception {
    ProcessBuilder builder = prepare("train", "mnist-mlp", "--epochs", "1");
    Map<String, String> environment = builder.environment();
    environment.remove("FLORA_DATA");
    environment.put("DJL_OFFLINE", "true");
    environment.put("ENGINE_CACHE_DIR", Utils.getEngineCacheDir().toString());
    environment.put("DJL_CACHE_DIR", temp.resolve("cache").toString());
    Process process = builder.start();
    try {
      assertTrue(process.waitFor(120, TimeUnit.SECONDS), "it goes on");
    } finally {
      process.destroyForcibly();
    }
    String out = Files.readString(temp.resolve("out"));
    String warning = Files.readString(temp.resolve("err"));
    assertEquals(0, process.exitValue(), warning);
    assertTrue(
        warning.contains("* WARNING: These are synthetic digits drawn by the program, NOT MNIST;"),
        warning);
    assertTrue(warning.contains("*".repeat(78)), warning);
    assertTrue(out.contains("; SYNTHETIC digits)"), out);
    Path run;
    // The default run folder: runs/RECIPE-TIME below the working folder.
    try (Stream<Path> runs = Files.list(temp.resolve("runs"))) {
      run = runs.findFirst().orElseThrow();
    }
    assertTrue(run.getFileName().toString().matches("mnist-mlp-\\d{8}-\\d{6}"), run::toString);
    assertTrue(out.endsWith("run folder  runs/" + run.getFileName() + "\n"), out);
    JsonObject data = runJson(run).getAsJsonObject("data");
    assertEquals("synthetic", data.get("source").getAsString());
    assertEquals("synthetic-digits", data.get("name").getAsString());
    // The digits are the same later on, whatever the run's seed was.
    Cli report = Cli.run("evaluate", run.toString(), "--json").succeeded();
    assertEquals(
        runJson(run).getAsJsonObject("result").get("test_accuracy").getAsDouble(),
        JsonParser.parseString(report.out()).getAsJsonObject().get("accuracy").getAsDouble(),
        1e-12);
  }

  @ParameterizedTest
  @CsvSource({"0,--version", "1,evaluate nowhere", "2,fly"})
  void theExitStatusIsThatOfTheCommand(int status, String arguments) throws Exception {
    Process process = start(arguments.split(" ", -1));
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it goes on");
    } finally {
      process.destroyForcibly();
    }
    assertEquals(status, process.exitValue(), Files.readString(temp.resolve("err")));
  }
}
