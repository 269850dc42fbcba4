package io.github.flora.trainer;

import static java.util.Objects.requireNonNull;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import io.github.flora.data.Batches;
import io.github.flora.data.FeatureBatches;
import io.github.flora.data.TrainValidation;
import io.github.flora.engine.EngineSupport;
import io.github.flora.engine.TrainingStep;
import io.github.flora.engine.UpdateRule;
import io.github.flora.models.BatchNorm;
import io.github.flora.models.Head;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.run.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The stages of a training: the head alone while the backbone is frozen, then everything. A stage
 * has an optimizer of its own, so its state starts at zero when the backbone is unfrozen, as in
 * Keras, where the model is compiled again; the schedule goes on.
 */
final class Stages {

  private final Training training;
  private final Ingredients ingredients;
  private final EngineSupport support;
  private final NDManager manager;
  private final Block block;
  private final Course course;
  private final @Nullable Head head;
  private @Nullable TrainingStep current;

  Stages(
      Training training,
      Ingredients ingredients,
      EngineSupport support,
      NDManager manager,
      Block block,
      Course course) {
    this.training = training;
    this.ingredients = ingredients;
    this.support = support;
    this.manager = manager;
    this.block = block;
    this.course = course;
    this.head = needsHead(tuning(training)) ? head(training, block) : null;
    if (tuning(training).freezeNorms()) {
      int unused = BatchNorm.freezeAll(block);
    }
  }

  /**
   * Finds out whether the network can be tuned as is asked.
   *
   * @throws TrainingException if not
   */
  static void check(Training training, Block network) {
    FineTuning tuning = tuning(training);
    if (needsHead(tuning)) {
      head(training, network);
    }
    if (tuning.freezeNorms() && BatchNorm.freezeAll(network) == 0) {
      throw new TrainingException(
          "model '%s' has no batch normalisation that --freeze-norms could freeze"
              .formatted(training.network().name()));
    }
  }

  private static FineTuning tuning(Training training) {
    return training.hyperparameters().fineTuning();
  }

  private static boolean needsHead(FineTuning tuning) {
    return tuning.frozenEpochs(1) > 0 || tuning.backboneLearningRate() != null;
  }

  private static Head head(Training training, Block network) {
    return Head.of(network)
        .orElseThrow(
            () ->
                new TrainingException(
                    "model '%s' has no head that could be told from its backbone, as --freeze and --backbone-learning-rate want"
                        .formatted(training.network().name())));
  }

  /** What is done once nothing can go wrong any more before the first epoch. */
  interface Begin {
    void run() throws IOException;
  }

  /**
   * Trains from the first epoch, or on from a checkpoint, whose weights the network has already.
   *
   * @param before the epochs of the checkpoint
   * @param checkpoint where to go on, or null
   * @param writer told what to save; also among the listeners
   * @return all epochs that are completed
   */
  List<Epoch> run(
      List<Epoch> before,
      @Nullable Checkpoint checkpoint,
      RunFolder folder,
      RunWriter writer,
      List<TrainingListener> listeners,
      Begin begin,
      BooleanSupplier stop)
      throws IOException {
    Hyperparameters how = training.hyperparameters();
    int frozen = how.fineTuning().frozenEpochs(how.epochs());
    List<Epoch> history = before;
    boolean first = true;
    boolean goesOn = true;
    while (goesOn) {
      Head cut = history.size() < frozen ? head : null;
      boolean headOnly = cut != null;
      int last = headOnly ? frozen : how.epochs();
      Block trained = cut != null ? cut.block() : block;
      try (TrainingStep step =
          support.newStep(trained, ingredients.loss(), rule(headOnly), how.precision())) {
        // A checkpoint of the stage's end has the state of the optimizer before.
        if (checkpoint != null && first && (frozen == 0 || history.size() != frozen)) {
          Checkpoint.loadOptimizer(folder.checkpoint(), block, step, manager);
        }
        if (first) {
          begin.run();
          first = false;
        }
        Optional<Stage> stage =
            cut != null
                ? frozenStage(cut, step, last, listeners, stop)
                : Optional.of(
                    new Stage(
                        block,
                        step,
                        ingredients.batches(),
                        validation(),
                        how.precision(),
                        last,
                        false,
                        0));
        if (stage.isEmpty()) {
          return history;
        }
        current = step;
        writer.begin(step.parameters(), headOnly);
        history =
            new TrainingLoop(
                    manager, block, stage.get(), course, new Seeds(training.seed()), listeners)
                .run(history, stop);
        writer.flush();
      }
      goesOn = headOnly && history.size() == last && last < how.epochs() && !course.stoppedEarly();
    }
    return history;
  }

  /** Saves where the training is. */
  void save(Path checkpoint, int epoch) throws IOException {
    Checkpoint.save(
        checkpoint, block, requireNonNull(current), new Checkpoint(epoch, course.state()));
  }

  private Evaluator validation() {
    return new Evaluator(
        manager,
        ingredients.split().validation(),
        ingredients.normalization(),
        training.hyperparameters().batchSize());
  }

  /** Empty if told to stop before the features were there. */
  private Optional<Stage> frozenStage(
      Head cut,
      TrainingStep step,
      int last,
      List<TrainingListener> listeners,
      BooleanSupplier stop) {
    long start = System.nanoTime();
    Hyperparameters how = training.hyperparameters();
    TrainValidation split = ingredients.split();
    try (FrozenBackbone backbone =
        new FrozenBackbone(
            manager, cut.backbone(), how.batchSize(), how.precision(), how.sampling())) {
      Batches validation =
          new Batches(split.validation(), ingredients.normalization(), how.batchSize());
      Optional<FeatureBatches> train =
          backbone.features(ingredients.batches(), split.train().labels(), stop);
      Optional<FeatureBatches> held =
          train.isEmpty()
              ? train
              : backbone.features(validation, split.validation().labels(), stop);
      if (held.isEmpty()) {
        return Optional.empty();
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      int images = split.train().size() + split.validation().size();
      listeners.forEach(
          listener ->
              listener.onNote(
                  "features    of %,d images in %s s, %.1f images/s; they stay while the backbone is frozen"
                      .formatted(
                          images, String.format(Locale.ROOT, "%.1f", seconds), images / seconds)));
      return Optional.of(
          new Stage(
              cut.block(),
              step,
              Ingredients.mixed(training, train.get()),
              new Evaluator(manager, held.get(), split.validation().labels()),
              how.precision(),
              last,
              true,
              seconds));
    }
  }

  private UpdateRule rule(boolean headOnly) {
    Hyperparameters how = training.hyperparameters();
    UpdateRule plain = UpdateRule.of(how.newOptimizer());
    Double backbone = how.fineTuning().backboneLearningRate();
    if (head == null || headOnly || backbone == null) {
      return new UpdateRule(
          plain.optimizer(), how.clipNorm(), how.decayNorms(), plain.rateFactor());
    }
    double factor = backbone / how.learningRate();
    // By identity: parameters have no equality of their own.
    Set<Object> own = head.block().getParameters().values().stream().collect(Collectors.toSet());
    return new UpdateRule(
        plain.optimizer(),
        how.clipNorm(),
        how.decayNorms(),
        parameter -> own.contains(parameter) ? 1 : factor);
  }
}
