package io.github.flora.trainer;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import io.github.flora.data.Batch;
import io.github.flora.data.BatchSource;
import io.github.flora.engine.Inference;
import io.github.flora.engine.Precision;
import io.github.flora.engine.TrainingStep;
import io.github.flora.trainer.TrainingListener.Progress;
import io.github.flora.trainer.report.Epoch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The training loop. Everything that isn't needed to learn is a {@link TrainingListener}. */
public final class TrainingLoop {

  private static final long NANOS_BETWEEN_PROGRESS = 200_000_000;

  private final NDManager manager;
  private final Block block;
  private final Stage stage;
  private final Course course;
  private final Seeds seeds;
  private final List<TrainingListener> listeners;

  /**
   * Creates the loop; the validation computes in float32.
   *
   * @param manager on the device to train on
   * @param block the model, initialised
   * @param step what to do with a batch
   * @param training the images to learn from
   * @param validation measures the model after each epoch; may have no images
   * @param course epochs and learning rate
   * @param seeds order of the images and dropout
   * @param listeners told in this order
   */
  public TrainingLoop(
      NDManager manager,
      Block block,
      TrainingStep step,
      BatchSource training,
      Evaluator validation,
      Course course,
      Seeds seeds,
      List<TrainingListener> listeners) {
    this(
        manager,
        block,
        new Stage(block, step, training, validation, Precision.FP32, course.epochs(), false, 0),
        course,
        seeds,
        listeners);
  }

  /** Creates the loop for a stage; the block is the whole model, for the listeners. */
  TrainingLoop(
      NDManager manager,
      Block block,
      Stage stage,
      Course course,
      Seeds seeds,
      List<TrainingListener> listeners) {
    this.manager = manager;
    this.block = block;
    this.stage = stage;
    this.course = course;
    this.seeds = seeds;
    this.listeners = List.copyOf(listeners);
  }

  /**
   * Trains until the stage's last epoch, until the course says that it is enough, or until told to
   * stop; then the epoch under way doesn't count.
   *
   * @param before the epochs that were completed earlier, in another process
   * @param stop asked after every batch, where epochs are short after every epoch
   * @return all epochs that are completed
   * @throws TrainingException if the loss is no longer a number
   * @throws IOException if a listener can't write
   */
  public List<Epoch> run(List<Epoch> before, BooleanSupplier stop) throws IOException {
    try (Inference inference = Inference.of(manager, stage.block(), stage.precision())) {
      return run(before, stop, inference);
    }
  }

  private List<Epoch> run(List<Epoch> before, BooleanSupplier stop, Inference inference)
      throws IOException {
    List<Epoch> history = new ArrayList<>(before);
    double preparation = stage.preparation();
    for (int epoch = before.size() + 1;
        epoch <= stage.lastEpoch() && !course.stoppedEarly();
        epoch++) {
      // Seeding every epoch anew makes it independent of how the run came to it.
      manager.getEngine().setRandomSeed(seeds.engine(epoch));
      long start = System.nanoTime();
      long shown = start;
      int done = 0;
      double rate = course.rate(epoch, 0);
      try (Meter meter = new Meter(manager)) {
        for (Batch batch : stage.training().shuffled(manager, seeds.shuffle(epoch))) {
          rate = course.rate(epoch, done);
          try (batch) {
            var outcome = stage.step().step(batch.manager(), batch.images(), batch.targets(), rate);
            meter.add(outcome, batch.labels(), batch.size());
          }
          done++;
          if (!stage.shortEpochs() && stop.getAsBoolean()) {
            return history;
          }
          long now = System.nanoTime();
          if (now - shown >= NANOS_BETWEEN_PROGRESS || done == stage.training().count()) {
            shown = now;
            report(epoch, done, rate, meter, start);
          }
        }
        double trainSeconds = (System.nanoTime() - start) / 1e9;
        Evaluator.Scores scores =
            course.validates(epoch) ? stage.validation().scores(inference) : Evaluator.Scores.NONE;
        // NaN is also what there is without validation, but then the accuracy is NaN too.
        if (!Double.isFinite(scores.loss()) && !Double.isNaN(scores.accuracy())) {
          throw diverged(epoch, rate);
        }
        Epoch result =
            new Epoch(
                epoch,
                meter.meanLoss(),
                meter.accuracy(),
                scores.loss(),
                scores.accuracy(),
                rate,
                (System.nanoTime() - start) / 1e9 + preparation,
                meter.images() / trainSeconds);
        preparation = 0;
        history.add(result);
        course.onEpoch(result);
        for (TrainingListener listener : listeners) {
          listener.onEpoch(result, block);
        }
        if (stage.shortEpochs() && stop.getAsBoolean()) {
          return history;
        }
      }
    }
    return history;
  }

  private void report(int epoch, int done, double rate, Meter meter, long start) {
    double loss = meter.meanLoss();
    if (!Double.isFinite(loss)) {
      throw diverged(epoch, rate);
    }
    double speed = meter.images() / ((System.nanoTime() - start) / 1e9);
    Progress progress =
        new Progress(
            epoch,
            course.epochs(),
            done,
            stage.training().count(),
            meter.images(),
            loss,
            meter.accuracy(),
            speed);
    for (TrainingListener listener : listeners) {
      listener.onProgress(progress);
    }
  }

  private static TrainingException diverged(int epoch, double rate) {
    return new TrainingException(
        "the loss is no longer a number in epoch %d: try a smaller --learning-rate (now %s)"
            .formatted(epoch, rate));
  }
}
