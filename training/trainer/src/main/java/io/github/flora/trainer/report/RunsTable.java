package io.github.flora.trainer.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Runs below each other as an aligned table of plain text: how they differ and what came of it. */
public final class RunsTable {

  private static final String MISSING = "-";
  private static final String SEPARATOR = "  ";
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\d[\\d,]*(\\.\\d*)?([eE][-+]?\\d+)?|NaN|Infinity)( ?%)?");

  /** Whatever would break a line: control characters and line separators. */
  private static final Pattern BREAKS = Pattern.compile("[\\p{Cntrl}\\u2028\\u2029]+");

  private RunsTable() {}

  /**
   * The table: the runs' names, the settings in which at least two runs differ (not having one is a
   * difference, shown as a dash), then all results that any run has. Rows stay in their order;
   * columns are in the order in which the rows first name them. Columns of numbers are aligned on
   * the right.
   *
   * @param rows the runs
   * @return a heading and a line for each run, each ending with a line break; the heading alone if
   *     there are no runs
   */
  public static String toText(List<RunRow> rows) {
    List<List<String>> columns = new ArrayList<>();
    columns.add(column("run", rows, RunRow::name));
    for (String key : keys(rows, RunRow::settings)) {
      if (rows.stream().map(row -> row.settings().get(key)).distinct().count() > 1) {
        columns.add(column(key, rows, row -> row.settings().getOrDefault(key, MISSING)));
      }
    }
    for (String key : keys(rows, RunRow::results)) {
      columns.add(column(key, rows, row -> row.results().getOrDefault(key, MISSING)));
    }
    List<List<String>> aligned = columns.stream().map(RunsTable::align).toList();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i <= rows.size(); i++) {
      int line = i;
      text.append(
          aligned.stream()
              .map(column -> column.get(line))
              .collect(Collectors.joining(SEPARATOR))
              .stripTrailing());
      text.append('\n');
    }
    return text.toString();
  }

  private static Set<String> keys(List<RunRow> rows, Function<RunRow, Map<String, String>> values) {
    return rows.stream()
        .flatMap(row -> values.apply(row).keySet().stream())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** The heading and a cell for each row. */
  private static List<String> column(
      String heading, List<RunRow> rows, Function<RunRow, String> value) {
    List<String> cells = new ArrayList<>();
    cells.add(clean(heading));
    rows.forEach(row -> cells.add(clean(value.apply(row))));
    return cells;
  }

  private static String clean(String cell) {
    String line = BREAKS.matcher(cell).replaceAll(" ").strip();
    return line.isEmpty() ? MISSING : line;
  }

  private static List<String> align(List<String> column) {
    int width = column.stream().mapToInt(ReportTable::columns).max().orElse(0);
    boolean numbers =
        column.stream().skip(1).allMatch(c -> c.equals(MISSING) || NUMBER.matcher(c).matches());
    return column.stream()
        .map(
            cell -> {
              String padding = " ".repeat(width - ReportTable.columns(cell));
              return numbers ? padding + cell : cell + padding;
            })
        .toList();
  }
}
