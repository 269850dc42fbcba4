package io.github.flora.trainer.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.util.Utils;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.flora.trainer.SmallData;
import io.github.flora.trainer.report.HistoryCsv;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own shows: signals, the environment, the exit status. */
final class ProcessTest {

  @TempDir Path temp;

  private static JsonObject runJson(Path run) throws IOException {
    return JsonParser.parseString(Files.readString(run.resolve("run.json"))).getAsJsonObject();
  }

  private static String all(BufferedReader reader) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      text.append(line).append('\n');
    }
    return text.toString();
  }

  /** SIGTERM goes the way of Ctrl-C. Meanwhile a second training is kept out. */
  @Test
  void aSignalEndsTheTrainingAndKeepsItsEpochs() throws Exception {
    Path data = SmallData.write(temp.resolve("data"), 600, 100);
    Path run = temp.resolve("run");
    Process process =
        Cli.process(
                temp,
                "train",
                "mnist-mlp",
                "--data",
                data.toString(),
                "--output",
                run.toString(),
                "--epochs",
                "100000")
            .start();
    try (BufferedReader err = process.errorReader(UTF_8);
        BufferedReader out = process.inputReader(UTF_8)) {
      String first = err.readLine();
      assertTrue(first.startsWith("epoch      1/100000  "), first);
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
      // Process.destroy would close the streams too.
      assertTrue(process.toHandle().destroy());
      String rest = all(err);
      String said = all(out);
      assertTrue(process.waitFor(30, TimeUnit.SECONDS), said);
      assertFalse(rest.contains("flora:") || rest.contains("Exception"), rest);
      int epochs = HistoryCsv.read(run.resolve("history.csv")).size();
      assertTrue(epochs >= 1, said);
      assertTrue(
          said.contains(
              "interrupted after %s; the epoch under way is lost\n"
                  .formatted(epochs == 1 ? "1 epoch" : epochs + " epochs")),
          said);
      assertTrue(said.contains("test        accuracy "), said);
      assertTrue(said.endsWith("run folder  " + run + "\n"), said);
      assertEquals("interrupted", runJson(run).get("status").getAsString());
      assertEquals(epochs, runJson(run).getAsJsonObject("result").get("epochs").getAsInt());
    } finally {
      process.destroyForcibly();
    }
    Cli.run("evaluate", run.toString()).succeeded();
  }

  /** No data, no network: MNIST's recipes train on drawn digits and say so, loudly. */
  @Test
  void syntheticDigitsStandInForMnist() throws Exception {
    ProcessBuilder builder = Cli.process(temp, "train", "mnist-mlp", "--epochs", "1");
    Map<String, String> environment = builder.environment();
    environment.remove("FLORA_DATA");
    environment.put("DJL_OFFLINE", "true");
    environment.put("ENGINE_CACHE_DIR", Utils.getEngineCacheDir().toString());
    environment.put("DJL_CACHE_DIR", temp.resolve("cache").toString());
    Path err = temp.resolve("err");
    Process process = builder.redirectError(err.toFile()).start();
    String out;
    try (BufferedReader reader = process.inputReader(UTF_8)) {
      out = all(reader);
      assertEquals(0, process.waitFor(), Files.readString(err));
    } finally {
      process.destroyForcibly();
    }
    String warning = Files.readString(err);
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

  @Test
  void theExitStatusIsThatOfTheCommand() throws Exception {
    for (String[] arguments : new String[][] {{"fly"}, {"evaluate", "nowhere"}, {"--version"}}) {
      Process process =
          Cli.process(temp, arguments)
              .redirectErrorStream(true)
              .redirectOutput(temp.resolve("said").toFile())
              .start();
      int expected = arguments[0].equals("fly") ? 2 : arguments[0].equals("evaluate") ? 1 : 0;
      assertEquals(expected, process.waitFor(), Files.readString(temp.resolve("said")));
    }
  }
}
