package io.github.flora.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.flora.trainer.SmallData;
import io.github.flora.trainer.report.HistoryCsv;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done with runs after they were trained: resumed, compared, loaded by others. */
final class ComparisonTest {

  @TempDir static Path temp;
  private static Path data;
  private static Path runs;

  @BeforeAll
  static void train() throws IOException {
    data = SmallData.write(temp.resolve("data"), 300, 100);
    runs = temp.resolve("runs");
    for (String optimizer : new String[] {"adam", "sgd"}) {
      Cli.line(
              "train mnist-mlp --epochs 3 --schedule cosine --optimizer %s --data %s --output %s"
                  .formatted(optimizer, data, runs.resolve(optimizer)))
          .succeeded();
    }
  }

  @Test
  void runsShowsWhatDiffers() throws IOException {
    Cli cli = Cli.line("runs " + runs).succeeded();
    assertTrue(cli.out().contains("optimizer") && cli.out().contains("sgd"), cli.out());
    assertTrue(cli.out().contains("test accuracy"), cli.out());
    assertTrue(!cli.out().contains("schedule"), "the same in both: " + cli.out());
    assertTrue(Files.size(runs.resolve("runs.png")) > 1000);
  }

  /** Is transfer learning worth it? The README's three trainings, of a smaller network. */
  @Test
  void runsTellsFrozenFullAndScratchApart() throws IOException {
    Path worth = temp.resolve("worth");
    String train = "train mnist-cnn --epochs 2 --data %s --output %s".formatted(data, worth);
    Cli.line(train + "/scratch").succeeded();
    String pretrained = " --pretrained %s/scratch/model/model.safetensors".formatted(worth);
    Cli.line(train + "/full" + pretrained).succeeded();
    Cli.line(train + "/frozen --freeze backbone" + pretrained).succeeded();
    List<String> table =
        Cli.line("runs " + worth).succeeded().out().lines().takeWhile(l -> !l.isEmpty()).toList();
    List<String> columns = cells(table.get(0));
    assertEquals(List.of("run", "pretrained", "freeze", "status"), columns.subList(0, 4));
    Map<String, String> expected = Map.of("frozen", "backbone", "full", "none", "scratch", "none");
    assertEquals(1 + expected.size(), table.size(), table::toString);
    for (String line : table.subList(1, table.size())) {
      List<String> row = cells(line);
      assertEquals(expected.get(row.get(0)), row.get(2), line);
      assertEquals(row.get(0).equals("scratch"), row.get(1).equals("none"), line);
      JsonObject result =
          JsonParser.parseString(Files.readString(worth.resolve(row.get(0)).resolve("run.json")))
              .getAsJsonObject()
              .getAsJsonObject("result");
      assertEquals(
          ProgressBar.percent(result.get("test_accuracy").getAsDouble()),
          row.get(columns.indexOf("test accuracy")));
      assertEquals(
          ProgressBar.duration(result.get("seconds").getAsDouble()),
          row.get(columns.indexOf("wall time")));
    }
  }

  private static List<String> cells(String line) {
    return List.of(line.strip().split(" {2,}", -1));
  }

  @Test
  void runsNeedsRuns() {
    assertEquals(
        "flora: no runs in %s: train some, or name their folder".formatted(data),
        Cli.line("runs " + data).failed(1));
  }

  @Test
  void tensorBoardFindsEveryRun() throws IOException {
    try (Stream<Path> files = Files.list(runs.resolve("adam"))) {
      assertTrue(
          files.anyMatch(f -> f.getFileName().toString().startsWith("events.out.tfevents.")));
    }
  }

  /** So few images and steps leave the loss where it was; the program says so and what to try. */
  @Test
  void aRunThatLearnsNothingIsToldSo() {
    Cli cli =
        Cli.line(
                "train mnist-mlp --epochs 4 --learning-rate 1e-12 --data %s --output %s"
                    .formatted(data, temp.resolve("still")))
            .succeeded();
    assertTrue(
        cli.out().lines().anyMatch(line -> line.startsWith("diagnosis   not learning: ")),
        cli.out());
  }

  /** A colleague who knows DJL and not Flora. */
  @ParameterizedTest
  @ValueSource(strings = {"PyTorch", "TensorFlow"})
  void theModelLoadsThroughDjlsCriteria(String engine) throws Exception {
    Criteria<NDList, NDList> criteria =
        Criteria.builder()
            .setTypes(NDList.class, NDList.class)
            .optModelPath(runs.resolve("adam/model"))
            .optEngine(engine)
            .build();
    try (ZooModel<NDList, NDList> model = criteria.loadModel();
        var predictor = model.newPredictor();
        var manager = model.getNDManager().newSubManager()) {
      NDList logits = predictor.predict(new NDList(manager.zeros(new Shape(2, 1, 28, 28))));
      assertEquals(new Shape(2, 10), logits.singletonOrThrow().getShape());
      assertEquals(engine, logits.singletonOrThrow().getManager().getEngine().getEngineName());
    }
  }

  @Test
  void overwriteReplacesTheRun() throws IOException {
    Path output = temp.resolve("twice");
    String train =
        "train mnist-mlp --data %s --output %s --epochs 1 --overwrite".formatted(data, output);
    Cli.line(train).succeeded();
    Cli.line("evaluate " + output).succeeded();
    assertTrue(Files.exists(output.resolve("evaluation")));
    Cli.line(train).succeeded();
    assertTrue(Files.notExists(output.resolve("evaluation")), "of the run that was replaced");
    assertEquals(1, HistoryCsv.read(output.resolve("history.csv")).size());
  }

  @ParameterizedTest
  @CsvSource({"--batch-size,7", "--model,cnn", "--epochs,9", "--output,x", "--seed,2"})
  void resumeTakesAllElseFromTheRun(String option, String value) {
    assertEquals(
        "flora: %s can't be given with --resume: the run goes on with its own".formatted(option),
        Cli.line("train --resume %s %s %s".formatted(runs.resolve("adam"), option, value))
            .failed(2));
  }

  @Test
  void aRunThatIsDoneIsDone() {
    assertEquals(
        "flora: %s is done: there is nothing to go on with".formatted(runs.resolve("sgd")),
        Cli.line("train --resume " + runs.resolve("sgd")).failed(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--class-weights", "--class-sampling"})
  void balancingNeedsEveryClass(String option) throws IOException {
    // Ten images of ten classes, a fifth of them for validation: two classes have none left.
    Path few = SmallData.write(temp.resolve("few"), 10, 10);
    Path out = temp.resolve("unbalanced");
    String line =
        Cli.line("train mnist-mlp %s balanced --data %s --output %s".formatted(option, few, out))
            .failed(1);
    assertTrue(
        line.contains("has no training images, so %s can't balance it".formatted(option)), line);
    assertTrue(Files.notExists(out), "nothing is left behind");
  }
}
