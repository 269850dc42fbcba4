package io.github.flora.trainer.cli;

import io.github.flora.data.DataRequest;
import io.github.flora.data.ImageDataset;
import io.github.flora.data.ImageDatasets;
import io.github.flora.engine.Engines;
import io.github.flora.trainer.run.ModelFile;
import io.github.flora.trainer.run.ModelLoader;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.RunInfo;
import io.github.flora.trainer.run.TrainedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** What a command asks: the model of a run folder, or one in a file. */
public final class Subject implements AutoCloseable {

  private static final int BATCH_SIZE = 128;

  private final String recipe;
  private final String trainedOn;
  private final @Nullable DataRequest data;
  private final int batchSize;
  private final Path evaluation;
  private final Path picture;
  private final @Nullable ModelLoader loader;
  private final @Nullable RunFolder folder;
  private final @Nullable ModelFile file;

  private Subject(RunFolder folder, RunInfo info, DataRequest data, @Nullable ModelLoader loader) {
    this.recipe = info.recipe();
    this.trainedOn = info.engine().name();
    this.data = data;
    this.batchSize = info.hyperparameters().batchSize();
    this.evaluation = folder.root().resolve("evaluation");
    this.picture = folder.root().resolve("predictions.png");
    this.loader = loader;
    this.folder = folder;
    this.file = null;
  }

  private Subject(ModelFile file, @Nullable DataRequest data, ModelLoader loader) {
    this.recipe = file.recipe();
    this.trainedOn = file.engine() == null ? "an unknown engine" : file.engine();
    this.data = data;
    this.batchSize = BATCH_SIZE;
    String name = String.valueOf(file.path().getFileName()).replaceFirst("\\.[^.]*$", "");
    this.evaluation = file.path().resolveSibling(name + ".evaluation");
    this.picture = file.path().resolveSibling(name + ".predictions.png");
    this.loader = loader;
    this.folder = null;
    this.file = file;
  }

  /**
   * Finds out what a path means; loads no engine and no weights.
   *
   * @param path a run folder or a model file
   * @param dataFolder folder of the data set's files, or null for where training found them
   * @param engines the engine that the command line names
   */
  static Subject of(Path path, @Nullable Path dataFolder, EngineOptions engines)
      throws IOException {
    return of(path, dataFolder, engines, Engines.DEFAULT);
  }

  /**
   * Finds out what a path means; loads no engine and no weights.
   *
   * @param path a run folder or a model file
   * @param engines the engine that the command line names
   * @param fallback the engine for a run folder when nobody names one
   * @return what is asked
   * @throws IOException if there is no run and no model there
   */
  public static Subject of(Path path, EngineOptions engines, String fallback) throws IOException {
    return of(path, null, engines, fallback);
  }

  private static Subject of(
      Path path, @Nullable Path dataFolder, EngineOptions engines, String fallback)
      throws IOException {
    for (ModelLoader loader : ServiceLoader.load(ModelLoader.class)) {
      if (loader.reads(path)) {
        engines.require(loader.engine(), path);
        ModelFile file = loader.describe(path);
        String data = file.data();
        return new Subject(
            file,
            data == null
                ? null
                : new DataRequest(
                    data,
                    dataFolder,
                    false,
                    TrainCommand.SYNTHETIC_SEED,
                    RunOptions.photos(file.info())),
            loader);
      }
    }
    String engine = engines.name(fallback);
    RunFolder folder = RunFolder.open(path);
    RunInfo info = folder.info();
    return new Subject(
        folder,
        info,
        RunOptions.request(info, dataFolder, RunOptions.photos(folder.model())),
        loader(engine));
  }

  private static @Nullable ModelLoader loader(String engine) {
    for (ModelLoader loader : ServiceLoader.load(ModelLoader.class)) {
      if (loader.engine().equals(engine)) {
        return loader;
      }
    }
    return null;
  }

  /**
   * Names what was trained.
   *
   * @return the recipe, or the file's name where it doesn't say
   */
  public String recipe() {
    return recipe;
  }

  String trainedOn() {
    return trainedOn;
  }

  int batchSize() {
    return batchSize;
  }

  /** Where a file of the evaluation goes. */
  Path evaluation(String name) {
    return evaluation.resolve(name);
  }

  /** Where the picture of predictions goes. */
  Path picture() {
    return picture;
  }

  /**
   * The data set that the model was trained on, never another in its place.
   *
   * @param err where to show how far the look at photographs has come
   */
  ImageDataset dataset(PrintWriter err) throws IOException {
    if (data == null) {
      throw new UsageException(
          "%s doesn't say what data set it learnt from: ask it about image files with predict"
              .formatted(file == null ? recipe : file.path()),
          null);
    }
    return ImageDatasets.load(data, new CheckBar(err, Boolean.getBoolean("flora.terminal")));
  }

  /**
   * Loads the model.
   *
   * @param computing the engine that the options chose
   * @return the model, the caller's to close
   * @throws IOException if it can't be loaded
   */
  public TrainedModel load(EngineOptions.Chosen computing) throws IOException {
    if (file != null && loader != null) {
      return loader.load(file, computing.device(), computing.threads());
    }
    RunFolder run = Objects.requireNonNull(folder);
    return loader == null
        ? TrainedModel.load(run, computing.name(), computing.device())
        : loader.load(run, computing.device(), computing.threads());
  }

  @Override
  public void close() throws IOException {
    if (folder != null) {
      folder.close();
    }
  }
}
