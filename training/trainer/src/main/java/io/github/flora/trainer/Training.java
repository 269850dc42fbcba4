package io.github.flora.trainer;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import io.github.flora.data.Batch;
import io.github.flora.data.BatchSource;
import io.github.flora.data.ImageDataset;
import io.github.flora.engine.EngineSupport;
import io.github.flora.engine.Engines;
import io.github.flora.engine.Precision;
import io.github.flora.models.LoadReport;
import io.github.flora.models.Network;
import io.github.flora.models.Networks;
import io.github.flora.models.PretrainedWeights;
import io.github.flora.models.Weights;
import io.github.flora.models.WeightsDownload;
import io.github.flora.models.WeightsException;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.report.HistoryCsv;
import io.github.flora.trainer.run.ModelInfo;
import io.github.flora.trainer.run.RunException;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.RunInfo;
import io.github.flora.trainer.run.RunInfo.PretrainedInfo;
import io.github.flora.trainer.run.RunInfo.Result;
import io.github.flora.trainer.run.RunInfo.Status;
import io.github.flora.trainer.run.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Trains a recipe into a run folder: builds the model, runs the loop, keeps what it gives, and
 * measures the best weights on the test images.
 *
 * @param recipe what to train
 * @param network the network that the recipe names
 * @param hyperparameters how
 * @param dataset what to learn from; images smaller than the network's input get a margin of zeros
 * @param engine the engine's name as DJL spells it
 * @param device the device to train on
 * @param threads threads that one operation may use, for the record
 * @param seed fixes initialisation, split, order and dropout
 */
public record Training(
    Recipe recipe,
    Network network,
    Hyperparameters hyperparameters,
    ImageDataset dataset,
    String engine,
    Device device,
    int threads,
    long seed) {

  /** Refuses a network that isn't the recipe's. */
  public Training {
    if (!network.name().equals(recipe.network())) {
      throw new IllegalArgumentException(
          "recipe '%s' is for the model '%s', not '%s'"
              .formatted(recipe.name(), recipe.network(), network.name()));
    }
  }

  /**
   * Trains a recipe with a network that is known by name.
   *
   * @param recipe as {@link #recipe}
   * @param hyperparameters as {@link #hyperparameters}
   * @param dataset as {@link #dataset}
   * @param engine as {@link #engine}
   * @param device as {@link #device}
   * @param threads as {@link #threads}
   * @param seed as {@link #seed}
   * @throws IllegalArgumentException if there is no network of that name
   */
  public Training(
      Recipe recipe,
      Hyperparameters hyperparameters,
      ImageDataset dataset,
      String engine,
      Device device,
      int threads,
      long seed) {
    this(
        recipe,
        Networks.get(recipe.network()),
        hyperparameters,
        dataset,
        engine,
        device,
        threads,
        seed);
  }

  /**
   * Finds out before anything is written whether data and hyperparameters go together.
   *
   * @throws TrainingException if the split leaves no images, or a class that is to weigh more has
   *     none
   * @throws io.github.flora.engine.EngineException if the engine doesn't compute in the precision
   */
  public void check() {
    Precision precision = hyperparameters.precision();
    Engines.trainingSupport(engine, precision).check(precision, device);
    Ingredients.check(this);
    Stages.check(this, network.newBlock(hyperparameters.options(dataset.labels().size())));
  }

  /**
   * Finds the weights to start from, downloads them if need be, and finds out before anything is
   * written whether the network can take them.
   *
   * @param notes told in one line when a download begins
   * @throws IOException if they can't be had; the message says why
   * @throws TrainingException if they are malformed, ask for more than weights need, or are another
   *     network's
   */
  public void checkPretrained(Consumer<String> notes) throws IOException {
    PretrainedWeights weights = pretrained(notes);
    if (weights == null) {
      return;
    }
    try (NDManager manager = NDManager.newBaseManager(device, engine)) {
      ModelInfo model = Ingredients.model(this, dataset.normalization());
      LoadReport unused = load(weights, TrainedModel.newBlock(network, model, manager));
    }
  }

  private @Nullable PretrainedWeights pretrained(Consumer<String> notes) throws IOException {
    FineTuning tuning = hyperparameters.fineTuning();
    return tuning.isPretrained()
        ? PretrainedWeights.find(
            tuning.pretrained(), network.name(), WeightsDownload.usual(), notes)
        : null;
  }

  private static Consumer<String> noteTo(List<TrainingListener> listeners) {
    return note -> listeners.forEach(listener -> listener.onNote(note));
  }

  /**
   * Trains from the start.
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
    return train(folder, false, listeners, stop);
  }

  /**
   * Goes on after the last epoch that a run completed. Every epoch is what it would have been in
   * one go: weights, optimizer, schedule and history come from the checkpoint, and random numbers
   * are seeded by epoch.
   *
   * @param folder the run; must be one of these hyperparameters, data and seed
   * @param listeners told how it goes, after the run folder's own
   * @param stop asked after every batch whether to end early
   * @return what {@code run.json} says at the end
   * @throws IOException if the run folder can't be read or written
   * @throws TrainingException if the loss is no longer a number
   */
  public RunInfo resume(RunFolder folder, List<TrainingListener> listeners, BooleanSupplier stop)
      throws IOException {
    return train(folder, true, listeners, stop);
  }

  private RunInfo train(
      RunFolder folder, boolean resume, List<TrainingListener> listeners, BooleanSupplier stop)
      throws IOException {
    EngineSupport support = Engines.trainingSupport(engine);
    Ingredients ingredients = Ingredients.of(this);
    RunInfo described = RunRecord.start(this, ingredients.split());
    RunInfo info = resume ? described.goingOnFrom(folder.info()) : described;
    // What a checkpoint has needn't be found again.
    boolean goesOn = resume && Files.exists(folder.checkpoint());
    PretrainedWeights weights = goesOn ? null : pretrained(noteTo(listeners));
    if (weights != null) {
      info = info.with(PretrainedInfo.of(weights));
    }
    if (!resume) {
      folder.write(ingredients.model());
      folder.write(info);
    }
    Course course = new Course(hyperparameters, ingredients.batches().count());
    RunInfo started = info;
    AtomicBoolean begun = new AtomicBoolean(!resume);
    try (NDManager manager = NDManager.newBaseManager(device, engine)) {
      manager.getEngine().setRandomSeed(new Seeds(seed).initialisation());
      Block block = TrainedModel.newBlock(network, ingredients.model(), manager);
      Checkpoint checkpoint = null;
      List<Epoch> history = List.of();
      if (goesOn) {
        checkpoint = Checkpoint.load(folder.checkpoint(), block, manager);
        course.load(checkpoint.numbers());
        history = before(folder, checkpoint);
      } else if (weights != null) {
        LoadReport report = load(weights, block);
        listeners.forEach(listener -> listener.onNote(weights.describe(report)));
      }
      Stages stages = new Stages(this, ingredients, support, manager, block, course);
      Consumer<String> warnings =
          warning -> listeners.forEach(listener -> listener.onWarning(warning));
      RunWriter writer =
          new RunWriter(
              folder,
              recipe.name() + " on " + engine,
              hyperparameters.monitor(),
              history,
              epoch -> stages.save(folder.checkpoint(), epoch),
              warnings);
      TensorBoardListener board = new TensorBoardListener(folder.root(), warnings);
      List<TrainingListener> all = new ArrayList<>(List.of(writer));
      all.add(board);
      all.addAll(listeners);
      Stages.Begin begin =
          () -> {
            // Not before: a checkpoint that can't be used must not cost what the run came to.
            if (begun.compareAndSet(false, true)) {
              folder.write(started);
            }
          };
      try (board) {
        history = stages.run(history, checkpoint, folder, writer, all, begin, stop);
      } catch (RuntimeException e) {
        // The curves so far may show why.
        writer.rescue();
        writer.finish();
        throw e;
      }
      writer.finish();
      Result result = null;
      if (!history.isEmpty()) {
        Weights.load(block, folder.weights());
        result = RunRecord.result(this, ingredients, manager, block, history);
      }
      boolean complete = history.size() == hyperparameters.epochs() || course.stoppedEarly();
      info = info.with(complete ? Status.DONE : Status.INTERRUPTED, result);
      folder.write(info);
      return info;
    } catch (IOException | RuntimeException | Error e) {
      if (begun.get()) {
        recordFailure(folder, info, e);
      }
      if (begun.get() && e instanceof IOException) {
        // Something couldn't be written; what earlier epochs wrote is whole.
        throw new RunException(
            "%s; mend that, then go on with --resume %s".formatted(e.getMessage(), folder.root()),
            e);
      }
      throw e;
    }
  }

  /**
   * Draws the first batch of the first epoch as the network will see it: cropped, augmented and
   * normalised, and turned back into colours. A backbone that is frozen at first sees images as
   * they are.
   *
   * @param png the file to write or replace
   * @throws IOException if it can't be written
   */
  public void showBatch(Path png) throws IOException {
    Ingredients ingredients = Ingredients.of(this);
    BatchSource batches = ingredients.batches();
    boolean frozen = hyperparameters.fineTuning().frozenEpochs(1) > 0;
    long order = new Seeds(seed).shuffle(1);
    try (NDManager manager = NDManager.newBaseManager(device, engine);
        Batch batch =
            (frozen ? batches.inOrder(manager) : batches.shuffled(manager, order))
                .iterator()
                .next()) {
      BatchPicture.write(
          png,
          "What %s sees: the first batch of epoch 1".formatted(recipe.name()),
          batch,
          ingredients.normalization(),
          dataset.labels());
    }
  }

  private static LoadReport load(PretrainedWeights weights, Block block) throws IOException {
    try {
      return weights.load(block);
    } catch (WeightsException e) {
      // Not what going on could mend.
      TrainingException refused = new TrainingException(String.valueOf(e.getMessage()));
      refused.initCause(e);
      throw refused;
    }
  }

  private static void recordFailure(RunFolder folder, RunInfo info, Throwable failure) {
    try {
      folder.write(info.with(Status.FAILED, null));
    } catch (IOException e) {
      // On a full disk; the first failure is the one to tell of.
      failure.addSuppressed(e);
    }
  }

  /** The rows of the history that the checkpoint stands for; a kill may have left one more. */
  private static List<Epoch> before(RunFolder folder, Checkpoint checkpoint) throws IOException {
    List<Epoch> history = HistoryCsv.read(folder.history());
    if (history.size() < checkpoint.epoch()) {
      throw new RunException(
          "%s has %d epochs but the checkpoint %d: restore it or train again"
              .formatted(folder.history(), history.size(), checkpoint.epoch()));
    }
    return history.subList(0, checkpoint.epoch());
  }
}
