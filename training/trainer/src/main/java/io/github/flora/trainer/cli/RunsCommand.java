package io.github.flora.trainer.cli;

import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.report.HistoryCsv;
import io.github.flora.trainer.report.RunRow;
import io.github.flora.trainer.report.RunsPicture;
import io.github.flora.trainer.report.RunsTable;
import io.github.flora.trainer.run.RunException;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.RunInfo;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flora runs}: compares runs. */
@Command(
    name = "runs",
    description = "Compare runs: their differences in settings and results, and their curves.",
    sortOptions = false)
public final class RunsCommand implements FloraCommand {

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "DIR",
      arity = "0..*",
      description = "Run folders, or folders of them (default: runs).")
  private List<Path> folders = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Picture of the overlaid curves (default: runs.png in the first folder).")
  private @Nullable Path output;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    List<Path> given = folders.isEmpty() ? List.of(Path.of("runs")) : folders;
    List<RunRow> rows = new ArrayList<>();
    Map<String, List<Epoch>> histories = new LinkedHashMap<>();
    for (Path root : runs(given)) {
      try (RunFolder folder = RunFolder.open(root)) {
        String name = root.getFileName().toString();
        rows.add(row(name, folder.info()));
        if (Files.exists(folder.history())) {
          histories.put(name, HistoryCsv.read(folder.history()));
        }
      }
    }
    if (rows.isEmpty()) {
      throw new RunException(
          "no runs in %s: train some, or name their folder".formatted(given.get(0)));
    }
    out.print(RunsTable.toText(rows));
    if (histories.values().stream().anyMatch(h -> !h.isEmpty())) {
      Path picture = output == null ? given.get(0).resolve("runs.png") : output;
      RunsPicture.write(picture, "Runs", histories);
      out.printf("%nwrote %s%n", picture);
    }
    out.flush();
    return 0;
  }

  private static List<Path> runs(List<Path> given) throws IOException {
    List<Path> runs = new ArrayList<>();
    for (Path path : given) {
      if (!Files.isDirectory(path)) {
        throw new RunException("%s is not a folder: name a folder of runs".formatted(path));
      }
      if (Files.exists(path.resolve("run.json"))) {
        runs.add(path);
        continue;
      }
      try (Stream<Path> inside = Files.list(path)) {
        inside.filter(p -> Files.exists(p.resolve("run.json"))).sorted().forEach(runs::add);
      }
    }
    return runs;
  }

  private static RunRow row(String name, RunInfo info) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("recipe", info.recipe());
    settings.put("model", info.model());
    settings.put("engine", info.engine().name() + " " + info.engine().version());
    settings.put("device", info.engine().device());
    settings.put("threads", Integer.toString(info.engine().threads()));
    settings.put("data", info.data().name() + ", " + info.data().source());
    settings.put("seed", Long.toString(info.seed()));
    info.hyperparameters().describe().forEach(settings::put);
    Map<String, String> results = new LinkedHashMap<>();
    results.put("status", info.status().name().toLowerCase(Locale.ROOT));
    RunInfo.Result result = info.result();
    if (result != null) {
      results.put("test accuracy", ProgressBar.percent(result.testAccuracy()));
      results.put("best epoch", Integer.toString(result.bestEpoch()));
      results.put("epochs done", Integer.toString(result.epochs()));
      results.put("wall time", ProgressBar.duration(result.seconds()));
      results.put("images/s", String.format(Locale.ROOT, "%.0f", result.trainImagesPerSecond()));
    }
    return new RunRow(name, settings, results);
  }
}
