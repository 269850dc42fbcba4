package io.github.flora.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.flora.trainer.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command with its processes. */
final class BenchTest {

  /** As short as it gets. */
  private static final String SHORT = " --quick --rounds 1 --seconds 0.02 --threads 1 --json";

  private static final double ROUNDING = 1e-4;

  /** Only Linux tells how much memory a process used and what others do. */
  private static final boolean LINUX = Files.exists(Path.of("/proc/self/stat"));

  @TempDir Path temp;

  private static void assertMeasured(JsonObject row) {
    assertTrue(row.get("error").isJsonNull(), row::toString);
    assertTrue(row.get("images_per_second").getAsDouble() > 0, row::toString);
    JsonObject latency = row.getAsJsonObject("latency_ms");
    assertTrue(latency.get("p50").getAsDouble() > 0, row::toString);
    assertTrue(latency.get("p50").getAsDouble() <= latency.get("max").getAsDouble(), row::toString);
    assertTrue(row.get("load_ms").getAsDouble() > 0, row::toString);
    assertTrue(row.get("first_answer_ms").getAsDouble() > 0, row::toString);
    assertEquals("float32", row.get("precision").getAsString());
    assertFalse(row.get("engine_version").getAsString().isEmpty());
    if (LINUX) {
      assertTrue(row.get("peak_rss_mb").getAsDouble() > 10, row::toString);
      assertTrue(row.get("other_cores").getAsDouble() >= 0, row::toString);
    }
  }

  /** Five engines, the same weights, the same images, the same logits; and all files. */
  @Test
  void enginesSayTheSame() throws Exception {
    Path output = temp.resolve("the out");
    Cli cli =
        Cli.line(
                "bench mnist-mlp --engines"
                    + " pytorch,tensorflow,tensorflow-eager,onnxruntime,tensorflow-stock"
                    + " --batch-size 1,4"
                    + SHORT,
                "--output",
                output.toString())
            .succeeded();
    assertEquals(10, cli.rows().size());
    for (JsonObject row : cli.rows()) {
      assertMeasured(row);
      assertTrue(row.get("max_rel_diff").getAsDouble() <= ROUNDING, row::toString);
      assertEquals(1, row.get("top1_agreement").getAsDouble());
      assertEquals(1, row.get("threads").getAsInt());
      if (!row.get("engine").getAsString().equals("PyTorch")) {
        // Another engine rounds differently somewhere; not a single bit would be suspicious.
        assertTrue(row.get("max_abs_diff").getAsDouble() > 0, row::toString);
      }
    }
    Set<Double> loads = new HashSet<>();
    for (JsonObject row : cli.rows()) {
      loads.add(row.get("load_ms").getAsDouble());
      assertEquals(
          row.get("load_ms"),
          cli.row(row.get("engine").getAsString(), 4).get("load_ms"),
          "one process for all batch sizes");
    }
    assertTrue(loads.size() > 1, "a process for each engine");
    assertTrue(cli.err().contains("round 1/1  TensorFlow-stock, mnist-mlp, 1 thread"), cli.err());
    JsonObject json = cli.json();
    assertEquals(
        "./flora bench mnist-mlp --engines"
            + " pytorch,tensorflow,tensorflow-eager,onnxruntime,tensorflow-stock --batch-size 1,4"
            + SHORT
            + " --output '"
            + output
            + "'",
        json.get("command").getAsString());
    JsonObject machine = json.getAsJsonObject("machine");
    assertEquals(System.getProperty("java.version"), machine.get("java").getAsString());
    assertEquals(Runtime.getRuntime().availableProcessors(), machine.get("cores").getAsInt());
    JsonElement waiting =
        json.getAsJsonObject("settings").getAsJsonObject("environment").get("OMP_WAIT_POLICY");
    assertEquals(System.getenv("OMP_WAIT_POLICY"), waiting == null ? null : waiting.getAsString());
    assertEquals(cli.out(), Files.readString(output.resolve("bench.json")));
    assertTrue(Files.readString(output.resolve("bench.csv")).contains("\ninference,PyTorch,"));
    assertTrue(Files.readString(output.resolve("bench.md")).contains("# Engines compared"));
    assertEquals(1200, ImageIO.read(output.resolve("bench.png").toFile()).getWidth());
    // And compared with itself, a moment later.
    Cli again =
        Cli.line(
                "bench mnist-mlp --engines pytorch,onnxruntime --batch-size 4 --quick --rounds 2 --seconds 0.02"
                    + " --threads 1 --json",
                "--compare",
                output.resolve("bench.json").toString())
            .succeeded();
    JsonObject line = again.json().getAsJsonArray("comparison").get(1).getAsJsonObject();
    assertEquals("OnnxRuntime", line.get("engine").getAsString());
    assertEquals(
        cli.row("OnnxRuntime", 4).get("images_per_second").getAsDouble(),
        line.get("before").getAsDouble());
    assertEquals("unknown", line.get("verdict").getAsString());
    assertEquals(
        cli.row("OnnxRuntime", 4).get("max_abs_diff"),
        again.row("OnnxRuntime", 4).get("max_abs_diff"),
        "the same random weights and images in every run");
  }

  @Test
  void trainingIsComparedToo() {
    Cli cli =
        Cli.line(
                "bench mnist-cnn --task training --engines tensorflow,pytorch,onnxruntime"
                    + " --batch-size 8 --reference tensorflow"
                    + SHORT)
            .succeeded();
    assertMeasured(cli.row("PyTorch", 8));
    assertMeasured(cli.row("TensorFlow", 8));
    assertEquals(1, cli.row("TensorFlow", 8).get("ratio").getAsDouble());
    assertEquals("training", cli.row("PyTorch", 8).get("task").getAsString());
    assertEquals("OnnxRuntime can't train", cli.row("OnnxRuntime", 8).get("error").getAsString());
  }

  /** The network refuses only to be trained, and only by that many images. */
  @Test
  void anExceptionCostsItsRowAndTrainingTrains() {
    Cli cli =
        Cli.line(
                "bench crashing --task training --engines pytorch --batch-size %d,2"
                        .formatted(CrashingNetwork.BATCH)
                    + SHORT)
            .succeeded();
    assertEquals(
        "IllegalStateException: " + CrashingNetwork.REFUSAL,
        cli.row("PyTorch", CrashingNetwork.BATCH).get("error").getAsString());
    assertMeasured(cli.row("PyTorch", 2));
  }

  @Test
  void aCrashCostsItsRow() {
    Cli cli =
        Cli.line(
                "bench crashing --engines tensorflow,pytorch --batch-size 2,3 --quick --rounds 2"
                    + " --seconds 0.02 --threads 1 --json")
            .succeeded();
    assertEquals(
        List.of("1/2  TensorFlow", "1/2  PyTorch", "2/2  PyTorch", "2/2  TensorFlow"),
        cli.err()
            .lines()
            .filter(line -> line.contains("  round "))
            .map(line -> line.replaceAll(".*round (.*?), crashing.*", "$1"))
            .toList(),
        "they take turns, and another begins");
    assertMeasured(cli.row("PyTorch", 2));
    assertMeasured(cli.row("PyTorch", CrashingNetwork.BATCH));
    assertMeasured(cli.row("TensorFlow", 2));
    assertEquals(
        2,
        cli.row("TensorFlow", 2).getAsJsonArray("rounds").size(),
        "the second round leaves the crash out");
    JsonObject crashed = cli.row("TensorFlow", CrashingNetwork.BATCH);
    assertTrue(crashed.get("images_per_second").isJsonNull(), crashed::toString);
    assertTrue(
        crashed.get("error").getAsString().startsWith("the process crashed (SIGABRT)"),
        crashed::toString);
  }

  /** Grey images of 28×28 with a bright square whose place is the class. */
  private static void writeDigits(Path folder, String name, int count) throws IOException {
    byte[] images = new byte[16 + count * 784];
    byte[] labels = new byte[8 + count];
    System.arraycopy(new byte[] {0, 0, 8, 3}, 0, images, 0, 4);
    System.arraycopy(new byte[] {0, 0, 8, 1}, 0, labels, 0, 4);
    images[6] = labels[6] = (byte) (count >> 8);
    images[7] = labels[7] = (byte) count;
    images[11] = 28;
    images[15] = 28;
    for (int n = 0; n < count; n++) {
      int label = n % 10;
      labels[8 + n] = (byte) label;
      for (int i = 0; i < 25; i++) {
        int row = 5 * (label / 5) + i / 5 + n % 3;
        int column = 5 * (label % 5) + i % 5 + n % 2;
        images[16 + n * 784 + row * 28 + column] = (byte) (100 + n % 100);
      }
    }
    Files.createDirectories(folder);
    Files.write(folder.resolve(name + "-images-idx3-ubyte"), images);
    Files.write(folder.resolve(name + "-labels-idx1-ubyte"), labels);
  }

  @Test
  void aRunHasAnAccuracyAndItsFileOneEngine() throws Exception {
    Path data = temp.resolve("data");
    writeDigits(data, "train", 600);
    writeDigits(data, "t10k", 333);
    Path run = temp.resolve("run");
    Cli.line(
            "train mnist-mlp --epochs 1 --learning-rate 0.0003 --no-progress --threads 1",
            "--data",
            data.toString(),
            "--output",
            run.toString())
        .succeeded();
    double expected =
        Cli.line("evaluate --json", run.toString()).json().get("accuracy").getAsDouble();
    assertTrue(expected > 0.2 && expected < 1, () -> "a telling accuracy, not " + expected);
    Path file = temp.resolve("model.onnx");
    Cli.line("export", run.toString(), "--output", file.toString()).succeeded();
    String before = Files.readString(run.resolve("run.json"));
    Cli cli =
        Cli.line(
                "bench --engines pytorch,onnxruntime --batch-size 32" + SHORT,
                run.toString(),
                file.toString(),
                "--data",
                data.toString())
            .succeeded();
    assertEquals(4, cli.rows().size());
    for (JsonObject row : cli.rows()) {
      boolean impossible =
          row.get("engine").getAsString().equals("PyTorch")
              && row.get("model").getAsString().equals(file.toString());
      if (impossible) {
        assertEquals("PyTorch can't load an ONNX file", row.get("error").getAsString());
      } else {
        assertMeasured(row);
        assertEquals(expected, row.get("accuracy").getAsDouble(), 1e-12, row::toString);
      }
    }
    assertEquals(before, Files.readString(run.resolve("run.json")), "the run is left as it was");
    assertFalse(Files.exists(run.resolve("model.onnx")));
  }

  /** A table with nothing but the reason. */
  @ParameterizedTest
  @CsvSource({"'',true", "--no-progress,false", "--csv,true"})
  void aBrokenFileStaysInTheTable(String option, boolean drawnOver) throws Exception {
    Path file = Files.writeString(temp.resolve("broken.onnx"), "no model");
    System.setProperty("flora.terminal", "true");
    Cli cli;
    try {
      cli = Cli.line("bench --engines onnxruntime --rounds 1 " + option, file.toString());
    } finally {
      System.clearProperty("flora.terminal");
    }
    assertEquals(1, cli.status(), cli::toString);
    assertEquals(drawnOver, cli.err().contains("\r"), cli::toString);
    String start = option.equals("--csv") ? "inference,OnnxRuntime,," : "OnnxRuntime ";
    List<String> rows = cli.out().lines().filter(line -> line.startsWith(start)).toList();
    assertEquals(2, rows.size(), cli::toString);
    rows.forEach(row -> assertTrue(row.contains("broken.onnx: "), row));
    assertEquals(!option.equals("--csv"), cli.out().contains(": nothing was measured."));
  }

  /** SIGTERM goes the way of Ctrl-C. */
  @Test
  void aSignalEndsItWithWhatIsThere() throws Exception {
    Path out = temp.resolve("out");
    Path err = temp.resolve("err");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Dai.djl.offline=true", "-cp"));
    command.addAll(List.of(System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(
        List.of("bench", "mnist-mlp", "--engines", "onnxruntime,pytorch", "--rounds", "100"));
    command.addAll(List.of("--batch-size", "1", "--seconds", "0.1"));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      while (process.isAlive() && !Files.readString(err).contains("round 2/100  ")) {
        Thread.sleep(100);
      }
      process.destroy();
      assertTrue(process.waitFor(30, TimeUnit.SECONDS), "it goes on");
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(out);
    assertTrue(Files.readString(err).contains("flora: interrupted; this is what was measured"));
    assertTrue(said.contains("mnist-mlp inference: best throughput with "), said);
    assertEquals(2, said.lines().filter(l -> l.matches("(OnnxRuntime|PyTorch) .*")).count());
  }

  @ParameterizedTest
  @CsvSource({
    "bench --engines mxnet,no engine named 'mxnet'; there are: PyTorch",
    "bench nowhere,'nowhere' is no run folder or ONNX file; no recipe (mnist-mlp",
    "bench --reference tensorflow-stock,--reference TensorFlow-stock isn't among --engines",
    "bench --json --csv,--json and --csv exclude each other",
    "bench --batch-size 0,--batch-size is 0 but has to be 1 to",
    "bench --threads 5000,--threads is 5000 but has to be 1 to",
    "bench --rounds 0,--rounds is 0 but has to be 1 to",
    "bench --seconds 0,--seconds is 0.0 but has to be above 0",
    "bench --data nowhere,--data nowhere is not a folder",
  })
  void wrongUsageIsOneLine(String line, String message) {
    String failed = Cli.line(line).failed(2);
    assertTrue(failed.startsWith("flora: " + message.replace("file; no", "file, no")), failed);
  }

  @Test
  void aFolderWithoutARunIsOneLine() {
    assertTrue(
        Cli.line("bench", temp.toString()).failed(1).contains(" has no run.json"), "says why");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--engines", "--reference", "--batch-size", "--threads", "--task", "--device", "--data",
        "--quick", "--rounds", "--seconds", "--json", "--csv", "--output", "--compare",
        "--no-progress"
      })
  void theHelpNamesTheOption(String option) {
    assertTrue(
        Cli.line("bench --help").succeeded().out().contains(option + "=")
            || Cli.line("bench --help").out().contains(option + " "));
  }

  /** What the README shows. */
  @Test
  @Tag("slow")
  void quick() {
    Cli cli = Cli.line("bench --quick --json").succeeded();
    assertEquals(18, cli.rows().size());
    for (JsonObject row : cli.rows()) {
      assertMeasured(row);
      assertTrue(row.get("max_rel_diff").getAsDouble() <= ROUNDING, row::toString);
      assertEquals(3, row.getAsJsonArray("rounds").size());
    }
    assertEquals(JsonParser.parseString(cli.out()), cli.json());
  }
}
