package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.nn.Block;
import io.github.flora.data.ImageDataset;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.report.HistoryCsv;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.RunInfo;
import io.github.flora.trainer.run.RunInfo.Status;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that was interrupted and goes on is the run that was not. */
abstract class AbstractResumeTest {

  private static final ImageDataset DATA = SmallData.dataset(400, 100);

  /** 320 images in batches of 64: five batches to an epoch. */
  private static final Hyperparameters EVERYTHING =
      Hyperparameters.builder()
          .optEpochs(4)
          .optBatchSize(64)
          .optLearningRate(0.01)
          .optWarmupEpochs(1)
          .optPatience(0)
          .optWeightDecay(0.01)
          .optDecayNorms(false)
          .optClipNorm(1)
          .optLabelSmoothing(0.1)
          .optBalanceClasses(true)
          .optAugment("standard")
          .optMixup(0.4)
          .optEarlyStopping(4)
          .optBatchNorm(true)
          .build();

  private final String engine;

  /** Makes the tests for an engine, by the name that DJL has for it. */
  AbstractResumeTest(String engine) {
    this.engine = engine;
  }

  @TempDir Path temp;

  @BeforeEach
  void chooseTheEngine() {
    Engine unused = SmallData.engine(engine);
  }

  private Training training(Hyperparameters how) {
    return new Training(Recipes.get("mnist-cnn"), how, DATA, engine, Device.cpu(), 2, 5);
  }

  private static BooleanSupplier after(int batches) {
    AtomicInteger left = new AtomicInteger(batches);
    return () -> left.decrementAndGet() <= 0;
  }

  private RunInfo run(String name, Hyperparameters how, BooleanSupplier stop) throws IOException {
    try (RunFolder folder = RunFolder.create(temp.resolve(name), false)) {
      return training(how).run(folder, List.of(), stop);
    }
  }

  private RunInfo resume(String name, Hyperparameters how, BooleanSupplier stop)
      throws IOException {
    try (RunFolder folder = RunFolder.resume(temp.resolve(name))) {
      return training(how).resume(folder, List.of(), stop);
    }
  }

  private static RunInfo.Result result(RunInfo info) {
    return Objects.requireNonNull(info.result());
  }

  private static String message(IOException e) {
    return Objects.requireNonNull(e.getMessage());
  }

  private void assertSame(String file) throws IOException {
    assertEquals(
        -1, Files.mismatch(temp.resolve("whole").resolve(file), temp.resolve("cut").resolve(file)));
  }

  private List<List<Double>> figures(String name) throws IOException {
    return HistoryCsv.read(temp.resolve(name).resolve("history.csv")).stream()
        .map(
            (Epoch e) ->
                List.of(
                    (double) e.epoch(),
                    e.trainLoss(),
                    e.trainAccuracy(),
                    e.valLoss(),
                    e.valAccuracy(),
                    e.learningRate()))
        .toList();
  }

  /** Cut in the first epoch, in a later one, and twice, with all that has a memory. */
  @ParameterizedTest
  @CsvSource({
    "adam,plateau,false",
    "adamw,cosine,true",
    "sgd,step,false",
    "nesterov,constant,true"
  })
  void goesOnAsIfNothingHadHappened(String optimizer, String schedule, boolean sampling)
      throws IOException {
    Hyperparameters values =
        EVERYTHING.toBuilder()
            .optOptimizer(optimizer)
            .optSchedule(schedule)
            .optBalanceClasses(!sampling)
            .optBalanceSampling(sampling)
            .build();
    RunInfo whole = run("whole", values, () -> false);
    RunInfo cut = run("cut", values, after(3));
    assertEquals(Status.INTERRUPTED, cut.status());
    assertEquals(Status.INTERRUPTED, resume("cut", values, after(13)).status());
    RunInfo resumed = resume("cut", values, () -> false);
    assertEquals(Status.DONE, resumed.status());
    assertEquals(cut.started(), resumed.started());
    assertEquals(result(whole).testLoss(), result(resumed).testLoss());
    assertEquals(result(whole).bestEpoch(), result(resumed).bestEpoch());
    assertEquals(figures("whole"), figures("cut"));
    assertSame("model/model.safetensors");
    assertSame("checkpoint/checkpoint.safetensors");
  }

  /** What a full disk is like, without one: in the third epoch a file can't be written. */
  @Test
  void aFileThatCannotBeWrittenCostsOneEpoch() throws IOException {
    run("whole", EVERYTHING, () -> false);
    Path history = temp.resolve("cut/history.csv");
    Path kept = temp.resolve("kept.csv");
    TrainingListener blocking =
        new TrainingListener() {
          @Override
          public void onEpoch(Epoch epoch, Block block) throws IOException {
            if (epoch.epoch() == 2) {
              Files.move(history, kept);
              Files.createDirectory(history);
            }
          }
        };
    try (RunFolder folder = RunFolder.create(temp.resolve("cut"), false)) {
      IOException e =
          assertThrows(
              IOException.class,
              () -> training(EVERYTHING).run(folder, List.of(blocking), () -> false));
      assertEquals(
          "can't write %s: it is a folder; mend that, then go on with --resume %s"
              .formatted(history, folder.root()),
          e.getMessage());
      assertEquals(Status.FAILED, folder.info().status());
    }
    Files.delete(history);
    Files.move(kept, history);
    assertEquals(Status.DONE, resume("cut", EVERYTHING, () -> false).status());
    assertEquals(figures("whole"), figures("cut"));
    assertSame("model/model.safetensors");
    assertSame("checkpoint/checkpoint.safetensors");
  }

  /** Early stopping remembers how long it has waited, and its end is an end. */
  @Test
  void earlyStoppingRemembers() throws IOException {
    // A rate this small changes nothing, so no epoch is better than the first.
    Hyperparameters still =
        EVERYTHING.toBuilder()
            .optEpochs(20)
            .optWarmupEpochs(0)
            .optLearningRate(1e-30)
            .optEarlyStopping(3)
            .optBatchNorm(false)
            .build();
    RunInfo whole = run("whole", still, () -> false);
    assertEquals(Status.DONE, whole.status());
    assertEquals(4, result(whole).epochs());
    run("cut", still, after(12));
    assertEquals(4, result(resume("cut", still, () -> false)).epochs());
  }

  @Test
  void anotherModelOrOptimizerIsNamed() throws IOException {
    run("cut", EVERYTHING, after(7));
    IOException optimizer =
        assertThrows(
            IOException.class,
            () -> resume("cut", EVERYTHING.toBuilder().optOptimizer("sgd").build(), () -> false));
    assertTrue(
        message(optimizer).contains("optimizer.momentum_buffer.")
            && message(optimizer).contains("resume with what it was trained with"),
        message(optimizer));
    IOException model =
        assertThrows(
            IOException.class,
            () -> resume("cut", EVERYTHING.toBuilder().optBatchNorm(false).build(), () -> false));
    assertTrue(message(model).contains("of another model"), message(model));
  }

  /** Wherever a checkpoint is cut off, it is one line and nothing is lost. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.0001, 0.3, 0.9999})
  void aTruncatedCheckpointIsNamed(double share) throws IOException {
    run("cut", EVERYTHING, after(7));
    Path file = temp.resolve("cut/checkpoint/checkpoint.safetensors");
    long history = Files.size(temp.resolve("cut/history.csv"));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate((long) (share * channel.size()));
    }
    String description = Files.readString(temp.resolve("cut/run.json"));
    IOException e = assertThrows(IOException.class, () -> resume("cut", EVERYTHING, () -> false));
    assertTrue(message(e).contains("checkpoint.safetensors"), message(e));
    assertEquals(1, message(e).lines().count(), message(e));
    assertEquals(history, Files.size(temp.resolve("cut/history.csv")));
    assertEquals(description, Files.readString(temp.resolve("cut/run.json")));
    assertTrue(description.contains("\"test_accuracy\""), description);
  }

  /** What the run came to stays, too. */
  @Test
  void otherDataAreNamed() throws IOException {
    run("cut", EVERYTHING, after(7));
    String description = Files.readString(temp.resolve("cut/run.json"));
    Training other =
        new Training(
            Recipes.get("mnist-cnn"),
            EVERYTHING,
            SmallData.dataset(390, 100),
            engine,
            Device.cpu(),
            2,
            5);
    try (RunFolder folder = RunFolder.resume(temp.resolve("cut"))) {
      IOException e =
          assertThrows(IOException.class, () -> other.resume(folder, List.of(), () -> false));
      assertTrue(message(e).contains("name its own with --data"), message(e));
    }
    assertEquals(description, Files.readString(temp.resolve("cut/run.json")));
  }
}
