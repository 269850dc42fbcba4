package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.loss.Loss;
import io.github.flora.data.Batches;
import io.github.flora.data.ImageSet;
import io.github.flora.data.Normalization;
import io.github.flora.data.SyntheticDigits;
import io.github.flora.engine.Engines;
import io.github.flora.engine.Optimizer;
import io.github.flora.engine.Precision;
import io.github.flora.engine.TrainingStep;
import io.github.flora.models.NetworkOptions;
import io.github.flora.models.Networks;
import io.github.flora.trainer.TrainingListener.Progress;
import io.github.flora.trainer.report.Epoch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A perceptron on 100 images in batches of 32: four batches an epoch, the last of four images. */
abstract class AbstractTrainingLoopTest {

  private static final ImageSet IMAGES = SyntheticDigits.draw(3, 0, 100);

  private final String engine;

  /** Makes the tests for an engine, by the name that DJL has for it. */
  AbstractTrainingLoopTest(String engine) {
    this.engine = engine;
  }

  private final List<String> calls = new ArrayList<>();
  private final List<Progress> progress = new ArrayList<>();
  private NDManager manager;
  private Block block;

  @BeforeEach
  void open() {
    SmallData.engine(engine).setRandomSeed(1);
    manager = SmallData.engine(engine).newBaseManager();
    block = Networks.get("mlp").newBlock(NetworkOptions.of(10));
    block.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 28, 28));
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private class Recorder implements TrainingListener {
    private final String name;

    Recorder(String name) {
      this.name = name;
    }

    @Override
    public void onProgress(Progress p) {
      calls.add("%s batch %d/%d of epoch %d".formatted(name, p.batch(), p.batches(), p.epoch()));
      progress.add(p);
    }

    @Override
    public void onEpoch(Epoch epoch, Block trained) throws IOException {
      calls.add("%s epoch %d".formatted(name, epoch.epoch()));
      assertEquals(block, trained);
    }
  }

  private List<Epoch> run(
      int epochs, double rate, ImageSet validation, BooleanSupplier stop, TrainingListener... all)
      throws IOException {
    return run(
        SmallData.hyperparameters(epochs, 32, "adam", rate, 0.2, null, false),
        validation,
        stop,
        all);
  }

  private List<Epoch> run(
      Hyperparameters values, ImageSet validation, BooleanSupplier stop, TrainingListener... all)
      throws IOException {
    Batches batches = new Batches(IMAGES, Normalization.UNIT, 32);
    try (TrainingStep step =
        TrainingStep.of(
            Engines.trainingSupport(engine),
            block,
            Loss.softmaxCrossEntropyLoss(),
            Optimizer.Adam.DEFAULT)) {
      return new TrainingLoop(
              manager,
              block,
              step,
              batches,
              new Evaluator(manager, validation, Normalization.UNIT, 32),
              new Course(values, batches.count()),
              new Seeds(1),
              List.of(all))
          .run(List.of(), stop);
    }
  }

  @Test
  void learns() throws IOException {
    List<Epoch> history = run(10, 1e-3, IMAGES, () -> false);
    assertEquals(10, history.size());
    assertTrue(history.get(9).trainLoss() < history.get(0).trainLoss() / 2, history.toString());
    assertTrue(history.get(9).valAccuracy() > 0.8, history.toString());
    for (int i = 0; i < 10; i++) {
      assertEquals(i + 1, history.get(i).epoch());
      assertEquals(1e-3, history.get(i).learningRate());
    }
  }

  @Test
  void listenersAreToldInOrder() throws IOException {
    run(2, 1e-3, IMAGES, () -> false, new Recorder("a"), new Recorder("b"));
    // In between, progress depends on the time; it always comes at the end of an epoch.
    for (int epoch = 1; epoch <= 2; epoch++) {
      int at = calls.indexOf("a batch 4/4 of epoch " + epoch);
      assertTrue(at >= 0, calls.toString());
      assertEquals(
          List.of(
              "a batch 4/4 of epoch " + epoch,
              "b batch 4/4 of epoch " + epoch,
              "a epoch " + epoch,
              "b epoch " + epoch),
          calls.subList(at, at + 4));
    }
    assertEquals("b epoch 2", calls.get(calls.size() - 1));
  }

  @Test
  void lastProgressIsTheEpoch() throws IOException {
    List<Epoch> history = run(1, 1e-3, IMAGES, () -> false, new Recorder("a"));
    Progress last = progress.get(progress.size() - 1);
    Epoch epoch = history.get(0);
    assertEquals(1, last.epoch());
    assertEquals(1, last.epochs());
    assertEquals(4, last.batches());
    assertEquals(100, last.images());
    assertEquals(epoch.trainLoss(), last.loss());
    assertEquals(epoch.trainAccuracy(), last.accuracy());
    assertTrue(last.imagesPerSecond() > 0);
    assertTrue(epoch.imagesPerSecond() > 0);
    assertTrue(epoch.seconds() >= 100 / epoch.imagesPerSecond(), epoch.toString());
  }

  /** With a rate of next to nothing, training measures what evaluation measures. */
  @Test
  void trainingAndValidationMeasureAlike() throws IOException {
    Epoch epoch = run(1, 1e-30, IMAGES, () -> false).get(0);
    assertEquals(epoch.valLoss(), epoch.trainLoss(), 1e-5);
    assertEquals(epoch.valAccuracy(), epoch.trainAccuracy());
  }

  @Test
  void withoutValidationImagesNothingIsValidated() throws IOException {
    Epoch epoch = run(1, 1e-3, IMAGES.select(new int[0]), () -> false).get(0);
    assertFalse(epoch.validated());
    assertTrue(Double.isNaN(epoch.valLoss()));
  }

  @Test
  void validatesEveryNthEpochAndTheLast() throws IOException {
    Hyperparameters values =
        SmallData.hyperparameters(7, 32, "adam", 1e-3, 0.2, null, false).toBuilder()
            .optValidateEvery(3)
            .build();
    List<Epoch> history = run(values, IMAGES, () -> false);
    assertEquals(
        List.of(3, 6, 7), history.stream().filter(Epoch::validated).map(Epoch::epoch).toList());
  }

  /** With a rate of next to nothing, no epoch is better than the first that was validated. */
  @Test
  void earlyStoppingCountsValidations() throws IOException {
    Hyperparameters values =
        SmallData.hyperparameters(20, 32, "adam", 1e-30, 0.2, null, false).toBuilder()
            .optValidateEvery(3)
            .optEarlyStopping(2)
            .build();
    assertEquals(9, run(values, IMAGES, () -> false).size());
  }

  /** Such as computing features: whoever compares wall times has to pay for it. */
  @Test
  void preparationCountsAsTheFirstEpochsTime() throws IOException {
    Batches batches = new Batches(IMAGES, Normalization.UNIT, 32);
    Hyperparameters values = SmallData.quick(2, 32);
    try (TrainingStep step =
        TrainingStep.of(
            Engines.trainingSupport(engine),
            block,
            Loss.softmaxCrossEntropyLoss(),
            Optimizer.Adam.DEFAULT)) {
      Evaluator none = new Evaluator(manager, IMAGES.select(new int[0]), Normalization.UNIT, 32);
      Stage stage = new Stage(block, step, batches, none, Precision.FP32, 2, true, 1000);
      List<Epoch> history =
          new TrainingLoop(manager, block, stage, new Course(values, 4), new Seeds(1), List.of())
              .run(List.of(), () -> false);
      assertEquals(1000, history.get(0).seconds(), 100);
      assertEquals(0, history.get(1).seconds(), 100);
    }
  }

  @Test
  void stoppingDropsTheEpochUnderWay() throws IOException {
    AtomicInteger batches = new AtomicInteger();
    List<Epoch> history =
        run(5, 1e-3, IMAGES, () -> batches.incrementAndGet() == 6, new Recorder("a"));
    assertEquals(1, history.size());
    assertEquals(6, batches.get(), "no batch after the request");
    assertEquals(1, calls.stream().filter(c -> c.startsWith("a epoch")).count());
  }

  @Test
  void stoppingInTheFirstEpochLeavesNone() throws IOException {
    assertEquals(List.of(), run(5, 1e-3, IMAGES, () -> true, new Recorder("a")));
    assertEquals(List.of(), calls);
  }

  @Test
  void aLossThatIsNoNumberNamesTheWayOut() {
    int before = manager.getManagedArrays().size();
    TrainingException e =
        assertThrows(
            TrainingException.class, () -> run(3, 1e30, IMAGES, () -> false, new Recorder("a")));
    assertEquals(
        "the loss is no longer a number in epoch 1: try a smaller --learning-rate (now 1.0E30)",
        e.getMessage());
    assertEquals(List.of(), calls);
    assertEquals(before, manager.getManagedArrays().size());
  }

  @Test
  void aListenerThatCannotWriteEndsTheTraining() {
    int before = manager.getManagedArrays().size();
    TrainingListener full =
        new TrainingListener() {
          @Override
          public void onEpoch(Epoch epoch, Block trained) throws IOException {
            throw new IOException("disk full");
          }
        };
    IOException e =
        assertThrows(
            IOException.class, () -> run(3, 1e-3, IMAGES, () -> false, full, new Recorder("b")));
    assertEquals("disk full", e.getMessage());
    assertFalse(calls.contains("b epoch 1"), calls.toString());
    assertEquals(before, manager.getManagedArrays().size());
  }

  @Test
  void liveArraysDoNotGrow() throws IOException {
    Recorder counting =
        new Recorder("a") {
          @Override
          public void onEpoch(Epoch epoch, Block trained) {
            calls.add(Integer.toString(LiveArrays.count(manager)));
          }
        };
    run(75, 1e-3, IMAGES, () -> false, counting);
    List<String> counts = calls.stream().filter(c -> !c.startsWith("a")).distinct().toList();
    assertEquals(1, counts.size(), "arrays at the end of 75 epochs, 300 steps: " + counts);
  }
}
