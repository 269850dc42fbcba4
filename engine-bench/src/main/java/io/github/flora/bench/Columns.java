package io.github.flora.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The figures of a table, a column each; the best of those that compete is marked. */
final class Columns {

  private static final String BEST = "*";

  /** Which values of a column are better. */
  private enum Better {
    MORE,
    LESS,
    NONE
  }

  private record Column(
      String title,
      Function<Row, @Nullable Double> value,
      Function<Row, String> text,
      Better better) {}

  private static final List<Column> ALL =
      List.of(
          new Column(
              "images/s",
              Row::imagesPerSecond,
              row -> Numbers.shortly(row.imagesPerSecond()),
              Better.MORE),
          new Column("±", Row::spread, row -> Numbers.percent(row.spread(), 0), Better.NONE),
          new Column(
              "ratio",
              Row::ratio,
              row -> row.ratio() == null ? "–" : "%.2f".formatted(row.ratio()),
              Better.NONE),
          latency("p50 ms", Row.Latency::p50),
          latency("p90", Row.Latency::p90),
          latency("p99", Row.Latency::p99),
          latency("max", Row.Latency::max),
          new Column("load ms", Row::loadMs, row -> Numbers.shortly(row.loadMs()), Better.LESS),
          new Column(
              "first ms",
              Row::firstAnswerMs,
              row -> Numbers.shortly(row.firstAnswerMs()),
              Better.LESS),
          new Column(
              "peak MB", Row::peakRssMb, row -> Numbers.shortly(row.peakRssMb()), Better.LESS),
          new Column(
              "difference", Row::maxRelDiff, row -> Numbers.tiny(row.maxRelDiff()), Better.NONE),
          new Column(
              "top-1 same",
              Row::top1Agreement,
              row -> Numbers.percent(row.top1Agreement(), 0),
              Better.NONE),
          new Column(
              "accuracy", Row::accuracy, row -> Numbers.percent(row.accuracy(), 2), Better.MORE));

  private Columns() {}

  private static Column latency(String title, Function<Row.Latency, Double> part) {
    Function<Row, @Nullable Double> value =
        row -> row.latencyMs() == null ? null : part.apply(row.latencyMs());
    return new Column(title, value, row -> Numbers.shortly(value.apply(row)), Better.LESS);
  }

  /**
   * The header and a line per row: engine, batch, threads, figures, and last what went wrong.
   * Columns without any value are left out.
   */
  static List<List<String>> table(List<Row> rows) {
    List<Column> shown =
        ALL.stream()
            .filter(column -> rows.stream().anyMatch(row -> column.value().apply(row) != null))
            .toList();
    List<List<String>> table = new ArrayList<>();
    List<String> header = new ArrayList<>(List.of("engine", "batch", "threads"));
    shown.forEach(column -> header.add(column.title()));
    header.add("");
    table.add(header);
    Map<Column, Set<Row>> best = new HashMap<>();
    shown.forEach(column -> best.put(column, best(column, rows)));
    for (Row row : rows) {
      List<String> line =
          new ArrayList<>(
              List.of(
                  row.engine(), Integer.toString(row.batch()), Integer.toString(row.threads())));
      for (Column column : shown) {
        boolean marked = best.getOrDefault(column, Set.of()).contains(row);
        line.add(column.text().apply(row) + (marked ? BEST : ""));
      }
      line.add(row.error() == null ? "" : row.error());
      table.add(line);
    }
    return table;
  }

  /** The best row among those of the same model, batch size and threads, if there are several. */
  private static Set<Row> best(Column column, List<Row> rows) {
    Set<Row> result = new HashSet<>();
    if (column.better() == Better.NONE) {
      return result;
    }
    Map<Row.Group, List<Row>> groups = new HashMap<>();
    for (Row row : rows) {
      if (column.value().apply(row) != null) {
        groups.computeIfAbsent(row.group(), k -> new ArrayList<>()).add(row);
      }
    }
    for (List<Row> group : groups.values()) {
      Row best = group.get(0);
      for (Row row : group) {
        double difference = number(column, row) - number(column, best);
        if (column.better() == Better.MORE ? difference > 0 : difference < 0) {
          best = row;
        }
      }
      if (group.size() > 1) {
        result.add(best);
      }
    }
    return result;
  }

  private static double number(Column column, Row row) {
    Double value = column.value().apply(row);
    return value == null ? Double.NaN : value;
  }
}
