package io.github.flora.trainer.cli;

import ai.djl.nn.Block;
import io.github.flora.data.DataRequest;
import io.github.flora.data.ImageDataset;
import io.github.flora.data.ImageDatasets;
import io.github.flora.data.PhotoOptions;
import io.github.flora.engine.EngineSupport;
import io.github.flora.engine.Engines;
import io.github.flora.engine.Precision;
import io.github.flora.models.Networks;
import io.github.flora.models.PretrainedWeights;
import io.github.flora.trainer.Hyperparameters;
import io.github.flora.trainer.Recipe;
import io.github.flora.trainer.Recipes;
import io.github.flora.trainer.Training;
import io.github.flora.trainer.report.Diagnosis;
import io.github.flora.trainer.report.Finding;
import io.github.flora.trainer.report.HistoryCsv;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.RunInfo;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
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

  /** What may differ when a run goes on. */
  private static final Set<String> WITH_RESUME =
      Set.of(
          "--resume",
          "--engine",
          "--device",
          "--threads",
          "--data",
          "--strict",
          "--cache-images",
          "--no-progress",
          "--debug");

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "RECIPE",
      completionCandidates = RecipeNames.class,
      description = "One of: ${COMPLETION-CANDIDATES}.")
  private @Nullable String recipe;

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

  @Mixin private HyperparameterOptions hyperparameterOptions = new HyperparameterOptions();

  @Mixin private FineTuningOptions fineTuningOptions = new FineTuningOptions();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Fixes weights, split, order and dropout (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--resume",
      paramLabel = "RUN",
      description =
          "Go on with a run that was interrupted; it knows its options. Another --engine will do.")
  private @Nullable Path resume;

  @Option(
      names = "--strict",
      description = "End at an image that can't be read, instead of leaving it out.")
  private boolean strict;

  @Option(
      names = "--cache-images",
      paramLabel = "MIB",
      description =
          "Keep decoded photographs in memory, up to so many MiB; 0 decodes them anew in every"
              + " epoch (256).")
  private @Nullable Integer cacheMegabytes;

  @Option(
      names = "--show-batch",
      paramLabel = "FILE",
      description = "Draw the first batch as the network sees it into this PNG file.")
  private @Nullable Path showBatch;

  @Option(names = "--no-progress", description = "A line per epoch instead of a progress bar.")
  private boolean noProgress;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Plan plan = resume == null ? planned() : resumed(resume);
    String engine = engineOptions.name(plan.engine());
    EngineSupport unused = Engines.trainingSupport(engine, plan.hyperparameters().precision());
    out.printf("Flora trains %s on %s%n", plan.recipe().name(), engine);
    out.flush();

    boolean interactive = !noProgress && Boolean.getBoolean("flora.terminal");
    ImageDataset dataset = ImageDatasets.load(plan.data(), new CheckBar(err, interactive));
    warn(dataset, err);
    EngineOptions.Chosen computing = engineOptions.load(engine);
    Hyperparameters hyperparameters = plan.hyperparameters();
    Training training =
        new Training(
            plan.recipe(),
            hyperparameters,
            dataset,
            engine,
            computing.device(),
            computing.threads(),
            plan.seed());
    training.check();
    if (resume == null) {
      training.checkPretrained(
          note -> {
            err.println("flora: " + note);
            err.flush();
          });
    }
    try (Interrupts interrupts = new Interrupts();
        RunFolder folder =
            resume == null
                ? RunFolder.create(output(plan.recipe()), overwrite)
                : RunFolder.resume(resume)) {
      out.printf("engine      %s%n", computing.describe());
      out.printf(
          "data        %s, %s: %,d images%s, %,d for the test (%s)%n",
          dataset.name(),
          dataset.source().id(),
          dataset.train().size(),
          dataset.validation() == null
              ? ""
              : ", %,d for validation".formatted(dataset.validation().size()),
          dataset.test().size(),
          dataset.origin());
      out.printf(
          "model       %s; batch size %d, %s, learning rate %s (%s), %sseed %d%n",
          plan.recipe().network(),
          hyperparameters.batchSize(),
          hyperparameters.optimizer(),
          hyperparameters.learningRate(),
          hyperparameters.schedule(),
          hyperparameters.precision() == Precision.FP32
              ? ""
              : hyperparameters.precision().id() + ", ",
          plan.seed());
      if (showBatch != null) {
        training.showBatch(showBatch);
        out.printf("first batch %s%n", showBatch);
      }
      out.flush();
      ProgressBar bar = new ProgressBar(err, interactive, hyperparameters.epochs());
      RunInfo info;
      try {
        info =
            resume == null
                ? training.run(folder, List.of(bar), interrupts::requested)
                : training.resume(folder, List.of(bar), interrupts::requested);
      } finally {
        bar.leave();
      }
      return finish(out, folder, info);
    }
  }

  /** What is to be trained. */
  record Plan(
      Recipe recipe, Hyperparameters hyperparameters, DataRequest data, long seed, String engine) {}

  /** Returns what the options ask for, without {@code --resume}. */
  Plan planned() {
    if (recipe == null) {
      throw new UsageException(
          "name a recipe: one of %s; or --resume a run"
              .formatted(String.join(", ", Recipes.names())),
          null);
    }
    Recipe chosen = recipe(recipe, model);
    Hyperparameters values = hyperparameters(chosen);
    return new Plan(
        chosen,
        values,
        new DataRequest(chosen.dataset(), data, data == null, SYNTHETIC_SEED, photos(values)),
        seed,
        Engines.DEFAULT);
  }

  private Plan resumed(Path run) throws IOException {
    for (OptionSpec option :
        Objects.requireNonNull(spec).commandLine().getParseResult().matchedOptions()) {
      if (!WITH_RESUME.contains(option.longestName())) {
        throw new UsageException(
            "%s can't be given with --resume: the run goes on with its own"
                .formatted(option.longestName()),
            null);
      }
    }
    if (recipe != null) {
      throw new UsageException(
          "'%s' can't be given with --resume: the run knows its recipe".formatted(recipe), null);
    }
    RunInfo info = RunFolder.open(run).info();
    if (info.status() == RunInfo.Status.DONE) {
      throw new UsageException("%s is done: there is nothing to go on with".formatted(run), null);
    }
    return new Plan(
        recipe(info.recipe(), info.model()),
        info.hyperparameters(),
        RunOptions.request(info, data, photos(info.hyperparameters())),
        info.seed(),
        info.engine().name());
  }

  private PhotoOptions photos(Hyperparameters values) {
    PhotoOptions size = values.photos();
    return new PhotoOptions(
        size.imageSize(),
        size.cropShare(),
        strict,
        cacheMegabytes == null ? size.cacheMegabytes() : cacheMegabytes);
  }

  private static int finish(PrintWriter out, RunFolder folder, RunInfo info) throws IOException {
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
    if (Files.exists(folder.history())) {
      int classes = folder.model().labels().size();
      for (Finding finding : Diagnosis.of(HistoryCsv.read(folder.history()), classes)) {
        out.printf("diagnosis   %s%n", finding);
      }
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
    }
    dataset.problems().forEach(out::println);
    out.flush();
  }

  private static Recipe recipe(String name, @Nullable String network) {
    try {
      Recipe named = Recipes.get(name);
      return network == null ? named : named.withNetwork(Networks.get(network).name());
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), e);
    }
  }

  private Hyperparameters hyperparameters(Recipe chosen) {
    try {
      Hyperparameters h = fineTuningOptions.over(hyperparameterOptions.over(chosen.defaults()));
      // The network says now, not after the data were loaded, that it lacks an option.
      Block unused = Networks.get(chosen.network()).newBlock(h.options(10));
      if (!h.fineTuning().pretrained().equals("none")) {
        PretrainedWeights.check(h.fineTuning().pretrained(), chosen.network());
      }
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
