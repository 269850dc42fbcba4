package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.github.flora.models.NetworkOptions;
import io.github.flora.models.Networks;
import io.github.flora.models.Safetensors;
import io.github.flora.models.SafetensorsFile;
import io.github.flora.models.Weights;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.report.HistoryCsv;
import io.github.flora.trainer.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every epoch's weights are its number, so that a file tells which epoch it holds. */
abstract class AbstractRunWriterTest {

  private final String engine;

  /** Makes the tests for an engine, by the name that DJL has for it. */
  AbstractRunWriterTest(String engine) {
    this.engine = engine;
  }

  @TempDir Path temp;
  private final List<String> warnings = new ArrayList<>();
  private final List<Integer> checkpoints = new ArrayList<>();
  private NDManager manager;
  private Block block;
  private RunFolder folder;

  @BeforeEach
  void open() throws IOException {
    manager = SmallData.engine(engine).newBaseManager();
    block = newBlock();
    folder = RunFolder.create(temp.resolve("run"), false);
    // Training writes model.json there first.
    Files.createDirectories(folder.weights().getParent());
  }

  @AfterEach
  void close() throws IOException {
    folder.close();
    manager.close();
  }

  private Block newBlock() {
    Block mlp = Networks.get("mlp").newBlock(NetworkOptions.of(10));
    mlp.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 28, 28));
    return mlp;
  }

  private void train(double... validationAccuracies) throws IOException {
    RunWriter writer =
        new RunWriter(
            folder, "a test", Monitor.VAL_ACCURACY, List.of(), checkpoints::add, warnings::add);
    for (int i = 0; i < validationAccuracies.length; i++) {
      float[] number = new float[10];
      Arrays.fill(number, i + 1);
      bias(block).set(number);
      double accuracy = validationAccuracies[i];
      writer.onEpoch(
          new Epoch(i + 1, 1, 0.5, Double.isNaN(accuracy) ? Double.NaN : 1, accuracy, 1e-3, 1, 100),
          block);
    }
    writer.finish();
  }

  private static NDArray bias(Block mlp) {
    return mlp.getParameters().stream()
        .map(p -> p.getValue().getArray())
        .filter(a -> a.getShape().equals(new Shape(10)))
        .findFirst()
        .orElseThrow();
  }

  private int epochOf(Path weights) throws IOException {
    Block loaded = newBlock();
    Weights.load(loaded, weights);
    int epoch = Math.round(bias(loaded).getFloat(0));
    try (SafetensorsFile file = Safetensors.open(weights)) {
      assertEquals(Integer.toString(epoch), file.metadata().get("epoch"));
    }
    return epoch;
  }

  @Test
  void theModelIsTheBestEpochAndTheCheckpointTheLast() throws IOException {
    train(0.5, 0.9, 0.7);
    assertEquals(2, epochOf(folder.weights()));
    assertEquals(List.of(1, 2, 3), checkpoints);
    assertEquals(3, HistoryCsv.read(folder.history()).size());
  }

  @Test
  void withoutValidationTheModelIsTheLastEpoch() throws IOException {
    train(Double.NaN, Double.NaN);
    assertEquals(2, epochOf(folder.weights()));
    assertEquals(List.of(1, 2), checkpoints);
  }

  @Test
  void theModelIsTheBestOfTheEpochsThatWereValidated() throws IOException {
    train(Double.NaN, 0.5, Double.NaN, 0.9, Double.NaN, 0.7, Double.NaN);
    assertEquals(4, epochOf(folder.weights()));
  }

  @Test
  void drawsTheCurvesAtTheEnd() throws IOException {
    train(0.5);
    assertTrue(Files.size(folder.curves()) > 0);
    assertEquals(List.of(), warnings);
  }

  @Test
  void curvesThatCannotBeDrawnAreAWarning() throws IOException {
    Files.createDirectories(folder.curves());
    train(0.5);
    assertEquals(1, warnings.size());
    assertTrue(warnings.get(0).contains("curves.png"), warnings.get(0));
  }
}
