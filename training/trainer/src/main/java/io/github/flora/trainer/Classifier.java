package io.github.flora.trainer;

import ai.djl.engine.Engine;
import io.github.flora.data.ImageDataset;
import io.github.flora.data.ImageSet;
import io.github.flora.engine.Engines;
import io.github.flora.models.Network;
import io.github.flora.trainer.run.ModelInfo;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.TrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Flora for Java programs: trains a network into a run folder, measures it, and asks it. The folder
 * is the same that the command line writes and reads.
 *
 * <p>Engines are named as on the command line, without regard to case. Whatever {@link Training}
 * can choose beyond this class can be trained with {@link Training#run} and loaded with {@link
 * #load}.
 */
public final class Classifier implements AutoCloseable {

  private static final int BATCH_SIZE = 128;
  private static final long SEED = 1;

  private final TrainedModel model;

  private Classifier(TrainedModel model) {
    this.model = model;
  }

  /**
   * Trains a network on the engine's best device with all cores, as {@code ./flora train} does with
   * its seed of 1.
   *
   * @param network one of {@link io.github.flora.models.Networks}, or one of your own
   * @param dataset what to learn from; its test images measure the result
   * @param how hyperparameters; dropout and batch normalisation only where the network has a choice
   * @param engine the engine's name
   * @param run the folder to write the run to; must not hold one
   * @param listeners told how it goes
   * @return the model with the best weights, the caller's to close
   * @throws IOException if the run folder can't be written
   * @throws io.github.flora.engine.EngineException if there is no such engine or it can't train
   * @throws TrainingException if the loss is no longer a number, or the data don't go with the
   *     hyperparameters
   */
  public static Classifier train(
      Network network,
      ImageDataset dataset,
      Hyperparameters how,
      String engine,
      Path run,
      TrainingListener... listeners)
      throws IOException {
    String name = Engines.choose(engine);
    int threads = Runtime.getRuntime().availableProcessors();
    Engines.trainingSupport(name).configureThreads(threads);
    Training training =
        new Training(
            new Recipe(network.name(), dataset.name(), network.name(), false, how),
            network,
            how,
            dataset,
            name,
            Engine.getEngine(name).defaultDevice(),
            threads,
            SEED);
    training.check();
    try (RunFolder folder = RunFolder.create(run, false)) {
      training.run(folder, List.of(listeners), () -> false);
    }
    return load(run, network, name);
  }

  /**
   * Loads a run whose network comes with Flora or is listed as a service.
   *
   * @param run the run folder
   * @param engine the engine's name; it needn't be the one that trained
   * @return the model with the best weights, the caller's to close
   * @throws IOException if there is no run, it has no model, or the model is damaged or of a
   *     network that isn't known
   */
  public static Classifier load(Path run, String engine) throws IOException {
    return open(run, null, engine);
  }

  /**
   * Loads a run of any network.
   *
   * @param run the run folder
   * @param network the network that was trained
   * @param engine the engine's name; it needn't be the one that trained
   * @return the model with the best weights, the caller's to close
   * @throws IOException if there is no run, it has no model, or the model is damaged or of another
   *     network
   */
  public static Classifier load(Path run, Network network, String engine) throws IOException {
    return open(run, network, engine);
  }

  private static Classifier open(Path run, @Nullable Network network, String engine)
      throws IOException {
    String name = Engines.choose(engine);
    try (RunFolder folder = RunFolder.open(run)) {
      return new Classifier(
          TrainedModel.load(folder, network, name, Engine.getEngine(name).defaultDevice()));
    }
  }

  /**
   * Measures the model.
   *
   * @param images images of the data set's size, with their true labels
   * @return loss and accuracy
   * @throws IllegalArgumentException if the images are of another size
   */
  public Evaluator.Scores evaluate(ImageSet images) {
    return model.evaluate(fit(images), BATCH_SIZE);
  }

  /**
   * Asks the model.
   *
   * @param images images of the data set's size; their labels don't matter
   * @return what it says of each
   * @throws IllegalArgumentException if the images are of another size
   */
  public Predictions predict(ImageSet images) {
    return model.predict(fit(images), BATCH_SIZE);
  }

  private ImageSet fit(ImageSet images) {
    ModelInfo.Input input = model.info().input();
    int margin = model.info().margin();
    if (images.channels() != input.channels()
        || images.height() + 2 * margin != input.height()
        || images.width() + 2 * margin != input.width()) {
      throw new IllegalArgumentException(
          "the model takes images of %d×%d×%d, not %d×%d×%d"
              .formatted(
                  input.height() - 2 * margin,
                  input.width() - 2 * margin,
                  input.channels(),
                  images.height(),
                  images.width(),
                  images.channels()));
    }
    return images.padded(margin);
  }

  /**
   * Returns the names of the classes.
   *
   * @return the labels, by the index that {@link Predictions} speak of
   */
  public List<String> labels() {
    return model.info().labels();
  }

  @Override
  public void close() {
    model.close();
  }
}
