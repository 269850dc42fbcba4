package io.github.flora.trainer;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.loss.Loss;
import io.github.flora.data.Batches;
import io.github.flora.data.ImageDataset;
import io.github.flora.data.ImageSet;
import io.github.flora.data.Normalization;
import io.github.flora.data.TrainValidation;
import io.github.flora.engine.EngineSupport;
import io.github.flora.engine.Engines;
import io.github.flora.engine.Optimizer;
import io.github.flora.engine.TrainingStep;
import io.github.flora.models.NetworkOptions;
import io.github.flora.models.Networks;
import io.github.flora.models.Weights;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.run.ModelInfo;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.RunInfo;
import io.github.flora.trainer.run.RunInfo.DataInfo;
import io.github.flora.trainer.run.RunInfo.EngineInfo;
import io.github.flora.trainer.run.RunInfo.Result;
import io.github.flora.trainer.run.RunInfo.Status;
import io.github.flora.trainer.run.TrainedModel;
import java.io.IOException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.DoubleStream;

/**
 * Trains a recipe into a run folder: builds the model, runs the loop, keeps what it gives, and
 * measures the best weights on the test images.
 *
 * @param recipe what to train
 * @param hyperparameters how
 * @param dataset what to learn from; images smaller than the network's input get a margin of zeros
 * @param engine the engine's name as DJL spells it
 * @param device the device to train on
 * @param threads threads that one operation may use, for the record
 * @param seed fixes initialisation, split, order and dropout
 */
public record Training(
    Recipe recipe,
    Hyperparameters hyperparameters,
    ImageDataset dataset,
    String engine,
    Device device,
    int threads,
    long seed) {

  /**
   * Trains.
   *
   * @param folder where to put everything
   * @param listeners told how it goes, after the run folder's own
   * @param stop asked after every batch whether to end early
   * @return what {@code run.json} says at the end
   * @throws IOException if the run folder can't be written
   * @throws TrainingException if the loss is no longer a number, or the split leaves no images
   */
  public RunInfo run(RunFolder folder, List<TrainingListener> listeners, BooleanSupplier stop)
      throws IOException {
    EngineSupport support = Engines.trainingSupport(engine);
    Seeds seeds = new Seeds(seed);
    int margin = margin();
    ImageDataset images = margin == 0 ? dataset : dataset.padded(margin);
    TrainValidation split = split(images, seeds);
    Normalization normalization =
        recipe.standardize()
            ? Normalization.standardizing(dataset.train())
            : dataset.normalization();
    ModelInfo model = modelInfo(margin, normalization);
    RunInfo info = describe(split);
    folder.write(info);
    folder.write(model);
    RunWriter writer =
        new RunWriter(
            folder,
            recipe.name() + " on " + engine,
            warning -> listeners.forEach(listener -> listener.onWarning(warning)));
    List<TrainingListener> all = new ArrayList<>(List.of(writer));
    all.addAll(listeners);
    Status status = Status.FAILED;
    Result result = null;
    try (NDManager manager = NDManager.newBaseManager(device, engine)) {
      Engine.getEngine(engine).setRandomSeed(seeds.initialisation());
      Block block = TrainedModel.newBlock(model, manager);
      long start = System.nanoTime();
      List<Epoch> history;
      try (TrainingStep step =
          new TrainingStep(
              support, block, Loss.softmaxCrossEntropyLoss(), Optimizer.Adam.DEFAULT)) {
        history =
            new TrainingLoop(
                    manager,
                    block,
                    step,
                    new Batches(split.train(), model.normalization(), hyperparameters.batchSize()),
                    new Evaluator(
                        manager,
                        split.validation(),
                        model.normalization(),
                        hyperparameters.batchSize()),
                    hyperparameters,
                    seeds,
                    all)
                .run(stop);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      if (!history.isEmpty()) {
        Weights.load(block, folder.weights());
        result = result(manager, block, images.test(), model.normalization(), history, seconds);
      }
      status = history.size() == hyperparameters.epochs() ? Status.DONE : Status.INTERRUPTED;
    } finally {
      // The last word, also when training failed: curves so far, and how it ended.
      writer.finish();
      info = info.with(status, result);
      folder.write(info);
    }
    return info;
  }

  private TrainValidation split(ImageDataset images, Seeds seeds) {
    try {
      return images.split(hyperparameters.validationSplit(), seeds.split());
    } catch (IllegalArgumentException e) {
      throw new TrainingException(e.getMessage() + ": choose a smaller --validation-split");
    }
  }

  /** Half of what an image lacks to be as large as the network's input. */
  private int margin() {
    Shape input = Networks.get(recipe.network()).inputShape();
    int lacking = (int) input.get(1) - dataset.train().height();
    if (lacking < 0
        || lacking % 2 != 0
        || input.get(2) - dataset.train().width() != lacking
        || input.get(0) != dataset.train().channels()) {
      throw new TrainingException(
          "%s takes %s images, which %s can't be made into: choose another --model"
              .formatted(recipe.network(), input, dataset.train()));
    }
    return lacking / 2;
  }

  private ModelInfo modelInfo(int margin, Normalization normalization) {
    Double dropout = hyperparameters.dropout();
    return new ModelInfo(
        recipe.network(),
        new NetworkOptions(
            dataset.labels().size(),
            dropout == null ? null : dropout.floatValue(),
            hyperparameters.batchNorm()),
        new ModelInfo.Input(
            dataset.train().channels(),
            dataset.train().height() + 2 * margin,
            dataset.train().width() + 2 * margin),
        margin,
        normalization,
        dataset.labels());
  }

  private RunInfo describe(TrainValidation split) {
    return new RunInfo(
        Status.RUNNING,
        recipe.name(),
        recipe.network(),
        LocalDateTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS).toString(),
        Versions.flora(),
        System.getProperty("java.version"),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        new EngineInfo(
            engine, Engine.getEngine(engine).getVersion(), Engines.describe(device), threads),
        new DataInfo(
            dataset.name(),
            dataset.source().id(),
            dataset.origin(),
            split.train().size(),
            split.validation().size(),
            dataset.test().size()),
        hyperparameters,
        seed,
        null);
  }

  private Result result(
      NDManager manager,
      Block block,
      ImageSet test,
      Normalization normalization,
      List<Epoch> history,
      double seconds) {
    Evaluator.Scores scores =
        new Evaluator(manager, test, normalization, hyperparameters.batchSize()).scores(block);
    if (!Double.isFinite(scores.loss())) {
      // The very last update did it, after the loop had last looked.
      throw new TrainingException(
          "the loss is no longer a number on the test images: try a smaller --learning-rate (now %s)"
              .formatted(hyperparameters.learningRate()));
    }
    // The first epoch pays for warming up.
    List<Epoch> steady = history.size() > 1 ? history.subList(1, history.size()) : history;
    return new Result(
        scores.accuracy(),
        scores.loss(),
        RunWriter.best(history).epoch(),
        history.size(),
        median(steady.stream().mapToDouble(Epoch::imagesPerSecond)),
        seconds);
  }

  private static double median(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    int n = sorted.length;
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  }
}
