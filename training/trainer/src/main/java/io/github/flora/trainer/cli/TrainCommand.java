package io.github.flora.trainer.cli;

import ai.djl.nn.Block;
import io.github.flora.data.DataRequest;
import io.github.flora.data.ImageDataset;
import io.github.flora.data.ImageDatasets;
import io.github.flora.engine.Engines;
import io.github.flora.models.NetworkOptions;
import io.github.flora.models.Networks;
import io.github.flora.trainer.Hyperparameters;
import io.github.flora.trainer.Recipe;
import io.github.flora.trainer.Recipes;
import io.github.flora.trainer.Training;
import io.github.flora.trainer.TrainingListener;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.RunInfo;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flora train}: trains a recipe into a run folder. */
@Command(
    name = "train",
    description = "Train a recipe: a data set and a network with a tutorial's values.",
    sortOptions = false)
public final class TrainCommand implements FloraCommand {

  /** Synthetic digits are a data set like any other: the same for every run, whatever its seed. */
  static final long SYNTHETIC_SEED = 0;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "RECIPE",
      completionCandidates = RecipeNames.class,
      description = "One of: ${COMPLETION-CANDIDATES}.")
  private String recipe = "";

  @Mixin private EngineOptions engineOptions = new EngineOptions();

  @Option(names = "--data", paramLabel = "DIR", description = "Folder of the data set's files.")
  private @Nullable Path data;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "The run folder (default: runs/RECIPE-TIME).")
  private @Nullable Path output;

  @Option(names = "--overwrite", description = "Replace a run that lies in the run folder.")
  private boolean overwrite;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Another network than the recipe's; './flora models' lists them.")
  private @Nullable String model;

  @Option(names = "--epochs", paramLabel = "N", description = "Passes over the training images.")
  private @Nullable Integer epochs;

  @Option(names = "--batch-size", paramLabel = "N", description = "Images per step.")
  private @Nullable Integer batchSize;

  @Option(names = "--optimizer", paramLabel = "NAME", description = "The update rule: adam.")
  private @Nullable String optimizer;

  @Option(names = "--learning-rate", paramLabel = "RATE", description = "Size of a step.")
  private @Nullable Double learningRate;

  @Option(
      names = "--validation-split",
      paramLabel = "SHARE",
      description = "Share of the training images kept for validation, each class alike.")
  private @Nullable Double validationSplit;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      description = "Probability of dropping an activation (default: the network's own).")
  private @Nullable Double dropout;

  @Option(
      names = "--batch-norm",
      description = "Normalise batches after every convolution (cnn only).")
  private boolean batchNorm;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Fixes weights, split, order and dropout (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--no-progress", description = "A line per epoch instead of a progress bar.")
  private boolean noProgress;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Recipe chosen = recipe();
    Hyperparameters hyperparameters = hyperparameters(chosen);
    String engine = engineOptions.name();
    Engines.trainingSupport(engine);
    out.printf("Flora trains %s on %s%n", chosen.name(), engine);
    out.flush();

    ImageDataset dataset =
        ImageDatasets.load(new DataRequest(chosen.dataset(), data, data == null, SYNTHETIC_SEED));
    warn(dataset, err);
    EngineOptions.Chosen computing = engineOptions.load();
    try (Interrupts interrupts = new Interrupts();
        RunFolder folder = RunFolder.create(output(chosen), overwrite)) {
      out.printf("engine      %s%n", computing.describe());
      out.printf(
          Locale.ROOT,
          "data        %s, %s: %,d images, %,d for the test (%s)%n",
          dataset.name(),
          dataset.source().id(),
          dataset.train().size(),
          dataset.test().size(),
          dataset.origin());
      out.printf(
          "model       %s; batch size %d, %s, learning rate %s, seed %d%n",
          chosen.network(),
          hyperparameters.batchSize(),
          hyperparameters.optimizer(),
          hyperparameters.learningRate(),
          seed);
      out.flush();
      ProgressBar bar =
          new ProgressBar(
              err, !noProgress && Boolean.getBoolean("flora.terminal"), hyperparameters.epochs());
      RunInfo info;
      try {
        info =
            new Training(
                    chosen,
                    hyperparameters,
                    dataset,
                    engine,
                    computing.device(),
                    computing.threads(),
                    seed)
                .run(folder, List.<TrainingListener>of(bar), interrupts::requested);
      } finally {
        bar.leave();
      }
      return finish(out, folder, info);
    }
  }

  private static int finish(PrintWriter out, RunFolder folder, RunInfo info) {
    RunInfo.Result result = info.result();
    if (info.status() == RunInfo.Status.INTERRUPTED) {
      out.printf(
          "interrupted after %s; the epoch under way is lost%n",
          result == null
              ? "no complete epoch, nothing was kept"
              : result.epochs() == 1 ? "1 epoch" : result.epochs() + " epochs");
    }
    if (result != null) {
      out.printf(
          "test        accuracy %s, loss %.4f (weights of epoch %d; %s)%n",
          ProgressBar.percent(result.testAccuracy()),
          result.testLoss(),
          result.bestEpoch(),
          info.data().source().equals("synthetic") ? "SYNTHETIC digits" : info.data().name());
      out.printf(
          "trained     %d epoch%s in %s, %s%n",
          result.epochs(),
          result.epochs() == 1 ? "" : "s",
          ProgressBar.duration(result.seconds()),
          ProgressBar.speed(result.trainImagesPerSecond()));
    }
    out.printf("run folder  %s%n", folder.root());
    out.flush();
    return info.status() == RunInfo.Status.DONE ? 0 : 1;
  }

  static void warn(ImageDataset dataset, PrintWriter out) {
    String warning = dataset.warning();
    if (warning != null) {
      String rule = "*".repeat(78);
      out.printf("%s%n* WARNING: %s%n%s%n", rule, warning, rule);
      out.flush();
    }
  }

  private Recipe recipe() {
    try {
      Recipe named = Recipes.get(recipe);
      return model == null ? named : named.withNetwork(Networks.get(model).name());
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), e);
    }
  }

  private Hyperparameters hyperparameters(Recipe chosen) {
    Hyperparameters d = chosen.defaults();
    try {
      Hyperparameters h =
          new Hyperparameters(
              epochs == null ? d.epochs() : epochs,
              batchSize == null ? d.batchSize() : batchSize,
              optimizer == null ? d.optimizer() : optimizer.toLowerCase(Locale.ROOT),
              learningRate == null ? d.learningRate() : learningRate,
              validationSplit == null ? d.validationSplit() : validationSplit,
              dropout,
              batchNorm);
      // The network says now, not after the data were loaded, that it lacks an option.
      Block unused =
          Networks.get(chosen.network())
              .newBlock(
                  new NetworkOptions(10, dropout == null ? null : dropout.floatValue(), batchNorm));
      return h;
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), e);
    }
  }

  private Path output(Recipe chosen) {
    if (output != null) {
      return output;
    }
    String time =
        LocalDateTime.now(ZoneId.systemDefault())
            .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
    return Path.of("runs", chosen.name() + "-" + time);
  }

  /** Lists the recipes for the help. */
  static final class RecipeNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Recipes.names().iterator();
    }
  }
}
