package io.github.flora.bench;

import io.github.flora.trainer.report.BarsPicture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Images per second as bars: a panel for each model, batch size and number of threads. */
final class Chart {

  private Chart() {}

  static void write(Report report, Path png) throws IOException {
    BarsPicture.write(png, "Images per second", panels(report), notes(report));
  }

  /** Where and how it was measured. */
  static List<String> notes(Report report) {
    return Text.facts(report).entrySet().stream()
        .map(fact -> fact.getKey() + ": " + fact.getValue())
        .toList();
  }

  static List<BarsPicture.Panel> panels(Report report) {
    Map<Row.Group, List<BarsPicture.Bar>> panels = new LinkedHashMap<>();
    List<String> names = report.rows().stream().map(Row::engine).distinct().toList();
    for (Row row : report.rows()) {
      Double speed = row.imagesPerSecond();
      panels
          .computeIfAbsent(row.group(), k -> new ArrayList<>())
          .add(
              new BarsPicture.Bar(
                  row.engine(),
                  speed == null ? Double.NaN : speed,
                  speed == null ? "not measured" : Numbers.shortly(speed),
                  names.indexOf(row.engine())));
    }
    return panels.entrySet().stream()
        .map(panel -> new BarsPicture.Panel(title(panel.getKey()), panel.getValue()))
        .toList();
  }

  private static String title(Row.Group group) {
    return "%s%s, batch %d, %d thread%s"
        .formatted(
            group.model(),
            group.task().equals("training") ? " training" : "",
            group.batch(),
            group.threads(),
            group.threads() == 1 ? "" : "s");
  }
}
