package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import io.github.flora.data.Batches;
import io.github.flora.data.ImageDataset;
import io.github.flora.data.TrainValidation;
import io.github.flora.engine.CrossEntropy;
import io.github.flora.engine.Engines;
import io.github.flora.engine.TrainingStep;
import io.github.flora.models.BatchNorm;
import io.github.flora.models.Head;
import io.github.flora.models.Networks;
import io.github.flora.models.ParameterNames;
import io.github.flora.models.Safetensors;
import io.github.flora.models.SafetensorsFile;
import io.github.flora.models.Weights;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.report.HistoryCsv;
import io.github.flora.trainer.run.RunException;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.RunInfo;
import io.github.flora.trainer.run.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Training that starts from what an earlier one came to. */
abstract class AbstractFineTuningTest {

  private static final ImageDataset DATA = SmallData.dataset(400, 100);
  private static final String RATIO = "fc2.";

  private final String engine;

  /** Makes the tests for an engine, by the name that DJL has for it. */
  AbstractFineTuningTest(String engine) {
    this.engine = engine;
  }

  @TempDir Path temp;
  private Path pretrained;
  private final List<String> notes = new ArrayList<>();

  @BeforeEach
  void pretrain() throws IOException {
    Engine unused = SmallData.engine(engine);
    run("first", how().optEpochs(1).build(), () -> false);
    pretrained = temp.resolve("pretrained.safetensors");
    Files.copy(temp.resolve("first/model/model.safetensors"), pretrained);
  }

  /** 320 images in batches of 64: five batches to an epoch. */
  private static Hyperparameters.Builder how() {
    return Hyperparameters.builder()
        .optEpochs(3)
        .optBatchSize(64)
        .optOptimizer("adamw")
        .optLearningRate(0.01)
        .optSchedule("cosine")
        .optDropout(0.0)
        .optBatchNorm(true);
  }

  private Hyperparameters tuned(FineTuning tuning) {
    return how().optFineTuning(tuning.withPretrained(pretrained.toString())).build();
  }

  private Training training(Hyperparameters how) {
    return new Training(Recipes.get("mnist-cnn"), how, DATA, engine, Device.cpu(), 2, 5);
  }

  private TrainingListener listener() {
    return new TrainingListener() {
      @Override
      public void onNote(String message) {
        notes.add(message);
      }
    };
  }

  private RunInfo run(String name, Hyperparameters how, BooleanSupplier stop) throws IOException {
    try (RunFolder folder = RunFolder.create(temp.resolve(name), false)) {
      return training(how).run(folder, List.of(listener()), stop);
    }
  }

  private Map<String, float[]> weights(Path file) throws IOException {
    Map<String, float[]> weights = new LinkedHashMap<>();
    try (SafetensorsFile in = Safetensors.open(file);
        NDManager manager = SmallData.engine(engine).newBaseManager()) {
      for (String name : in.names()) {
        weights.put(name, in.read(manager, name).toFloatArray());
      }
    }
    return weights;
  }

  private Map<String, float[]> model(String run) throws IOException {
    return weights(temp.resolve(run).resolve("model/model.safetensors"));
  }

  private List<Epoch> history(String run) throws IOException {
    return HistoryCsv.read(temp.resolve(run).resolve("history.csv"));
  }

  private static final FineTuning FROZEN =
      FineTuning.NONE.withPretrained("x").withFreeze("backbone");

  @Test
  void theRunStartsFromTheFileAndSaysSo() throws IOException {
    RunInfo info = run("tuned", tuned(FineTuning.NONE.withPretrained("x")), () -> false);
    RunInfo.PretrainedInfo start = Objects.requireNonNull(info.pretrained());
    assertEquals("pretrained.safetensors", start.file());
    assertEquals(64, start.sha256().length());
    assertEquals(pretrained.toString(), info.hyperparameters().fineTuning().pretrained());
    assertTrue(history("tuned").get(0).valLoss() < history("first").get(0).valLoss());
    assertEquals(List.of("weights     pretrained.safetensors: 14 tensors"), notes);
  }

  @Test
  void aFrozenBackboneStaysAndItsHeadLearns() throws IOException {
    RunInfo info = run("frozen", tuned(FROZEN), () -> false);
    Map<String, float[]> before = weights(pretrained);
    Map<String, float[]> after = model("frozen");
    assertEquals(before.keySet(), after.keySet());
    before.forEach(
        (name, values) ->
            assertEquals(!name.startsWith(RATIO), Arrays.equals(values, after.get(name)), name));
    assertEquals(3, history("frozen").size());
    assertTrue(notes.get(1).startsWith("features    of 400 images in "), notes.toString());
    RunInfo.Result result = Objects.requireNonNull(info.result());
    // What is stored is the whole network, and the best epoch's.
    try (RunFolder folder = RunFolder.open(temp.resolve("frozen"));
        TrainedModel model = TrainedModel.load(folder, engine, Device.cpu())) {
      assertEquals(result.testLoss(), model.evaluate(DATA.test(), 64).loss(), 1e-5);
      TrainValidation split = DATA.split(0.2, new Seeds(5).split());
      assertEquals(
          history("frozen").get(result.bestEpoch() - 1).valLoss(),
          model.evaluate(split.validation(), 64).loss(),
          1e-5);
    }
  }

  /** The same by DJL's own freezing, image by image. */
  @Test
  void featuresGiveTheLossesOfANetworkWhoseBackboneIsFrozenByHand() throws IOException {
    run("frozen", tuned(FROZEN), () -> false);
    try (NDManager manager = SmallData.engine(engine).newBaseManager();
        RunFolder folder = RunFolder.open(temp.resolve("frozen"))) {
      Hyperparameters how = tuned(FROZEN);
      Block block = TrainedModel.newBlock(Networks.get("cnn"), folder.model(), manager);
      Weights.load(block, pretrained);
      BatchNorm.freezeAll(block);
      Set<String> head = Head.of(block).orElseThrow().names();
      for (Map.Entry<String, Parameter> entry : ParameterNames.of(block).entrySet()) {
        if (!head.contains(entry.getKey())) {
          entry.getValue().freeze(true);
        }
      }
      Seeds seeds = new Seeds(5);
      TrainValidation split = DATA.split(0.2, seeds.split());
      Batches batches = new Batches(split.train(), DATA.normalization(), 64);
      List<Epoch> expected;
      try (TrainingStep step =
          TrainingStep.of(
              Engines.trainingSupport(engine), block, new CrossEntropy(), how.newOptimizer())) {
        assertEquals(2, step.parameters().size());
        expected =
            new TrainingLoop(
                    manager,
                    block,
                    step,
                    batches,
                    new Evaluator(manager, split.validation(), DATA.normalization(), 64),
                    new Course(how, batches.count()),
                    seeds,
                    List.of())
                .run(List.of(), () -> false);
      }
      List<Epoch> actual = history("frozen");
      for (int i = 0; i < 3; i++) {
        assertEquals(expected.get(i).trainLoss(), actual.get(i).trainLoss(), 1e-4);
        assertEquals(expected.get(i).valLoss(), actual.get(i).valLoss(), 1e-4);
        assertEquals(expected.get(i).learningRate(), actual.get(i).learningRate());
      }
    }
  }

  /** What changes images in batches changes their features. */
  @ParameterizedTest
  @CsvSource({"0.4, false", "0, true"})
  void featuresAreMixedAndDrawnToo(double mixup, boolean sampling) throws IOException {
    Hyperparameters plain = tuned(FROZEN);
    Hyperparameters other = plain.toBuilder().optMixup(mixup).optBalanceSampling(sampling).build();
    run("plain", plain, () -> false);
    run("other", other, () -> false);
    for (int i = 0; i < 3; i++) {
      assertNotEquals(history("plain").get(i).trainLoss(), history("other").get(i).trainLoss());
    }
  }

  @Test
  void afterSomeEpochsEverythingLearns() throws IOException {
    run("frozen", tuned(FROZEN.withFreeze("backbone:2")), after(2));
    assertArrayEquals(
        weights(pretrained).get("conv1.weight"), checkpoint("frozen").get("model.conv1.weight"));
    run("thawed", tuned(FROZEN.withFreeze("backbone:2")), () -> false);
    assertEquals(3, history("thawed").size());
    assertFalse(
        Arrays.equals(
            weights(pretrained).get("conv1.weight"),
            checkpoint("thawed").get("model.conv1.weight")));
    assertEquals(
        List.of(false, true),
        List.of(
            checkpoint("frozen").containsKey("optimizer.exp_avg.conv1.weight"),
            checkpoint("thawed").containsKey("optimizer.exp_avg.conv1.weight")));
    // The optimizer is new: five batches since then, also for the head.
    assertArrayEquals(new float[] {5}, checkpoint("thawed").get("optimizer.step.fc2.weight"));
  }

  private Map<String, float[]> checkpoint(String run) throws IOException {
    return weights(temp.resolve(run).resolve("checkpoint/checkpoint.safetensors"));
  }

  private static BooleanSupplier after(int calls) {
    // Asked after a frozen epoch and after any other batch. Seven batches of features come before:
    // five of training images, two of validation.
    AtomicInteger left = new AtomicInteger(calls + 7);
    return () -> left.decrementAndGet() <= 0;
  }

  @Test
  void frozenNormsKeepWhatTheyCameWith() throws IOException {
    FineTuning tuning = FineTuning.NONE.withPretrained("x");
    run("fixed", tuned(tuning.withFreezeNorms(true)), () -> false);
    run("free", tuned(tuning), () -> false);
    Map<String, float[]> before = weights(pretrained);
    for (String name : List.of("bn1.weight", "bn1.bias", "bn2.running_mean", "bn2.running_var")) {
      assertArrayEquals(before.get(name), model("fixed").get(name), name);
      assertFalse(Arrays.equals(before.get(name), model("free").get(name)), name);
    }
    assertFalse(Arrays.equals(before.get("conv1.weight"), model("fixed").get("conv1.weight")));
  }

  @Test
  void theBackboneHasARateOfItsOwn() throws IOException {
    // AdamW's first steps are of the size of the rate, whatever the gradient.
    Hyperparameters how =
        tuned(FineTuning.NONE.withPretrained("x").withBackboneLearningRate(1e-5)).toBuilder()
            .optEpochs(1)
            .optWeightDecay(0.0)
            .build();
    run("slow", how, () -> false);
    Map<String, float[]> before = weights(pretrained);
    Map<String, float[]> after = model("slow");
    assertTrue(largestChange(before, after, "conv1.weight") < 6e-5);
    assertTrue(largestChange(before, after, "conv1.weight") > 5e-6);
    assertTrue(largestChange(before, after, "fc2.weight") > 5e-3);
  }

  /** Decay and the limit of the gradients are one thing, the rate another. */
  @ParameterizedTest
  @CsvSource({"false, 0", "true, 0.01"})
  void withTwoRatesTheRestOfTheRuleHolds(boolean decayNorms, double clipNorm) throws IOException {
    Hyperparameters how =
        tuned(FineTuning.NONE.withPretrained("x").withBackboneLearningRate(1e-3)).toBuilder()
            .optEpochs(1)
            .optWeightDecay(0.5)
            .build();
    run("plain", how, () -> false);
    run(
        "other",
        how.toBuilder().optDecayNorms(decayNorms).optClipNorm(clipNorm).build(),
        () -> false);
    assertFalse(Arrays.equals(model("plain").get("bn1.weight"), model("other").get("bn1.weight")));
  }

  private static double largestChange(
      Map<String, float[]> before, Map<String, float[]> after, String name) {
    float[] a = Objects.requireNonNull(before.get(name));
    float[] b = Objects.requireNonNull(after.get(name));
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i] - b[i]));
    }
    return largest;
  }

  /** With all that changes batches. */
  private Hyperparameters batchwise(FineTuning tuning) {
    return tuned(tuning).toBuilder()
        .optEpochs(4)
        .optAugment("standard")
        .optMixup(0.4)
        .optBalanceSampling(true)
        .build();
  }

  /** Stops within the features, after a frozen epoch, at the change, after it, an epoch later. */
  @ParameterizedTest
  @CsvSource({"-3, 0", "1, 1", "2, 2", "4, 2", "10, 3"})
  void aRunThatGoesOnIsTheRunThatWasNotInterrupted(int calls, int epochs) throws IOException {
    FineTuning tuning =
        FROZEN.withFreeze("backbone:2").withFreezeNorms(true).withBackboneLearningRate(1e-3);
    Hyperparameters how = batchwise(tuning);
    run("whole", how, () -> false);
    RunInfo cut = run("cut", how, after(calls));
    assertEquals(RunInfo.Status.INTERRUPTED, cut.status());
    assertEquals(epochs, epochs == 0 ? 0 : history("cut").size());
    RunInfo went;
    if (epochs > 0) {
      // Needed no more.
      Files.delete(pretrained);
    }
    try (RunFolder folder = RunFolder.resume(temp.resolve("cut"))) {
      went = training(how).resume(folder, List.of(), () -> false);
    }
    assertEquals(cut.pretrained(), went.pretrained());
    for (String file : List.of("model/model.safetensors", "checkpoint/checkpoint.safetensors")) {
      assertEquals(
          -1,
          Files.mismatch(temp.resolve("whole").resolve(file), temp.resolve("cut").resolve(file)));
    }
  }

  @Test
  void anotherFileOfTheSameNameIsNoticed() throws IOException {
    Hyperparameters how = tuned(FROZEN);
    run("cut", how, after(-3));
    Files.copy(
        temp.resolve("first/checkpoint/checkpoint.safetensors"),
        pretrained,
        StandardCopyOption.REPLACE_EXISTING);
    try (RunFolder folder = RunFolder.resume(temp.resolve("cut"))) {
      RunException e =
          assertThrows(
              RunException.class, () -> training(how).resume(folder, List.of(), () -> false));
      assertTrue(
          String.valueOf(e.getMessage()).startsWith("the run started from another pretrained"),
          e.getMessage());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "djl-lenet, backbone, , false, ",
    "mlp, none, , true, model 'mlp' has no batch normalisation that --freeze-norms could freeze",
  })
  void whatTheNetworkLacksIsTold(
      String network,
      String freeze,
      @Nullable Double rate,
      boolean norms,
      @Nullable String message) {
    Hyperparameters how =
        Hyperparameters.builder()
            .optFineTuning(new FineTuning("x", freeze, norms, rate, 0))
            .build();
    Training training =
        new Training(
            Recipes.get("mnist-mlp").withNetwork(network), how, DATA, engine, Device.cpu(), 2, 5);
    if (message == null) {
      training.check();
    } else {
      assertEquals(message, assertThrows(TrainingException.class, training::check).getMessage());
    }
  }
}
