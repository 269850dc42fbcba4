package io.github.flora.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.flora.bench.measure.Contender;
import io.github.flora.bench.measure.Job;
import io.github.flora.bench.measure.Task;
import io.github.flora.trainer.report.BarsPicture;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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
    assertEquals(
        List.of(
            "engine batch threads images/s ± ratio p50 ms p90 p99 max load ms first ms peak MB"
                + " difference top-1 same accuracy",
            "PyTorch 1 2 1,000 5 % 1.00 0.750 1.50 3.00 9.00 300 30.0 150 1.0e-06 100 % 97.00 %",
            "OnnxRuntime 1 2 2,500* 2 % 2.50 0.500* 1.00* 2.00* 6.00* 200* 20.0* 100* 1.0e-06"
                + " 100 % 98.00 %*",
            "TensorFlow 1 2 – – – – – – – – – – – – – it crashed, \"badly\""),
        lines.subList(1, 5).stream().map(line -> line.replaceAll(" +", " ")).toList());
    assertTrue(lines.get(5).matches("PyTorch +32 +2 +9,000\\* .*"), text);
    assertTrue(text.contains("\n* best of its model, batch size and threads; ratio and"), text);
  }

  private enum Form {
    TERMINAL,
    MARKDOWN,
    CSV,
    PICTURE;

    /** Lines, without what only this form puts before a fact. */
    List<String> lines() {
      String text =
          switch (this) {
            case TERMINAL -> Text.terminal(REPORT).replaceAll("(?m)^(\\S+) {2,}", "$1: ");
            case MARKDOWN -> Text.markdown(REPORT, "bench.png").replaceAll("(?m)^- ", "");
            case CSV -> Text.csv(REPORT).replaceAll("(?m)^# ", "");
            case PICTURE -> String.join("\n", Chart.notes(REPORT));
          };
      return text.lines().toList();
    }
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void everyFormSaysWhereAndHow(Form form) {
    List<String> lines = form.lines();
    for (String fact :
        List.of(
            "engines: PyTorch 1.0, OnnxRuntime 1.0",
            "device: cpu, float32",
            "machine: Chip, 2 cores, 25.0 GB, Linux, Java 17",
            "quiet?: others used 0.05 of 2 cores: quiet",
            "measured: 3 rounds, a process each, 0.600 s for each batch size in each; ± is the"
                + " 95 % interval; images/s are the batch size divided by p50",
            "settings: OMP_WAIT_POLICY=PASSIVE",
            "command: ./flora bench --quick  (Flora 1, 2026-01-01T00:00)")) {
      assertTrue(lines.contains(fact), () -> fact + " isn't in\n" + lines);
    }
  }

  @Test
  void thePictureHasABarForEachRow(@TempDir Path temp) throws Exception {
    List<BarsPicture.Panel> panels = Chart.panels(REPORT);
    assertEquals(
        List.of("mnist-cnn, batch 1, 2 threads", "mnist-cnn, batch 32, 2 threads"),
        panels.stream().map(BarsPicture.Panel::title).toList());
    assertEquals(
        List.of(
            new BarsPicture.Bar("PyTorch", 1000, "1,000", 0),
            new BarsPicture.Bar("OnnxRuntime", 2500, "2,500", 1),
            new BarsPicture.Bar("TensorFlow", Double.NaN, "not measured", 2)),
        panels.get(0).bars());
    Path png = temp.resolve("bench.png");
    Chart.write(REPORT, png);
    Path bare = temp.resolve("bare.png");
    BarsPicture.write(bare, "Images per second", panels, List.of());
    int notes = ImageIO.read(png.toFile()).getHeight() - ImageIO.read(bare.toFile()).getHeight();
    assertTrue(notes > 7 * 12, () -> "room for where and how: " + notes + " pixels");
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
    "0.05,true,others used 0.05 of N: quiet",
    "0.15,false,'others used 0.15 of N: NOT quiet, figures are lower than they could be'",
    ",,unknown whether the machine was quiet (no /proc here)"
  })
  void quietOrNot(@Nullable Double others, @Nullable Boolean quiet, String text) {
    List<Row> rows =
        List.of(
            Rows.row("PyTorch", 1, 1000.0, 0.05, 3, others == null ? null : 2 * others),
            Rows.row("OnnxRuntime", 1, 2500.0, 0.02, 2, others == null ? null : 0.0),
            Rows.row("TensorFlow", 1, null, null, 0));
    Grid grid =
        new Grid(
            List.of(Contender.PYTORCH),
            List.of(),
            List.of(1),
            List.of(2),
            Task.INFERENCE,
            Contender.PYTORCH,
            3,
            new Job.Pace(0.6, 0.2, 1.2),
            "auto",
            null,
            1);
    Report report = Report.of("./flora bench", grid, rows, null);
    assertEquals(quiet, report.quiet());
    int cores = Runtime.getRuntime().availableProcessors();
    String expected = text.replace("N:", cores + (cores == 1 ? " core:" : " cores:"));
    assertEquals(expected, report.quietness());
    assertTrue(Text.terminal(report).contains("\nquiet?      " + expected + "\n"));
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
            "\\* best of its model, batch size and threads")) {
      assertTrue(text.contains(part), () -> part + " isn't in\n" + text);
    }
    String terminal = Text.terminal(report);
    assertTrue(
        terminal.matches("(?s).*\nPyTorch +mnist-cnn +1 +2 +500 +1,000 +2.00 +10 % +FASTER\n.*"),
        terminal);
  }
}
