package io.github.flora.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReportTest {

  private static final List<Row> ROWS =
      List.of(
          Rows.row("PyTorch", 1, 1000.0, 0.05, 3),
          Rows.row("OnnxRuntime", 1, 2500.0, 0.02, 2),
          Rows.row("TensorFlow", 1, null, null, 0),
          Rows.row("PyTorch", 32, 9000.0, 0.05, 30),
          Rows.row("OnnxRuntime", 32, 8000.0, Double.NaN, 40));

  private static final Report REPORT = Rows.report(ROWS, 0.05, List.of());

  /** Others rely on these. */
  @Test
  void theKeysOfTheJson() {
    JsonObject json = JsonParser.parseString(REPORT.toJson()).getAsJsonObject();
    assertTrue(
        json.keySet()
            .containsAll(
                Set.of("command", "flora", "machine", "settings", "quiet", "other_cores", "rows")),
        json::toString);
    JsonObject row = json.getAsJsonArray("rows").get(0).getAsJsonObject();
    assertTrue(
        row.keySet()
            .containsAll(
                Set.of(
                    "task",
                    "engine",
                    "engine_version",
                    "model",
                    "batch",
                    "threads",
                    "device",
                    "precision",
                    "images_per_second",
                    "spread",
                    "rounds",
                    "latency_ms",
                    "load_ms",
                    "first_answer_ms",
                    "peak_rss_mb",
                    "max_abs_diff",
                    "max_rel_diff",
                    "top1_agreement",
                    "accuracy",
                    "other_cores",
                    "error")),
        row::toString);
    assertEquals(Set.of("p50", "p90", "p99", "max"), row.getAsJsonObject("latency_ms").keySet());
    assertEquals(1000, row.get("images_per_second").getAsDouble());
    assertTrue(
        json.getAsJsonArray("rows").get(4).getAsJsonObject().get("spread").isJsonNull(),
        "JSON has no NaN");
  }

  @Test
  void theTableMarksTheBestOfThoseThatCompete() {
    String text = Text.terminal(REPORT);
    List<String> lines = text.lines().toList();
    assertEquals("mnist-cnn, inference", lines.get(0));
    assertTrue(lines.get(1).matches("engine +batch +threads +images/s +± +ratio .*"), text);
    assertTrue(lines.get(2).matches("PyTorch +1 +2 +1,000 +5 % +1.00 .*"), text);
    assertTrue(lines.get(3).matches("OnnxRuntime +1 +2 +2,500\\* +2 % +2.50 .*"), text);
    assertTrue(lines.get(4).matches("TensorFlow +1 +2 .*it crashed, \"badly\""), text);
    assertTrue(lines.get(5).matches("PyTorch +32 +2 +9,000\\* .*"), text);
    assertTrue(text.contains("\ncommand     ./flora bench --quick  (Flora 1, "), text);
    assertTrue(text.contains("\nsettings    OMP_WAIT_POLICY=PASSIVE\n"), text);
    assertTrue(text.contains("\ndevice      cpu, float32\n"), text);
    assertTrue(text.contains("\nmachine     Chip, 2 cores, 25.0 GB, Linux, Java 17\n"), text);
    assertTrue(text.contains("\nengines     PyTorch 1.0, OnnxRuntime 1.0\n"), text);
  }

  @Test
  void theAnswerIsASentence() {
    assertEquals(
        List.of(
            "mnist-cnn inference: best throughput with PyTorch, batch 32, 2 threads: 9,000"
                + " images/s; best p99 with OnnxRuntime, batch 1, 2 threads: 2.00 ms."),
        REPORT.answers());
    assertEquals(
        List.of("mnist-cnn inference: nothing was measured."),
        Rows.report(List.of(Rows.row("PyTorch", 1, null, null, 0)), null, List.of()).answers());
  }

  @ParameterizedTest
  @CsvSource({
    "0.05,others used 0.05 of 2 cores: quiet",
    "0.60,'others used 0.60 of 2 cores: NOT quiet, figures are lower than they could be'",
    ",unknown whether the machine was quiet (no /proc here)"
  })
  void quietOrNot(Double others, String text) {
    Report report = Rows.report(ROWS, others, List.of());
    assertEquals(text, report.quietness());
    assertTrue(Text.terminal(report).contains("\nquiet?      " + text + "\n"));
  }

  @Test
  void csvHasALineForEachRow() {
    List<String> lines = Text.csv(REPORT).lines().filter(line -> !line.startsWith("#")).toList();
    assertEquals(1 + ROWS.size(), lines.size());
    int columns = lines.get(0).split(",", -1).length;
    assertTrue(lines.get(1).startsWith("inference,PyTorch,1.0,mnist-cnn,1,2,cpu,float32,1000.0,"));
    assertEquals(columns, lines.get(1).split(",", -1).length);
    assertTrue(lines.get(3).endsWith(",\"it crashed, \"\"badly\"\"\""), lines.get(3));
    assertTrue(Text.csv(REPORT).startsWith("# engines: PyTorch 1.0"));
  }

  @Test
  void markdownHasItAll() {
    Report report =
        Rows.report(
            ROWS,
            0.05,
            List.of(
                new Comparison.Line(
                    "inference", "PyTorch", "mnist-cnn", 1, 2, 500, 1000, 2, 0.1, "faster")));
    String text = Text.markdown(report, "bench.png");
    for (String part :
        List.of(
            "- mnist-cnn inference: best throughput",
            "![images per second](bench.png)",
            "## mnist-cnn, inference",
            "| OnnxRuntime | 1 | 2 | 2,500\\* |",
            "## Compared with the earlier report",
            "| PyTorch | mnist-cnn | 1 | 2 | 500 | 1,000 | 2.00 | 10 % | FASTER |",
            "- command: ./flora bench --quick")) {
      assertTrue(text.contains(part), () -> part + " isn't in\n" + text);
    }
  }
}
