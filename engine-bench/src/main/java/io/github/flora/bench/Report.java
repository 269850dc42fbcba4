package io.github.flora.bench;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import io.github.flora.trainer.Versions;
import io.github.flora.trainer.report.JsonText;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What came of a run of the command.
 *
 * @param command the command as it was typed
 * @param time local date and time of the start, ISO 8601
 * @param flora version of Flora
 * @param machine where it was
 * @param settings how it was measured
 * @param quiet whether others left the machine alone, or null where that isn't known
 * @param otherCores the cores that other processes used on average, or null
 * @param rows a row for each combination
 * @param comparison how rows compare with an earlier report, empty without one
 */
record Report(
    String command,
    String time,
    String flora,
    Machine machine,
    Settings settings,
    @Nullable Boolean quiet,
    @Nullable Double otherCores,
    List<Row> rows,
    List<Comparison.Line> comparison) {

  /** Above so many cores taken by others, figures are no longer those of this machine alone. */
  private static final double QUIET = 0.1;

  static final Gson GSON =
      new GsonBuilder()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .serializeNulls()
          .serializeSpecialFloatingPointValues()
          .disableHtmlEscaping()
          .create();

  /**
   * How it was measured.
   *
   * @param rounds processes for each engine, model and number of threads
   * @param seconds of measuring for each batch size in each
   * @param reference the engine that others are compared with
   * @param environment variables that change how engines use threads and memory
   */
  record Settings(int rounds, double seconds, String reference, Map<String, String> environment) {}

  static Report of(String command, Grid grid, List<Row> rows, @Nullable Comparison old) {
    List<Double> others =
        rows.stream().map(Row::otherCores).filter(Objects::nonNull).collect(Collectors.toList());
    Double mean = Numbers.mean(others);
    Map<String, String> environment = new LinkedHashMap<>();
    for (String name : List.of("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "GLIBC_TUNABLES")) {
      String value = System.getenv(name);
      if (value != null) {
        environment.put(name, value);
      }
    }
    return new Report(
        command,
        LocalDateTime.now(ZoneId.systemDefault()).withNano(0).toString(),
        Versions.flora(),
        Machine.here(),
        new Settings(grid.rounds(), grid.pace().seconds(), grid.reference().label(), environment),
        mean == null ? null : mean <= QUIET,
        mean,
        rows,
        old == null ? List.of() : old.lines(rows));
  }

  /** JSON, numbers that aren't finite as null. */
  String toJson() {
    JsonObject json = GSON.toJsonTree(this).getAsJsonObject();
    return JsonText.of(JsonText.finite(json));
  }

  /** One line about what others did meanwhile. */
  String quietness() {
    if (otherCores == null || quiet == null) {
      return rows.stream().anyMatch(row -> row.imagesPerSecond() != null)
          ? "unknown whether the machine was quiet (no /proc here)"
          : "nothing was measured";
    }
    String used =
        "others used %.2f of %d core%s"
            .formatted(otherCores, machine.cores(), machine.cores() == 1 ? "" : "s");
    return quiet ? used + ": quiet" : used + ": NOT quiet, figures are lower than they could be";
  }

  /** The engines that were there, with their versions. */
  String engines() {
    return rows.stream()
        .filter(row -> row.engineVersion() != null)
        .map(row -> row.engine() + " " + row.engineVersion())
        .distinct()
        .collect(Collectors.joining(", "));
  }

  /** The devices and precisions of all rows. */
  String device() {
    return rows.stream()
        .filter(row -> row.device() != null)
        .map(row -> row.device() + ", " + row.precision())
        .distinct()
        .collect(Collectors.joining("; "));
  }

  /** How it was measured, for people. */
  String method() {
    return ("%d round%s, a process each, %s s for each batch size in each; ± is the 95 %% interval;"
            + " images/s are the batch size divided by p50")
        .formatted(
            settings.rounds(),
            settings.rounds() == 1 ? "" : "s",
            Numbers.shortly(settings.seconds()));
  }

  /** Which is best, a sentence for each model. */
  List<String> answers() {
    Map<String, List<Row>> models = new LinkedHashMap<>();
    for (Row row : rows) {
      models.computeIfAbsent(row.model() + " " + row.task(), k -> new ArrayList<>()).add(row);
    }
    return models.entrySet().stream()
        .map(entry -> answer(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static String answer(String what, List<Row> rows) {
    Row fastest = null;
    Row calmest = null;
    for (Row row : rows) {
      Double speed = row.imagesPerSecond();
      Row.Latency latency = row.latencyMs();
      if (speed == null || latency == null) {
        continue;
      }
      if (fastest == null || speed > Objects.requireNonNull(fastest.imagesPerSecond())) {
        fastest = row;
      }
      if (calmest == null || latency.p99() < Objects.requireNonNull(calmest.latencyMs()).p99()) {
        calmest = row;
      }
    }
    if (fastest == null || calmest == null) {
      return what + ": nothing was measured.";
    }
    return "%s: best throughput with %s: %s images/s; best p99 with %s: %s ms."
        .formatted(
            what,
            place(fastest),
            Numbers.shortly(fastest.imagesPerSecond()),
            place(calmest),
            Numbers.shortly(Objects.requireNonNull(calmest.latencyMs()).p99()));
  }

  private static String place(Row row) {
    return "%s, batch %d, %d thread%s"
        .formatted(row.engine(), row.batch(), row.threads(), row.threads() == 1 ? "" : "s");
  }
}
