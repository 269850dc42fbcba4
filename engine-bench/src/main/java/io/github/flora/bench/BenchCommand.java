package io.github.flora.bench;

import io.github.flora.bench.measure.Contender;
import io.github.flora.bench.measure.Job;
import io.github.flora.bench.measure.Task;
import io.github.flora.models.Networks;
import io.github.flora.trainer.Recipes;
import io.github.flora.trainer.cli.FloraCommand;
import io.github.flora.trainer.cli.Interrupts;
import io.github.flora.trainer.cli.UsageException;
import io.github.flora.trainer.report.AtomicFiles;
import io.github.flora.trainer.run.RunFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flora bench}: engines × models × batch sizes × threads. */
@Command(
    name = "bench",
    description = {
      "Compare engines: images per second, latency, memory, and whether they say the same.",
      "Each engine has a process of its own, and they take turns, round after round. What is timed"
          + " is a pass from images in the engine's memory to the answer in Java's."
    },
    sortOptions = false)
public final class BenchCommand implements FloraCommand {

  private static final List<String> DEFAULT_SUBJECTS =
      List.of("mnist-mlp", "mnist-cnn", "resnet18");

  private static final int SEED = 1;
  private static final int QUICK_ROUNDS = 3;
  private static final int ROUNDS = 5;
  private static final Job.Pace QUICK = new Job.Pace(0.6, 0.2, 1.2);
  private static final Job.Pace THOROUGH = new Job.Pace(2, 0.5, 5);
  private static final int MOST_THREADS = 1024;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "SUBJECT",
      arity = "0..*",
      description =
          "A recipe or network (random weights), a run folder, or an ONNX file (default: mnist-mlp"
              + " mnist-cnn resnet18).")
  private List<String> subjects = List.of();

  @Option(
      names = "--engines",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "PyTorch,TensorFlow,OnnxRuntime",
      description =
          "PyTorch, TensorFlow (compiled), TensorFlow-eager, OnnxRuntime (the exported file),"
              + " TensorFlow-stock (DJL's own engine on the exported SavedModel); default:"
              + " ${DEFAULT-VALUE}.")
  private List<String> engines = List.of();

  @Option(
      names = "--reference",
      paramLabel = "NAME",
      description =
          "Engine that the others are compared with (default: PyTorch, or the first of --engines).")
  private @Nullable String reference;

  @Option(
      names = "--batch-size",
      split = ",",
      paramLabel = "N",
      defaultValue = "1,32",
      description = "Images per pass, one or several sizes (default: ${DEFAULT-VALUE}).")
  private List<Integer> batches = List.of();

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      description =
          "Threads that one operation may use, one or several numbers (default: one per core).")
  private List<Integer> threads = List.of();

  @Option(
      names = "--task",
      paramLabel = "TASK",
      defaultValue = "inference",
      description =
          "inference, or training: steps of the loop with Adam, loss and update included (default:"
              + " ${DEFAULT-VALUE}).")
  private Task task = Task.INFERENCE;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "auto",
      description = "auto, cpu, gpu or gpuN (default: ${DEFAULT-VALUE}, each engine's best).")
  private String device = "auto";

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder of the run's data set: adds the accuracy on its test images.")
  private @Nullable Path data;

  @Option(
      names = "--quick",
      description = "3 rounds of 0.6 s for each batch size instead of 5 rounds of 2 s.")
  private boolean quick;

  @Option(names = "--rounds", paramLabel = "N", description = "Processes for each row.")
  private @Nullable Integer rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "Seconds of measuring for each batch size in each round.")
  private @Nullable Double seconds;

  @Option(names = "--json", description = "Print the report as JSON.")
  private boolean json;

  @Option(names = "--csv", description = "Print CSV: a line per row.")
  private boolean csv;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Write bench.json, bench.csv, bench.md and bench.png into a folder.")
  private @Nullable Path output;

  @Option(
      names = "--compare",
      paramLabel = "OLD.json",
      description = "Compare with an earlier --json, and say what lies beyond the noise.")
  private @Nullable Path compare;

  @Option(names = "--no-progress", description = "No line that is drawn over.")
  private boolean noProgress;

  @Override
  public Integer call() throws IOException {
    CommandSpec command = Objects.requireNonNull(spec);
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    if (json && csv) {
      throw new UsageException("--json and --csv exclude each other", null);
    }
    Grid grid = grid();
    Comparison old = compare == null ? null : Comparison.read(compare);
    if (output != null) {
      create(output);
    }
    // Until all is printed: the Java machine ends when this is closed.
    try (Interrupts interrupts = new Interrupts()) {
      List<Row> rows =
          measure(grid, err, interrupts, !noProgress && Boolean.getBoolean("flora.terminal"));
      Report report = Report.of(commandLine(command), grid, rows, old);
      // First, so that a full disk doesn't cost what took minutes to measure.
      out.print(json ? report.toJson() : csv ? Text.csv(report) : Text.terminal(report));
      out.flush();
      if (output != null) {
        write(report, output);
      }
      if (output != null && !json && !csv) {
        out.printf("wrote bench.json, bench.csv, bench.md and bench.png into %s%n", output);
      }
      out.flush();
      return rows.stream().anyMatch(row -> row.imagesPerSecond() != null) ? 0 : 1;
    }
  }

  private static void create(Path folder) throws IOException {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new IOException(
          "cannot create the output folder %s: choose another with --output".formatted(folder), e);
    }
  }

  private static List<Row> measure(
      Grid grid, PrintWriter err, Interrupts interrupts, boolean interactive) throws IOException {
    Progress progress = new Progress(err, interactive);
    Path work = Files.createTempDirectory("flora-bench");
    try {
      Rounds measuring =
          new Rounds(grid, work, new Processes(work, interrupts::requested), progress);
      try {
        measuring.run();
      } catch (Processes.Stopped e) {
        progress.leave();
        err.println("flora: interrupted; this is what was measured so far");
        err.flush();
        return measuring.results().rows("interrupted");
      } finally {
        progress.leave();
      }
      return measuring.results().rows(null);
    } finally {
      delete(work);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** What the options ask for. */
  Grid grid() throws IOException {
    List<Contender> chosen = engines.stream().distinct().map(BenchCommand::contender).toList();
    Contender compared =
        reference != null
            ? contender(reference)
            : chosen.contains(Contender.PYTORCH) ? Contender.PYTORCH : chosen.get(0);
    if (!chosen.contains(compared)) {
      throw new UsageException(
          "--reference %s isn't among --engines".formatted(compared.label()), null);
    }
    int cores = Runtime.getRuntime().availableProcessors();
    List<Integer> counts = threads.isEmpty() ? List.of(cores) : threads;
    require("--threads", counts, MOST_THREADS);
    require("--batch-size", batches, 1 << 16);
    Job.Pace pace = quick ? QUICK : THOROUGH;
    if (seconds != null) {
      if (!(seconds > 0 && seconds <= 3600)) {
        throw new UsageException(
            "--seconds is %s but has to be above 0, at most 3600".formatted(seconds), null);
      }
      pace = new Job.Pace(seconds, pace.leastWarmUp(), pace.mostWarmUp());
    }
    int count = rounds != null ? rounds : quick ? QUICK_ROUNDS : ROUNDS;
    require("--rounds", List.of(count), 1000);
    List<Grid.Subject> models = new ArrayList<>();
    for (String name : subjects.isEmpty() ? DEFAULT_SUBJECTS : subjects) {
      models.add(subject(name));
    }
    if (data != null && !Files.isDirectory(data)) {
      throw new UsageException("--data %s is not a folder".formatted(data), null);
    }
    return new Grid(
        chosen,
        models.stream().distinct().toList(),
        batches,
        counts,
        task,
        compared,
        count,
        pace,
        device,
        data,
        SEED);
  }

  private static Contender contender(String name) {
    try {
      return Contender.of(name);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), e);
    }
  }

  private static void require(String option, List<Integer> values, int most) {
    for (int value : values) {
      if (value < 1 || value > most) {
        throw new UsageException(
            "%s is %d but has to be 1 to %,d".formatted(option, value, most), null);
      }
    }
  }

  private static Grid.Subject subject(String name) throws IOException {
    Path path = Path.of(name);
    if (Files.isDirectory(path)) {
      try (RunFolder folder = RunFolder.open(path)) {
        return new Grid.Subject(name, null, folder.root());
      }
    }
    if (Files.isRegularFile(path)) {
      return new Grid.Subject(name, null, path);
    }
    if (Recipes.names().contains(name)) {
      return new Grid.Subject(name, Recipes.get(name).network(), null);
    }
    if (Networks.names().contains(name)) {
      return new Grid.Subject(name, name, null);
    }
    throw new UsageException(
        "'%s' is no run folder or ONNX file, no recipe (%s) and no network ('./flora models' lists them)"
            .formatted(name, String.join(", ", Recipes.names())),
        null);
  }

  private static String commandLine(CommandSpec command) {
    List<String> words = new ArrayList<>(List.of("./flora"));
    command.root().commandLine().getParseResult().originalArgs().stream()
        .map(BenchCommand::quoted)
        .forEach(words::add);
    return String.join(" ", words);
  }

  /** As a shell takes it. */
  private static String quoted(String word) {
    return word.matches("[\\w./:,=+@%~-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  private static void write(Report report, Path folder) throws IOException {
    AtomicFiles.writeString(folder.resolve("bench.json"), report.toJson());
    AtomicFiles.writeString(folder.resolve("bench.csv"), Text.csv(report));
    AtomicFiles.writeString(folder.resolve("bench.md"), Text.markdown(report, "bench.png"));
    Chart.write(report, folder.resolve("bench.png"));
  }
}
