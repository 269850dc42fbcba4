package io.github.flora.bench;

import com.google.gson.JsonParseException;
import io.github.flora.trainer.cli.UsageException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An earlier report to compare with. */
final class Comparison {

  private final Map<Row.Key, Row> old = new HashMap<>();

  private Comparison(List<Row> rows) {
    rows.forEach(row -> old.put(row.key(), row));
  }

  /**
   * How a row compares.
   *
   * @param task as in {@link Row}
   * @param engine as in {@link Row}
   * @param model as in {@link Row}
   * @param batch as in {@link Row}
   * @param threads as in {@link Row}
   * @param before images per second then
   * @param now images per second now
   * @param ratio now as a multiple of then
   * @param noise both spreads together, as a share; null if one isn't known
   * @param verdict {@code faster}, {@code slower}, {@code same} within the noise, {@code unknown}
   */
  record Line(
      String task,
      String engine,
      String model,
      int batch,
      int threads,
      double before,
      double now,
      double ratio,
      @Nullable Double noise,
      String verdict) {}

  /**
   * Reads a report.
   *
   * @param file what {@code bench --json} printed
   * @throws UsageException if it isn't one
   */
  static Comparison read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new UsageException(file + ": there is no such file; check --compare", null);
    }
    Old report;
    try {
      report = Report.GSON.fromJson(Files.readString(file), Old.class);
    } catch (JsonParseException | CharacterCodingException e) {
      throw new UsageException(file + " isn't what bench --json prints: it is no such JSON", e);
    } catch (RuntimeException e) {
      throw new UsageException(file + " isn't what bench --json prints: a key is missing", e);
    }
    if (report == null || report.rows() == null) {
      throw new UsageException(file + " isn't what bench --json prints: it has no rows", null);
    }
    return new Comparison(report.rows());
  }

  /** The part of a report that counts here. */
  private record Old(@Nullable List<Row> rows) {}

  /** Rows that are in both and were measured in both. */
  List<Line> lines(List<Row> rows) {
    List<Line> lines = new ArrayList<>();
    for (Row row : rows) {
      Row before = old.get(row.key());
      if (before != null && before.imagesPerSecond() != null && row.imagesPerSecond() != null) {
        lines.add(line(row, before.imagesPerSecond(), before.spread(), row.imagesPerSecond()));
      }
    }
    return lines;
  }

  private static Line line(Row row, double before, @Nullable Double spreadBefore, double now) {
    double ratio = now / before;
    Double spread = row.spread();
    Double noise = spread == null || spreadBefore == null ? null : spread + spreadBefore;
    String verdict;
    if (noise == null) {
      verdict = "unknown";
    } else if (Math.max(ratio, 1 / ratio) - 1 <= noise) {
      verdict = "same";
    } else {
      verdict = ratio > 1 ? "faster" : "slower";
    }
    return new Line(
        row.task(),
        row.engine(),
        row.model(),
        row.batch(),
        row.threads(),
        before,
        now,
        ratio,
        noise,
        verdict);
  }

  static List<List<String>> table(List<Line> lines) {
    List<List<String>> table = new ArrayList<>();
    table.add(
        List.of("engine", "model", "batch", "threads", "before", "now", "ratio", "noise", ""));
    for (Line line : lines) {
      table.add(
          List.of(
              line.engine(),
              line.task().equals("inference") ? line.model() : line.model() + " " + line.task(),
              Integer.toString(line.batch()),
              Integer.toString(line.threads()),
              Numbers.shortly(line.before()),
              Numbers.shortly(line.now()),
              "%.2f".formatted(line.ratio()),
              Numbers.percent(line.noise(), 0),
              switch (line.verdict()) {
                case "same" -> "within the noise";
                case "unknown" -> "noise unknown: a single round";
                default -> line.verdict().toUpperCase(java.util.Locale.ROOT);
              }));
    }
    return table;
  }
}
