package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import io.github.flora.data.ImageDataset;
import io.github.flora.engine.Optimizer;
import io.github.flora.models.Safetensors;
import io.github.flora.models.SafetensorsFile;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.report.HistoryCsv;
import io.github.flora.trainer.run.RunException;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.RunInfo;
import io.github.flora.trainer.run.RunInfo.Result;
import io.github.flora.trainer.run.RunInfo.Status;
import io.github.flora.trainer.run.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

abstract class AbstractTrainingTest {

  private static final ImageDataset DATA = SmallData.dataset(400, 100);

  private static final Hyperparameters PLAIN =
      SmallData.hyperparameters(3, 64, "adam", 1e-3, 0.2, null, true).toBuilder()
          .optWeightDecay(0.1)
          .build();

  /** The training loss at the end of a training with nothing but {@link #PLAIN}, by engine. */
  private static final Map<String, Double> PLAIN_LOSSES = new HashMap<>();

  private final String engine;

  /** Makes the tests for an engine, by the name that DJL has for it. */
  AbstractTrainingTest(String engine) {
    this.engine = engine;
  }

  @TempDir Path temp;

  @BeforeEach
  void chooseTheEngine() {
    Engine unused = SmallData.engine(engine);
  }

  private Training training(String recipe, Hyperparameters how, long seed) {
    return new Training(Recipes.get(recipe), how, DATA, engine, Device.cpu(), 2, seed);
  }

  private RunInfo train(String name, Training training, BooleanSupplier stop) throws IOException {
    try (RunFolder folder = RunFolder.create(temp.resolve(name), false)) {
      return training.run(folder, List.of(), stop);
    }
  }

  private List<String> history(String name) throws IOException {
    return Files.readAllLines(temp.resolve(name).resolve("history.csv"));
  }

  /** All columns but seconds and images per second. */
  private List<String> historyWithoutTimes(String name) throws IOException {
    return history(name).stream()
        .map(line -> line.substring(0, line.lastIndexOf(',', line.lastIndexOf(',') - 1)))
        .toList();
  }

  /** The convolutional network has dropout, so this covers everything that is random. */
  @Test
  void theSameSeedGivesTheSameHistory() throws IOException {
    Hyperparameters how = SmallData.quick(2, 64);
    train("a", training("mnist-cnn", how, 1), () -> false);
    train("b", training("mnist-cnn", how, 1), () -> false);
    train("c", training("mnist-cnn", how, 2), () -> false);
    List<String> first = historyWithoutTimes("a");
    assertEquals(3, first.size());
    assertEquals(
        "epoch,train_loss,train_accuracy,val_loss,val_accuracy,learning_rate", first.get(0));
    assertEquals(first, historyWithoutTimes("b"));
    assertNotEquals(first.get(1), historyWithoutTimes("c").get(1));
    assertEquals(
        -1,
        Files.mismatch(
            temp.resolve("a/model/model.safetensors"), temp.resolve("b/model/model.safetensors")));
  }

  @Test
  void recordsWhatCameOfIt() throws IOException {
    RunInfo info = train("run", training("mnist-mlp", SmallData.quick(3, 64), 1), () -> false);
    assertEquals(Status.DONE, info.status());
    assertEquals(engine, info.engine().name());
    assertEquals(Engine.getEngine(engine).getVersion(), info.engine().version());
    Result result = info.result();
    assertNotNull(result);
    List<Epoch> history = HistoryCsv.read(temp.resolve("run/history.csv"));
    assertEquals(3, result.epochs());
    assertEquals(Epoch.best(history).orElseThrow().epoch(), result.bestEpoch());
    // In the file each is rounded to milliseconds.
    assertEquals(history.stream().mapToDouble(Epoch::seconds).sum(), result.seconds(), 0.002);
    assertEquals(320, info.data().train());
    assertEquals(80, info.data().validation());
    assertEquals(100, info.data().test());
    try (RunFolder folder = RunFolder.open(temp.resolve("run"))) {
      assertEquals(info, folder.info());
      // The result is that of the weights that were kept, on the images never learnt from.
      try (TrainedModel model = TrainedModel.load(folder, engine, Device.cpu())) {
        Predictions predictions = model.predict(DATA.test(), 7);
        double loss = 0;
        int hits = 0;
        for (int i = 0; i < 100; i++) {
          loss += predictions.loss(i, DATA.test().label(i)) / 100;
          hits += predictions.top1(i) == DATA.test().label(i) ? 1 : 0;
        }
        assertEquals(hits / 100.0, result.testAccuracy(), 1e-12);
        assertEquals(loss, result.testLoss(), 1e-5);
      }
    }
    assertEquals(
        List.of(
            ".lock",
            "checkpoint/checkpoint.safetensors",
            "curves.png",
            "history.csv",
            "model/model.json",
            "model/model.safetensors",
            "model/serving.properties",
            "run.json"),
        SmallData.files(temp.resolve("run")).stream()
            .filter(file -> !file.startsWith("events.out.tfevents."))
            .toList());
  }

  /** LeNet-5 takes 32×32; the digits get a margin, in training as in use. */
  @Test
  void smallerImagesGetAMargin() throws IOException {
    train("run", training("mnist-lenet5", SmallData.quick(1, 64), 1), () -> false);
    try (RunFolder folder = RunFolder.open(temp.resolve("run"))) {
      assertEquals(2, folder.model().margin());
      assertEquals(32, folder.model().input().height());
      assertEquals(32, folder.model().input().width());
    }
  }

  /** On so few images the loss of the validation may rise while its accuracy does, too. */
  @Test
  void theModelIsTheBestByWhatIsMonitored() throws IOException {
    Hyperparameters how =
        SmallData.hyperparameters(12, 16, "adam", 3e-3, 0.2, null, false).toBuilder()
            .optMonitor(Monitor.VAL_LOSS)
            .build();
    // It depends on the seed whether the two figures are best at different epochs.
    boolean differ = false;
    for (int seed = 1; !differ && seed <= 8; seed++) {
      String run = "run" + seed;
      RunInfo info = train(run, training("mnist-mlp", how, seed), () -> false);
      List<Epoch> history = HistoryCsv.read(temp.resolve(run).resolve("history.csv"));
      int best =
          history.stream().min(Comparator.comparingDouble(Epoch::valLoss)).orElseThrow().epoch();
      differ = Epoch.best(history).orElseThrow().epoch() != best;
      assertEquals(best, Objects.requireNonNull(info.result()).bestEpoch());
      try (SafetensorsFile file =
          Safetensors.open(temp.resolve(run).resolve("model/model.safetensors"))) {
        assertEquals(Integer.toString(best), file.metadata().get("epoch"));
      }
    }
    assertTrue(differ, "nothing to see");
  }

  @Test
  void runJsonSaysRunningWhileItRuns() throws IOException {
    try (RunFolder folder = RunFolder.create(temp.resolve("run"), false)) {
      TrainingListener looking =
          new TrainingListener() {
            @Override
            public void onEpoch(Epoch epoch, Block block) throws IOException {
              assertEquals(Status.RUNNING, folder.info().status());
              assertNull(folder.info().result());
              // The folder's own listener came before.
              assertEquals(epoch.epoch(), HistoryCsv.read(folder.history()).size());
            }
          };
      training("mnist-mlp", SmallData.quick(2, 64), 1).run(folder, List.of(looking), () -> false);
      assertEquals(Status.DONE, folder.info().status());
    }
  }

  /** What nobody chose is in the record too, as the optimizer and the network have it. */
  @ParameterizedTest
  @CsvSource({
    "mnist-cnn,adam,0.5,0",
    "mnist-mlp,adamw,0,0.01",
    "mnist-lenet5,nesterov,0,0",
  })
  void runJsonSaysWhatIsInForce(String recipe, String optimizer, double dropout, double decay)
      throws IOException {
    Hyperparameters how = SmallData.hyperparameters(1, 64, optimizer, 1e-3, 0.2, null, false);
    RunInfo info = train("run", training(recipe, how, 1), () -> true);
    assertEquals(dropout, info.hyperparameters().dropout());
    assertEquals(decay, info.hyperparameters().weightDecay());
    assertEquals(Optimizer.of(optimizer).numbers(), info.optimizer());
    try (RunFolder folder = RunFolder.open(temp.resolve("run"))) {
      assertEquals(info, folder.info());
    }
  }

  static Map<String, Hyperparameters> options() {
    Map<String, Hyperparameters> options = new LinkedHashMap<>();
    options.put("augment", PLAIN.toBuilder().optAugment("standard").build());
    options.put("label smoothing", PLAIN.toBuilder().optLabelSmoothing(0.1).build());
    options.put("class weights", PLAIN.toBuilder().optBalanceClasses(true).build());
    options.put("class sampling", PLAIN.toBuilder().optBalanceSampling(true).build());
    options.put("mixup", PLAIN.toBuilder().optMixup(0.2).build());
    options.put("clip norm", PLAIN.toBuilder().optClipNorm(0.1).build());
    options.put("weight decay", PLAIN.toBuilder().optWeightDecay(0.2).build());
    options.put("no decay of norms", PLAIN.toBuilder().optDecayNorms(false).build());
    options.put("cosine", PLAIN.toBuilder().optSchedule("cosine").build());
    options.put("step", PLAIN.toBuilder().optSchedule("step").build());
    options.put("warm-up", PLAIN.toBuilder().optWarmupEpochs(1).build());
    options.put("adamw", PLAIN.toBuilder().optOptimizer("adamw").build());
    options.put("dropout", PLAIN.toBuilder().optDropout(0.1).build());
    return options;
  }

  /** An option that is taken and then forgotten would leave the training as it was. */
  @ParameterizedTest
  @MethodSource("optionNames")
  void everyOptionReachesTheTraining(String name) throws IOException {
    if (PLAIN_LOSSES.get(engine) == null) {
      train("plain", training("mnist-cnn", PLAIN, 1), () -> false);
      PLAIN_LOSSES.put(engine, lastTrainLoss("plain"));
    }
    Hyperparameters how = Objects.requireNonNull(options().get(name));
    train("other", training("mnist-cnn", how, 1), () -> false);
    assertNotEquals(PLAIN_LOSSES.get(engine), lastTrainLoss("other"));
  }

  @Test
  void labelsAreSmoothedUnderClassWeightsToo() throws IOException {
    Hyperparameters weighted = PLAIN.toBuilder().optBalanceClasses(true).build();
    train("sharp", training("mnist-cnn", weighted, 1), () -> false);
    Hyperparameters smoothed = weighted.toBuilder().optLabelSmoothing(0.1).build();
    train("smooth", training("mnist-cnn", smoothed, 1), () -> false);
    assertNotEquals(lastTrainLoss("sharp"), lastTrainLoss("smooth"));
  }

  private Double lastTrainLoss(String run) throws IOException {
    List<Epoch> history = HistoryCsv.read(temp.resolve(run).resolve("history.csv"));
    return history.get(history.size() - 1).trainLoss();
  }

  static Set<String> optionNames() {
    return options().keySet();
  }

  @Test
  void anInterruptedRunKeepsTheEpochsThatWereDone() throws IOException {
    AtomicInteger batches = new AtomicInteger();
    // 320 images in batches of 64 are five batches an epoch: this is in the third.
    RunInfo info =
        train(
            "run",
            training("mnist-mlp", SmallData.quick(9, 64), 1),
            () -> batches.incrementAndGet() >= 12);
    assertEquals(Status.INTERRUPTED, info.status());
    assertNotNull(info.result());
    assertEquals(2, info.result().epochs());
    assertEquals(3, history("run").size());
    assertTrue(Files.exists(temp.resolve("run/curves.png")));
    try (RunFolder folder = RunFolder.open(temp.resolve("run"));
        TrainedModel model = TrainedModel.load(folder, engine, Device.cpu())) {
      assertEquals(Status.INTERRUPTED, folder.info().status());
      assertEquals(100, model.predict(DATA.test(), 50).size());
    }
  }

  @Test
  void aRunInterruptedInItsFirstEpochHasNoModel() throws IOException {
    RunInfo info = train("run", training("mnist-mlp", SmallData.quick(9, 64), 1), () -> true);
    assertEquals(Status.INTERRUPTED, info.status());
    assertNull(info.result());
    try (RunFolder folder = RunFolder.open(temp.resolve("run"))) {
      RunException e =
          assertThrows(RunException.class, () -> TrainedModel.load(folder, engine, Device.cpu()));
      assertEquals(
          temp.resolve("run")
              + " has no model (model/model.safetensors is missing): its training ended before the"
              + " first epoch was done",
          e.getMessage());
    }
  }

  @Test
  void aRunThatFailedSaysSo() throws IOException {
    Hyperparameters wild = SmallData.hyperparameters(3, 64, "adam", 1e30, 0.2, null, false);
    assertThrows(
        TrainingException.class, () -> train("run", training("mnist-mlp", wild, 1), () -> false));
    try (RunFolder folder = RunFolder.open(temp.resolve("run"))) {
      assertEquals(Status.FAILED, folder.info().status());
      assertNull(folder.info().result());
      assertFalse(Files.exists(folder.weights()));
    }
  }

  /** One batch an epoch: the loss is still a number, but what it leaves behind isn't a model. */
  @Test
  void divergingInTheLastBatchFailsToo() throws IOException {
    Hyperparameters wild = SmallData.hyperparameters(1, 400, "adam", 1e30, 0.2, null, false);
    TrainingException e =
        assertThrows(
            TrainingException.class,
            () -> train("run", training("mnist-mlp", wild, 1), () -> false));
    assertTrue(String.valueOf(e.getMessage()).contains("--learning-rate"), e::getMessage);
  }

  @Test
  void aSplitThatLeavesNothingToLearnFromNamesTheOption() {
    Hyperparameters greedy = SmallData.hyperparameters(1, 64, "adam", 1e-3, 0.9999, null, false);
    TrainingException e =
        assertThrows(
            TrainingException.class,
            () -> train("run", training("mnist-mlp", greedy, 1), () -> false));
    assertTrue(String.valueOf(e.getMessage()).contains("--validation-split"), e::getMessage);
  }

  @Test
  void leavesNoArrays() throws IOException {
    try (NDManager any = SmallData.engine(engine).newBaseManager()) {
      int before = LiveArrays.count(any);
      train("run", training("mnist-mlp", SmallData.quick(1, 64), 1), () -> false);
      assertEquals(before, LiveArrays.count(any));
    }
  }
}
