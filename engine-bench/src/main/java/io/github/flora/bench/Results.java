package io.github.flora.bench;

import io.github.flora.bench.measure.Contender;
import io.github.flora.bench.measure.Job;
import io.github.flora.bench.measure.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects what the processes say, round by round, and makes rows of it. */
final class Results {

  private final Map<Row.Key, Cell> cells = new LinkedHashMap<>();
  private final Map<Row.Key, Integer> processes = new HashMap<>();
  private final Path work;
  private final String reference;

  Results(Path work, Contender reference) {
    this.work = work;
    this.reference = reference.label();
  }

  /** All that is known of one row. */
  private static final class Cell {
    private final List<Message.Measured> rounds = new ArrayList<>();
    private final List<Double> loads = new ArrayList<>();
    private Message.@Nullable Loaded loaded;
    private @Nullable Double accuracy;
    private @Nullable String error;
    private int classes = 1;
  }

  private Cell cell(Row.Key key) {
    return cells.computeIfAbsent(key, k -> new Cell());
  }

  /** Makes room for a row; rows come in this order. */
  void expect(Row.Key key) {
    Cell unused = cell(key);
  }

  /** Says how many logits belong to an image. */
  void classes(Row.Key key, int classes) {
    cell(key).classes = classes;
  }

  void add(Row.Key key, Message.Loaded loaded, Message.Measured measured) {
    Cell cell = cell(key);
    cell.loaded = loaded;
    cell.loads.add(loaded.loadMs());
    cell.rounds.add(measured);
  }

  void accuracy(Row.Key key, double share) {
    cell(key).accuracy = share;
  }

  /** The first reason is kept: later ones follow from it. */
  void fail(Row.Key key, String reason) {
    Cell cell = cell(key);
    if (cell.error == null) {
      cell.error = reason;
    }
  }

  boolean failed(Row.Key key) {
    return cell(key).error != null;
  }

  /** Whether this round's measurement has come. */
  boolean measured(Row.Key key, int round) {
    return cell(key).rounds.size() > round;
  }

  /** Where a process leaves its logits, with {@link Job.Measuring#BATCH} for the batch size. */
  String answers(Row.Key key) {
    Row.Key process = new Row.Key(key.task(), key.engine(), key.model(), 0, key.threads());
    int index = processes.computeIfAbsent(process, k -> processes.size());
    return work.resolve("answers-" + index + "-" + Job.Measuring.BATCH + ".f32").toString();
  }

  /**
   * Makes the rows.
   *
   * @param missing why rows without any figures have none, or null if all were measured
   */
  List<Row> rows(@Nullable String missing) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (Map.Entry<Row.Key, Cell> entry : cells.entrySet()) {
      if (missing != null && entry.getValue().rounds.isEmpty()) {
        fail(entry.getKey(), missing);
      }
      rows.add(row(entry.getKey(), entry.getValue()));
    }
    return rows;
  }

  private Row row(Row.Key key, Cell cell) throws IOException {
    List<Message.Measured> rounds = cell.rounds;
    List<Double> speeds = rounds.stream().map(Message.Measured::imagesPerSecond).toList();
    Double speed = Numbers.median(speeds);
    Row.Key referenceKey =
        new Row.Key(key.task(), reference, key.model(), key.batch(), key.threads());
    Cell referenceCell = cells.get(referenceKey);
    Double referenceSpeed =
        referenceCell == null
            ? null
            : Numbers.median(
                referenceCell.rounds.stream().map(Message.Measured::imagesPerSecond).toList());
    Difference difference =
        referenceCell == null ? null : difference(key, referenceKey, cell.classes);
    Message.Loaded loaded = cell.loaded;
    return new Row(
        key.task(),
        key.engine(),
        loaded == null ? null : loaded.version(),
        key.model(),
        key.batch(),
        key.threads(),
        loaded == null ? null : loaded.device(),
        "float32",
        speed,
        Numbers.spread(speeds),
        speeds,
        speed == null || referenceSpeed == null ? null : speed / referenceSpeed,
        latency(rounds),
        Numbers.median(cell.loads),
        Numbers.median(rounds.stream().map(Message.Measured::firstAnswerMs).toList()),
        Numbers.max(present(rounds.stream().map(Message.Measured::peakRssMb).toList())),
        difference == null ? null : difference.absolute(),
        difference == null ? null : difference.relative(),
        difference == null ? null : difference.top1(),
        cell.accuracy,
        Numbers.mean(present(rounds.stream().map(Message.Measured::otherCores).toList())),
        rounds.isEmpty() ? null : rounds.stream().allMatch(Message.Measured::settled),
        cell.error);
  }

  private static List<Double> present(List<@Nullable Double> values) {
    List<Double> present = new ArrayList<>();
    for (Double value : values) {
      if (value != null) {
        present.add(value);
      }
    }
    return present;
  }

  private static Row.@Nullable Latency latency(List<Message.Measured> rounds) {
    Double p50 = Numbers.median(rounds.stream().map(Message.Measured::p50).toList());
    Double p90 = Numbers.median(rounds.stream().map(Message.Measured::p90).toList());
    Double p99 = Numbers.median(rounds.stream().map(Message.Measured::p99).toList());
    Double max = Numbers.max(rounds.stream().map(Message.Measured::max).toList());
    return p50 == null || p90 == null || p99 == null || max == null
        ? null
        : new Row.Latency(p50, p90, p99, max);
  }

  /** How far logits are from the reference's. */
  record Difference(double absolute, double relative, double top1) {}

  private @Nullable Difference difference(Row.Key key, Row.Key referenceKey, int classes)
      throws IOException {
    float[] found = logits(key);
    float[] expected = logits(referenceKey);
    return found == null || expected == null ? null : difference(found, expected, classes);
  }

  private float @Nullable [] logits(Row.Key key) throws IOException {
    Path file = Path.of(Job.Measuring.file(answers(key), key.batch()));
    if (!Files.isRegularFile(file)) {
      return null;
    }
    FloatBuffer numbers =
        ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] logits = new float[numbers.remaining()];
    numbers.get(logits);
    return logits;
  }

  static Difference difference(float[] found, float[] expected, int classes) {
    if (found.length != expected.length) {
      return new Difference(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 0);
    }
    double absolute = 0;
    double largest = 0;
    int same = 0;
    for (int row = 0; row < found.length; row += classes) {
      int best = row;
      int bestExpected = row;
      for (int i = row; i < row + classes; i++) {
        double difference = Math.abs((double) found[i] - expected[i]);
        // A number that isn't one must not pass for agreement.
        absolute =
            Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(absolute, difference);
        largest = Math.max(largest, Math.abs((double) expected[i]));
        best = found[i] > found[best] ? i : best;
        bestExpected = expected[i] > expected[bestExpected] ? i : bestExpected;
      }
      same += best == bestExpected ? 1 : 0;
    }
    return new Difference(
        absolute, absolute == 0 ? 0 : absolute / largest, same / (found.length / (double) classes));
  }
}
