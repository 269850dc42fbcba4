package io.github.flora.trainer.report;

import io.github.flora.trainer.report.ClassificationReport.ClassScore;
import java.util.Locale;

/** A report as an aligned table of plain text. */
final class ReportTable {

  private ReportTable() {}

  static String of(ClassificationReport report) {
    // Counted in code points: %-ns would count a character beyond the basic plane twice.
    int width = "class".length();
    long images = 0;
    for (ClassScore score : report.classes()) {
      width = Math.max(width, columns(score.label()));
      images += score.support();
    }
    StringBuilder text = new StringBuilder();
    text.append(padded("class", width)).append("  precision  recall      f1  support\n");
    for (ClassScore s : report.classes()) {
      row(text, padded(s.label(), width), s.precision(), s.recall(), s.f1(), s.support());
    }
    ClassificationReport.Macro macro = report.macro();
    text.append('\n');
    row(text, padded("macro", width), macro.precision(), macro.recall(), macro.f1(), images);
    text.append('\n');
    line(text, "accuracy", percent(report.accuracy()));
    line(text, "top-5", percent(report.top5Accuracy()));
    line(text, "loss", format("%.4f", report.loss()));
    line(text, "images/s", format("%.1f", report.imagesPerSecond()));
    return text.toString();
  }

  private static void row(
      StringBuilder text, String name, double precision, double recall, double f1, long support) {
    text.append(name)
        .append(
            String.format(
                Locale.ROOT, "  %9.4f  %6.4f  %6.4f  %7d\n", precision, recall, f1, support));
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(String.format(Locale.ROOT, "%-8s  %10s\n", name, value));
  }

  private static String percent(double share) {
    return format("%.2f %%", 100 * share);
  }

  private static String format(String pattern, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, pattern, value) : "-";
  }

  /** How wide a text is: code points, since a character may take two chars. */
  static int columns(String text) {
    return text.codePointCount(0, text.length());
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(width - columns(text));
  }
}
