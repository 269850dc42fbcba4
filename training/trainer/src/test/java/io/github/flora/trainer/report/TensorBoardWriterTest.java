package io.github.flora.trainer.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.trainer.report.EventFile.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TensorBoardWriterTest {

  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochSecond(1_700_000_000, 500_000_000), ZoneOffset.UTC);

  /**
   * The bytes are TensorFlow's own, written with Python:
   *
   * <pre>{@code
   * import tensorflow as tf
   * E = tf.compat.v1.Event
   * t = 1700000000.5
   * start = tf.compat.v1.SessionLog(status=tf.compat.v1.SessionLog.START)
   * value = tf.compat.v1.Summary.Value(tag="loss/train", simple_value=0.3)
   * events = [
   *     E(wall_time=t, step=0, file_version="brain.Event:2"),
   *     E(wall_time=t, step=1, session_log=start),
   *     E(wall_time=t, step=300, summary=tf.compat.v1.Summary(value=[value])),
   * ]
   * with tf.io.TFRecordWriter("golden") as out:
   *     for event in events:
   *         out.write(event.SerializeToString())
   * print(open("golden", "rb").read().hex())
   * }</pre>
   */
  private static final String GOLDEN =
      "1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b353110"
          + "0f000000000000006d532b090900002040fc54d94110013a020801e50ad869210000000000000001"
          + "7becf60900002040fc54d94110ac022a130a110a0a6c6f73732f747261696e159a99993e06e60822";

  @TempDir Path folder;

  @Test
  void sameEventsAsTensorFlowWrites() throws IOException {
    Path written;
    try (TensorBoardWriter writer = new TensorBoardWriter(folder, 1, CLOCK, "host")) {
      writer.scalar("loss/train", 300, 0.3);
      written = writer.file();
    }
    Path golden = folder.resolve("golden");
    Files.write(golden, HexFormat.of().parseHex(GOLDEN));
    assertEquals("events.out.tfevents.1700000000.host", String.valueOf(written.getFileName()));
    assertArrayEquals(Files.readAllBytes(golden), Files.readAllBytes(written));
    assertEquals(
        List.of(
            new Event(1_700_000_000.5, 0, "brain.Event:2", false, Map.of()),
            new Event(1_700_000_000.5, 1, "", true, Map.of()),
            new Event(1_700_000_000.5, 300, "", false, Map.of("loss/train", 0.3f))),
        EventFile.read(written));
  }

  @Test
  void anEpochsTagsAndValues() throws IOException {
    try (TensorBoardWriter writer = new TensorBoardWriter(folder, 1)) {
      writer.epoch(new Epoch(1, 0.25, 0.9375, 0.5, 0.875, 0.001, 12, 4821.5));
    }
    assertEquals(
        new TreeMap<>(
            Map.of(
                "loss/train", 0.25f,
                "accuracy/train", 0.9375f,
                "loss/validation", 0.5f,
                "accuracy/validation", 0.875f,
                "learning_rate", 0.001f,
                "images_per_second", 4821.5f)),
        scalars(1));
  }

  @Test
  void whatWasNotMeasuredIsLeftOutAndWhatDivergedIsNot() throws IOException {
    double nan = Double.NaN;
    try (TensorBoardWriter writer = new TensorBoardWriter(folder, 1)) {
      writer.epoch(new Epoch(1, nan, nan, nan, nan, 0.5, 1, 2));
      writer.epoch(new Epoch(2, Double.POSITIVE_INFINITY, 0.5, nan, 0.25, 0.5, 1, 2));
    }
    assertEquals(
        new TreeMap<>(
            Map.of("loss/train", Float.NaN, "learning_rate", 0.5f, "images_per_second", 2f)),
        scalars(1));
    Map<String, Float> second = scalars(2);
    assertEquals(Float.POSITIVE_INFINITY, second.get("loss/train"));
    assertEquals(Float.NaN, second.get("loss/validation"));
    assertEquals(6, second.size());
  }

  @Test
  void anEpochIsInTheFileBeforeItIsClosed() throws IOException {
    try (TensorBoardWriter writer = new TensorBoardWriter(folder, 1)) {
      assertEquals(2, EventFile.read(writer.file()).size());
      writer.scalar("a", 1, 1);
      assertEquals(2, EventFile.read(writer.file()).size());
      writer.epoch(new Epoch(1, 1, 1, 1, 1, 1, 1, 1));
      assertEquals(9, EventFile.read(writer.file()).size());
    }
  }

  @Test
  void aResumedRunGetsALaterFileThatRestartsAtItsFirstStep() throws IOException {
    Files.writeString(folder.resolve("events.out.tfevents.note"), "not one of them");
    List<String> names = new ArrayList<>();
    for (int step : new int[] {1, 4, 7}) {
      try (TensorBoardWriter writer = new TensorBoardWriter(folder, step, CLOCK, "host")) {
        names.add(String.valueOf(writer.file().getFileName()));
        Event start = EventFile.read(writer.file()).get(1);
        assertTrue(start.start());
        assertEquals(step, start.step());
      }
    }
    assertEquals(
        List.of(
            "events.out.tfevents.1700000000.host",
            "events.out.tfevents.1700000001.host",
            "events.out.tfevents.1700000002.host"),
        names);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 127, 128, 300, 1L << 35, Long.MAX_VALUE})
  void stepsAndLongTags(long step) throws IOException {
    String tag = "größe/" + "x".repeat(200);
    try (TensorBoardWriter writer = new TensorBoardWriter(folder, 1)) {
      writer.scalar(tag, step, -1e-3);
    }
    assertEquals(Map.of(tag, -1e-3f), scalars(step));
  }

  @Test
  void anInterruptedThreadStillWrites() throws IOException {
    try (TensorBoardWriter writer = new TensorBoardWriter(folder, 1)) {
      Thread.currentThread().interrupt();
      try {
        writer.epoch(new Epoch(1, 1, 1, 1, 1, 1, 1, 1));
      } finally {
        assertTrue(Thread.interrupted());
      }
      assertEquals(8, EventFile.read(writer.file()).size());
    }
  }

  @Test
  void closingTwice() throws IOException {
    TensorBoardWriter writer = new TensorBoardWriter(folder.resolve("new/run"), 1);
    writer.close();
    writer.close();
    assertEquals(2, EventFile.read(writer.file()).size());
  }

  @Test
  void aFolderThatCannotBeIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    IOException e =
        assertThrows(
            IOException.class, () -> new TensorBoardWriter(file.resolve("run"), 1).close());
    assertTrue(String.valueOf(e.getMessage()).startsWith("can't write " + file), e::getMessage);
  }

  /** All values of a step. */
  private Map<String, Float> scalars(long step) throws IOException {
    Map<String, Float> values = new TreeMap<>();
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        for (Event event : EventFile.read(file)) {
          if (event.step() == step) {
            values.putAll(event.scalars());
          }
        }
      }
    }
    return values;
  }
}
