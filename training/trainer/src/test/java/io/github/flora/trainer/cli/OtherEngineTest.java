package io.github.flora.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.flora.trainer.Recipes;
import io.github.flora.trainer.SmallData;
import io.github.flora.trainer.Training;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.report.HistoryCsv;
import io.github.flora.trainer.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs of one engine on the other, from the command line. */
final class OtherEngineTest {

  @TempDir static Path shared;
  private static Path data;

  @TempDir Path temp;

  @BeforeAll
  static void write() throws IOException {
    data = SmallData.write(shared.resolve("data"), 400, 100);
  }

  /** A run that was interrupted in its third epoch of four. */
  private Path interrupted(String engine) throws IOException {
    Path run = temp.resolve("run");
    AtomicInteger batches = new AtomicInteger();
    SmallData.pytorch();
    try (RunFolder folder = RunFolder.create(run, false)) {
      new Training(
              Recipes.get("mnist-lenet5"),
              SmallData.quick(4, 64),
              SmallData.dataset(400, 100),
              engine,
              Device.cpu(),
              2,
              1)
          .run(folder, List.of(), () -> batches.incrementAndGet() == 12);
    }
    return run;
  }

  private static JsonObject engine(Path run) throws IOException {
    return JsonParser.parseString(Files.readString(run.resolve("run.json")))
        .getAsJsonObject()
        .getAsJsonObject("engine");
  }

  private Path resumedCopy(Path run, String name, String options) throws IOException {
    Path copy = temp.resolve(name);
    for (String file : SmallData.files(run)) {
      Files.createDirectories(copy.resolve(file).getParent());
      Files.copy(run.resolve(file), copy.resolve(file));
    }
    Cli.line("train --resume %s --data %s %s".formatted(copy, data, options)).succeeded();
    return copy;
  }

  @ParameterizedTest
  @CsvSource({"PyTorch,TensorFlow", "TensorFlow,PyTorch"})
  void goesOnOnTheOther(String from, String to) throws IOException {
    Path run = interrupted(from);
    assertEquals(from, engine(run).get("name").getAsString());
    Path stayed = resumedCopy(run, "stayed", "--engine " + from);
    Path moved = resumedCopy(run, "moved", "--engine " + to.toUpperCase(Locale.ROOT));
    assertEquals(to, engine(moved).get("name").getAsString());
    assertEquals(Engine.getEngine(to).getVersion(), engine(moved).get("version").getAsString());
    List<Epoch> expected = HistoryCsv.read(stayed.resolve("history.csv"));
    List<Epoch> actual = HistoryCsv.read(moved.resolve("history.csv"));
    assertEquals(4, actual.size());
    assertEquals(expected.subList(0, 2), actual.subList(0, 2));
    for (int i = 2; i < 4; i++) {
      assertEquals(expected.get(i).trainLoss(), actual.get(i).trainLoss(), 1e-3);
      assertEquals(expected.get(i).valLoss(), actual.get(i).valLoss(), 1e-3);
    }
  }

  /** Going on takes all else from the run, so the engine, too. */
  @ParameterizedTest
  @CsvSource({"PyTorch", "TensorFlow"})
  void goesOnOnItsOwnUnlessTold(String engine) throws IOException {
    String property = "ai.djl.default_engine";
    Path run = interrupted(engine);
    String before = System.clearProperty(property);
    try {
      Path copy = resumedCopy(run, "copy", "");
      assertEquals(engine, engine(copy).get("name").getAsString());
    } finally {
      System.setProperty(property, before == null ? "PyTorch" : before);
    }
  }

  @ParameterizedTest
  @CsvSource({"PyTorch,TensorFlow", "TensorFlow,PyTorch"})
  void answersTheSame(String from, String to) throws IOException {
    Path run = interrupted(from);
    Answers expected = ask(run, from);
    Answers actual = ask(run, to);
    assertEquals(to, actual.report().getAsJsonObject("engine").get("name").getAsString());
    for (String figure : List.of("accuracy", "top5_accuracy", "loss")) {
      assertEquals(
          expected.report().get(figure).getAsDouble(),
          actual.report().get(figure).getAsDouble(),
          1e-4,
          figure);
    }
    assertEquals(5, actual.images().size());
    for (int i = 0; i < 5; i++) {
      Map<String, Double> own = probabilities(expected.images(), i);
      Map<String, Double> other = probabilities(actual.images(), i);
      assertEquals(10, other.size());
      other.forEach((label, p) -> assertEquals(own.getOrDefault(label, 2.0), p, 1e-4));
    }
  }

  /** What {@code evaluate --json} and {@code predict --json} say. */
  private record Answers(JsonObject report, JsonArray images) {}

  private static Answers ask(Path run, String engine) {
    String options = "%s --data %s --engine %s --json".formatted(run, data, engine);
    return new Answers(
        JsonParser.parseString(Cli.line("evaluate " + options).succeeded().out()).getAsJsonObject(),
        JsonParser.parseString(
                Cli.line("predict --test 0,1,2,3,99 --top 10 " + options).succeeded().out())
            .getAsJsonArray());
  }

  private static Map<String, Double> probabilities(JsonArray answers, int image) {
    Map<String, Double> byLabel = new HashMap<>();
    answers
        .get(image)
        .getAsJsonObject()
        .getAsJsonArray("predictions")
        .forEach(
            p ->
                byLabel.put(
                    p.getAsJsonObject().get("label").getAsString(),
                    p.getAsJsonObject().get("probability").getAsDouble()));
    return byLabel;
  }

  @Test
  void evaluateNamesBoth() throws IOException {
    Path run = interrupted("PyTorch");
    Cli cli = Cli.line("evaluate %s --data %s --engine tensorflow".formatted(run, data));
    assertTrue(
        cli.succeeded()
            .out()
            .startsWith("mnist-lenet5, trained on PyTorch, evaluated on TensorFlow 2."),
        cli.out());
  }
}
