package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.loss.Loss;
import io.github.flora.data.ImageDataset;
import io.github.flora.engine.Engines;
import io.github.flora.engine.TrainingStep;
import io.github.flora.models.Networks;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.report.HistoryCsv;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.RunInfo;
import io.github.flora.trainer.run.RunInfo.Status;
import io.github.flora.trainer.run.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A run that was begun on one engine goes on and answers on the other. */
final class MovingRunsTest {

  /** 320 to learn from, in batches of 64: five batches to an epoch. */
  private static final ImageDataset DATA = SmallData.dataset(400, 100);

  @TempDir Path temp;

  @BeforeAll
  static void chooseTheEngine() {
    SmallData.pytorch();
  }

  /** Every optimizer, both ways; without dropout, whose random numbers are the engine's own. */
  static Stream<Arguments> moves() {
    return Stream.of("adam", "adamw", "sgd", "nesterov")
        .flatMap(
            optimizer ->
                Stream.of(
                    Arguments.of(optimizer, "PyTorch", "TensorFlow"),
                    Arguments.of(optimizer, "TensorFlow", "PyTorch")));
  }

  private static Training training(String optimizer, String engine) {
    Hyperparameters how =
        SmallData.hyperparameters(4, 64, optimizer, 1e-3, 0.2, 0.0, true).toBuilder()
            .optSchedule("cosine")
            .build();
    return new Training(Recipes.get("mnist-cnn"), how, DATA, engine, Device.cpu(), 2, 5);
  }

  /** Two epochs and a bit of the third, which is lost. */
  private Path begun(String optimizer, String engine) throws IOException {
    Path run = temp.resolve("begun");
    AtomicInteger batches = new AtomicInteger();
    try (RunFolder folder = RunFolder.create(run, false)) {
      RunInfo info =
          training(optimizer, engine).run(folder, List.of(), () -> batches.incrementAndGet() == 12);
      assertEquals(Status.INTERRUPTED, info.status());
      assertEquals(engine, info.engine().name());
    }
    return run;
  }

  private RunInfo resumedCopy(Path run, String optimizer, String engine) throws IOException {
    Path copy = temp.resolve("on " + engine);
    for (String file : SmallData.files(run)) {
      Files.createDirectories(copy.resolve(file).getParent());
      Files.copy(run.resolve(file), copy.resolve(file));
    }
    try (RunFolder folder = RunFolder.resume(copy)) {
      RunInfo info = training(optimizer, engine).resume(folder, List.of(), () -> false);
      assertEquals(Status.DONE, info.status());
      assertEquals(info, folder.info());
      return info;
    }
  }

  private List<Epoch> history(String engine) throws IOException {
    return HistoryCsv.read(temp.resolve("on " + engine).resolve("history.csv"));
  }

  @ParameterizedTest
  @MethodSource("moves")
  void goesOnAsOnItsOwnEngine(String optimizer, String from, String to) throws IOException {
    Path run = begun(optimizer, from);
    RunInfo stayed = resumedCopy(run, optimizer, from);
    RunInfo moved = resumedCopy(run, optimizer, to);
    assertEquals(to, moved.engine().name());
    assertEquals(Engine.getEngine(to).getVersion(), moved.engine().version());
    assertNotEquals(stayed.engine().version(), moved.engine().version());
    assertEquals(stayed.started(), moved.started());
    List<Epoch> expected = history(from);
    List<Epoch> actual = history(to);
    assertEquals(4, actual.size());
    assertEquals(expected.subList(0, 2), actual.subList(0, 2), "of before");
    for (int i = 2; i < 4; i++) {
      String epoch = "epoch " + (i + 1);
      assertEquals(expected.get(i).trainLoss(), actual.get(i).trainLoss(), 1e-3, epoch);
      assertEquals(expected.get(i).valLoss(), actual.get(i).valLoss(), 1e-3, epoch);
      assertEquals(expected.get(i).learningRate(), actual.get(i).learningRate(), epoch);
    }
    assertEquals(
        Objects.requireNonNull(stayed.result()).testLoss(),
        Objects.requireNonNull(moved.result()).testLoss(),
        1e-3);
  }

  /** What the other engine takes from a checkpoint it would write again, to the last bit. */
  @ParameterizedTest
  @MethodSource("moves")
  void aCheckpointIsTakenAsItIs(String optimizer, String from, String to) throws IOException {
    Path run = begun(optimizer, from);
    Path written = temp.resolve("again.safetensors");
    Training training = training(optimizer, to);
    try (RunFolder folder = RunFolder.open(run);
        NDManager manager = NDManager.newBaseManager(Device.cpu(), to)) {
      Block block = TrainedModel.newBlock(Networks.get("cnn"), folder.model(), manager);
      try (TrainingStep step =
          TrainingStep.of(
              Engines.trainingSupport(to),
              block,
              Loss.softmaxCrossEntropyLoss(),
              training.hyperparameters().newOptimizer())) {
        Checkpoint checkpoint = Checkpoint.load(folder.checkpoint(), block, manager);
        Checkpoint.loadOptimizer(folder.checkpoint(), block, step, manager);
        assertEquals(2, checkpoint.epoch());
        Checkpoint.save(written, block, step, checkpoint);
      }
      assertEquals(-1, Files.mismatch(folder.checkpoint(), written));
    }
  }

  @ParameterizedTest
  @CsvSource({"PyTorch,TensorFlow", "TensorFlow,PyTorch"})
  void answersTheSame(String from, String to) throws IOException {
    try (RunFolder folder = RunFolder.open(begun("adam", from));
        TrainedModel own = TrainedModel.load(folder, from, Device.cpu());
        TrainedModel other = TrainedModel.load(folder, to, Device.cpu())) {
      Evaluator.Scores scores = own.evaluate(DATA.test(), 64);
      assertEquals(Objects.requireNonNull(folder.info().result()).testLoss(), scores.loss(), 1e-6);
      assertEquals(scores.loss(), other.evaluate(DATA.test(), 64).loss(), 1e-4);
      assertEquals(scores.accuracy(), other.evaluate(DATA.test(), 64).accuracy());
      Predictions expected = own.predict(DATA.test(), 30);
      Predictions actual = other.predict(DATA.test(), 30);
      assertEquals(expected.size(), actual.size());
      for (int i = 0; i < expected.size(); i++) {
        assertArrayEquals(expected.probabilities(i), actual.probabilities(i), 1e-4);
      }
    }
  }
}
