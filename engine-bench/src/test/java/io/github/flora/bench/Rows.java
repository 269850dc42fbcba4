package io.github.flora.bench;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows and reports for tests. */
final class Rows {

  private Rows() {}

  /** All its times, memory and mistakes grow with the 99th percentile. */
  static Row row(
      String engine, int batch, @Nullable Double speed, @Nullable Double spread, double p99) {
    return row(engine, batch, speed, spread, p99, speed == null ? null : 0.05);
  }

  static Row row(
      String engine,
      int batch,
      @Nullable Double speed,
      @Nullable Double spread,
      double p99,
      @Nullable Double otherCores) {
    boolean measured = speed != null;
    return new Row(
        "inference",
        engine,
        measured ? "1.0" : null,
        "mnist-cnn",
        batch,
        2,
        measured ? "cpu" : null,
        "float32",
        speed,
        spread,
        speed != null ? List.of(speed) : List.of(),
        speed != null ? Double.valueOf(speed / 1000) : null,
        measured ? new Row.Latency(p99 / 4, p99 / 2, p99, 3 * p99) : null,
        measured ? 100 * p99 : null,
        measured ? 10 * p99 : null,
        measured ? 50 * p99 : null,
        measured ? 2e-6 : null,
        measured ? 1e-6 : null,
        measured ? 1.0 : null,
        measured ? 1 - p99 / 100 : null,
        otherCores,
        measured ? true : null,
        measured ? null : "it crashed, \"badly\"");
  }

  static Report report(List<Row> rows, @Nullable Double others, List<Comparison.Line> lines) {
    return new Report(
        "./flora bench --quick",
        "2026-01-01T00:00",
        "1",
        new Machine("Chip", 2, 25.0, "Linux", "17"),
        new Report.Settings(3, 0.6, "PyTorch", Map.of("OMP_WAIT_POLICY", "PASSIVE")),
        others == null ? null : others <= 0.1,
        others,
        rows,
        lines);
  }
}
