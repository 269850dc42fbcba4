package io.github.flora.trainer;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import io.github.flora.data.ImageDataset;
import io.github.flora.data.TrainValidation;
import io.github.flora.engine.Engines;
import io.github.flora.engine.Inference;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.run.RunInfo;
import io.github.flora.trainer.run.RunInfo.DataInfo;
import io.github.flora.trainer.run.RunInfo.EngineInfo;
import io.github.flora.trainer.run.RunInfo.Result;
import io.github.flora.trainer.run.RunInfo.Status;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.DoubleStream;

/** What {@code run.json} says of a training: at the start, and at the end what came of it. */
final class RunRecord {

  private RunRecord() {}

  /** A training that begins. */
  static RunInfo start(Training training, TrainValidation split) {
    ImageDataset dataset = training.dataset();
    return new RunInfo(
        Status.RUNNING,
        training.recipe().name(),
        training.recipe().network(),
        LocalDateTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS).toString(),
        Versions.flora(),
        System.getProperty("java.version"),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        new EngineInfo(
            training.engine(),
            Engine.getEngine(training.engine()).getVersion(),
            Engines.describe(training.device()),
            training.threads()),
        new DataInfo(
            dataset.name(),
            dataset.source().id(),
            dataset.origin(),
            split.train().size(),
            split.validation().size(),
            dataset.test().size()),
        inForce(training),
        training.hyperparameters().newOptimizer().numbers(),
        training.seed(),
        null,
        null);
  }

  /** The hyperparameters with what the network and the optimizer choose where nobody did. */
  private static Hyperparameters inForce(Training training) {
    Hyperparameters how = training.hyperparameters();
    Float chosen = how.options(1).dropout();
    Float own = chosen == null ? training.network().dropout() : chosen;
    Hyperparameters.Builder builder =
        how.toBuilder().optWeightDecay(how.newOptimizer().weightDecay());
    if (how.dropout() == null && own != null) {
      // By way of the text, for 0.1 to stay 0.1.
      builder.optDropout(Double.valueOf(own.toString()));
    }
    return builder.build();
  }

  /**
   * Measures a trained network on the test images.
   *
   * @throws TrainingException if its loss is no number
   */
  static Result result(
      Training training,
      Ingredients ingredients,
      NDManager manager,
      Block block,
      List<Epoch> history) {
    Hyperparameters how = training.hyperparameters();
    Evaluator evaluator =
        new Evaluator(
            manager, ingredients.images().test(), ingredients.normalization(), how.batchSize());
    Evaluator.Scores scores;
    // As it is used from now on, on whatever engine: in float32.
    try (Inference inference = Inference.of(manager, block)) {
      scores = evaluator.scores(inference);
    }
    if (!Double.isFinite(scores.loss())) {
      // The very last update did it, after the loop had last looked.
      throw new TrainingException(
          "the loss is no longer a number on the test images: try a smaller --learning-rate (now %s)"
              .formatted(how.learningRate()));
    }
    // The first epoch pays for warming up.
    List<Epoch> steady = history.size() > 1 ? history.subList(1, history.size()) : history;
    return new Result(
        scores.accuracy(),
        scores.loss(),
        how.monitor().best(history).epoch(),
        history.size(),
        median(steady.stream().mapToDouble(Epoch::imagesPerSecond)),
        history.stream().mapToDouble(Epoch::seconds).sum());
  }

  private static double median(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    int n = sorted.length;
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  }
}
