package io.github.flora.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A report as text for a terminal, as Markdown and as CSV. */
final class Text {

  private static final String CSV_HEADER =
      "task,engine,engine_version,model,batch,threads,device,precision,images_per_second,spread,"
          + "ratio,p50_ms,p90_ms,p99_ms,max_ms,load_ms,first_answer_ms,peak_rss_mb,max_abs_diff,"
          + "max_rel_diff,top1_agreement,accuracy,other_cores,error";

  private Text() {}

  /** For a terminal, ending with a line break. */
  static String terminal(Report report) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, List<Row>> model : models(report).entrySet()) {
      text.append(model.getKey()).append('\n');
      aligned(text, Columns.table(model.getValue()));
      text.append('\n');
    }
    text.append(
        "* best of its model, batch size and threads; ratio and difference (share of the largest"
            + " logit) to "
            + report.settings().reference()
            + "\n");
    facts(report).forEach((key, value) -> text.append("%-11s %s%n".formatted(key, value)));
    comparison(text, report);
    text.append('\n');
    report.answers().forEach(answer -> text.append(answer).append('\n'));
    return text.toString();
  }

  private static Map<String, List<Row>> models(Report report) {
    Map<String, List<Row>> models = new LinkedHashMap<>();
    for (Row row : report.rows()) {
      models.computeIfAbsent(row.model() + ", " + row.task(), k -> new ArrayList<>()).add(row);
    }
    return models;
  }

  /** Where and how it was measured: a line each in every form of a report. */
  static Map<String, String> facts(Report report) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("engines", report.engines());
    facts.put("device", report.device());
    facts.put("machine", report.machine().describe());
    facts.put("quiet?", report.quietness());
    facts.put("measured", report.method());
    if (!report.settings().environment().isEmpty()) {
      facts.put("settings", report.settings().environment().toString().replaceAll("[{}]", ""));
    }
    facts.put(
        "command", report.command() + "  (Flora " + report.flora() + ", " + report.time() + ")");
    return facts;
  }

  private static void comparison(StringBuilder text, Report report) {
    if (report.comparison().isEmpty()) {
      return;
    }
    text.append("\ncompared with the earlier report\n");
    aligned(text, Comparison.table(report.comparison()));
  }

  private static void aligned(StringBuilder text, List<List<String>> table) {
    int columns = table.get(0).size();
    int[] widths = new int[columns];
    for (List<String> line : table) {
      // What went wrong comes last and may be as long as it likes.
      for (int i = 0; i < columns - 1; i++) {
        widths[i] = Math.max(widths[i], line.get(i).codePointCount(0, line.get(i).length()));
      }
    }
    for (List<String> line : table) {
      StringBuilder row = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String cell = line.get(i);
        String blanks = " ".repeat(Math.max(0, widths[i] - cell.codePointCount(0, cell.length())));
        // A mark stands behind the column, so that digits stay below digits.
        row.append(i == 0 || i == columns - 1 ? cell + blanks : blanks + cell).append("  ");
      }
      text.append(row.toString().stripTrailing()).append('\n');
    }
  }

  /** Markdown, with the picture if there is one. */
  static String markdown(Report report, String picture) {
    StringBuilder text = new StringBuilder("# Engines compared\n\n");
    report.answers().forEach(answer -> text.append("- ").append(answer).append('\n'));
    text.append("\n![images per second](").append(picture).append(")\n");
    for (Map.Entry<String, List<Row>> model : models(report).entrySet()) {
      text.append("\n## ").append(model.getKey()).append("\n\n");
      table(text, Columns.table(model.getValue()));
    }
    text.append(
        ("\n\\* best of its model, batch size and threads; ratio and difference (share of the"
                + " largest logit) to %s.\n")
            .formatted(report.settings().reference()));
    if (!report.comparison().isEmpty()) {
      text.append("\n## Compared with the earlier report\n\n");
      table(text, Comparison.table(report.comparison()));
    }
    text.append("\n## Where and how\n\n");
    facts(report)
        .forEach(
            (key, value) -> text.append("- ").append(key).append(": ").append(value).append('\n'));
    return text.toString();
  }

  private static void table(StringBuilder text, List<List<String>> table) {
    for (int i = 0; i < table.size(); i++) {
      text.append('|');
      for (String cell : table.get(i)) {
        text.append(' ').append(cell.replace("|", "\\|").replace("*", "\\*")).append(" |");
      }
      text.append('\n');
      if (i == 0) {
        text.append("|---|").append("---:|".repeat(table.get(0).size() - 2)).append("---|\n");
      }
    }
  }

  /** CSV (RFC 4180): a line per row; what isn't known is empty. */
  static String csv(Report report) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, String> fact : facts(report).entrySet()) {
      text.append("# ").append(fact.getKey()).append(": ").append(fact.getValue()).append('\n');
    }
    text.append(CSV_HEADER).append('\n');
    for (Row row : report.rows()) {
      Row.Latency latency = row.latencyMs();
      List<Object> cells = new ArrayList<>();
      cells.add(row.task());
      cells.add(row.engine());
      cells.add(empty(row.engineVersion()));
      cells.add(row.model());
      cells.add(row.batch());
      cells.add(row.threads());
      cells.add(empty(row.device()));
      cells.add(row.precision());
      cells.add(empty(row.imagesPerSecond()));
      cells.add(empty(row.spread()));
      cells.add(empty(row.ratio()));
      cells.add(empty(latency == null ? null : latency.p50()));
      cells.add(empty(latency == null ? null : latency.p90()));
      cells.add(empty(latency == null ? null : latency.p99()));
      cells.add(empty(latency == null ? null : latency.max()));
      cells.add(empty(row.loadMs()));
      cells.add(empty(row.firstAnswerMs()));
      cells.add(empty(row.peakRssMb()));
      cells.add(empty(row.maxAbsDiff()));
      cells.add(empty(row.maxRelDiff()));
      cells.add(empty(row.top1Agreement()));
      cells.add(empty(row.accuracy()));
      cells.add(empty(row.otherCores()));
      cells.add(empty(row.error()));
      text.append(String.join(",", cells.stream().map(Text::quoted).toList())).append('\n');
    }
    return text.toString();
  }

  private static Object empty(@Nullable Object value) {
    return value == null ? "" : value;
  }

  private static String quoted(Object cell) {
    String text = cell.toString();
    return text.matches("[^\",\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
