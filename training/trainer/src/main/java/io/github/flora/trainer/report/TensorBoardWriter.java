package io.github.flora.trainer.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Writes a run's numbers as a TensorBoard event file, {@code events.out.tfevents.<seconds>.<host>}.
 *
 * <p>The file is a sequence of TFRecords (length, its checksum, data, its checksum), each of them a
 * protobuf {@code Event}. Scalars are {@code simple_value}s, as PyTorch writes them, which every
 * reader knows; they have single precision.
 *
 * <p>A file is never appended to: a resumed run opens a new one, which TensorBoard reads after the
 * others of the folder. Each file starts with a {@code SessionLog.START} that makes TensorBoard
 * forget steps from {@code firstStep} on that an earlier, killed session left there.
 *
 * <p>What was given to {@link #scalar} reaches the file with {@link #flush}, all or nothing. If it
 * can't be written it is kept, so that a later flush may still succeed. Not thread-safe.
 */
public final class TensorBoardWriter implements AutoCloseable {

  private static final String VERSION = "brain.Event:2";
  private static final Pattern NAME = Pattern.compile("events\\.out\\.tfevents\\.(\\d{1,18})\\..*");
  private static final int CRC_MASK = 0xA282EAD8; // TFRecord's, against checksums of checksums

  // Field numbers of tensorflow/core/util/event.proto and framework/summary.proto.
  private static final int EVENT_WALL_TIME = 1;
  private static final int EVENT_STEP = 2;
  private static final int EVENT_FILE_VERSION = 3;
  private static final int EVENT_SUMMARY = 5;
  private static final int EVENT_SESSION_LOG = 7;
  private static final int SESSION_STATUS = 1;
  private static final int SESSION_START = 1;
  private static final int SUMMARY_VALUE = 1;
  private static final int VALUE_TAG = 1;
  private static final int VALUE_SIMPLE = 2;

  private final Path file;
  private final Clock clock;

  /** Not a channel, which an interrupted thread would close. */
  private final RandomAccessFile out;

  private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
  private boolean closed;

  /**
   * Opens a new event file in a folder.
   *
   * @param folder the run's folder; created if it is missing
   * @param firstStep the first step that will be written: 1 for a new run, one more than the last
   *     epoch of the history for a resumed one
   * @throws IOException if the file can't be written
   */
  public TensorBoardWriter(Path folder, long firstStep) throws IOException {
    this(folder, firstStep, Clock.systemUTC(), host());
  }

  TensorBoardWriter(Path folder, long firstStep, Clock clock, String host) throws IOException {
    this.clock = clock;
    Path opened = folder;
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(folder);
      }
      // TensorBoard reads a folder's files by name, so a new file's time has to be the latest.
      long seconds = Math.max(clock.instant().getEpochSecond(), latest(folder) + 1);
      opened = folder.resolve("events.out.tfevents." + seconds + "." + host);
      Files.createFile(opened);
      out = new RandomAccessFile(opened.toFile(), "rw");
    } catch (IOException e) {
      throw cantWrite(opened, e);
    }
    file = opened;
    record(0, EVENT_FILE_VERSION, VERSION.getBytes(UTF_8));
    Message start = new Message().varint(SESSION_STATUS, SESSION_START);
    record(firstStep, EVENT_SESSION_LOG, start.bytes());
    try {
      flush();
    } catch (IOException e) {
      try {
        out.close();
        Files.deleteIfExists(file);
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  /** The file that is written. */
  public Path file() {
    return file;
  }

  /**
   * Adds a point to a curve.
   *
   * @param tag the curve's name; TensorBoard groups names by what stands before a slash
   * @param step the point's place on the horizontal axis
   * @param value the point's value; NaN and infinite values are shown as such
   */
  public void scalar(String tag, long step, double value) {
    Message point =
        new Message().bytes(VALUE_TAG, tag.getBytes(UTF_8)).float32(VALUE_SIMPLE, (float) value);
    record(step, EVENT_SUMMARY, new Message().bytes(SUMMARY_VALUE, point.bytes()).bytes());
  }

  /**
   * Adds an epoch's values, the epoch's number as the step, and flushes, so that a killed run has
   * everything but the epoch under way. What wasn't measured is left out.
   *
   * @param epoch the epoch
   * @throws IOException if the file can't be written
   */
  public void epoch(Epoch epoch) throws IOException {
    int step = epoch.epoch();
    scalar("loss/train", step, epoch.trainLoss());
    measured("accuracy/train", step, epoch.trainAccuracy());
    if (epoch.validated()) {
      scalar("loss/validation", step, epoch.valLoss());
    } else {
      measured("loss/validation", step, epoch.valLoss());
    }
    measured("accuracy/validation", step, epoch.valAccuracy());
    scalar("learning_rate", step, epoch.learningRate());
    scalar("images_per_second", step, epoch.imagesPerSecond());
    flush();
  }

  /**
   * Writes everything that was added.
   *
   * @throws IOException if the file can't be written; it then ends where it did before
   */
  public void flush() throws IOException {
    if (pending.size() == 0) {
      return;
    }
    try {
      long end = out.getFilePointer();
      try {
        out.write(pending.toByteArray());
      } catch (IOException e) {
        // A torn record in the middle of a file would hide all that follows.
        out.setLength(end);
        out.seek(end);
        throw e;
      }
    } catch (IOException e) {
      throw cantWrite(file, e);
    }
    pending.reset();
  }

  /**
   * Flushes and closes the file.
   *
   * @throws IOException if the file can't be written; it is closed all the same
   */
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      try (out) {
        flush();
      }
    }
  }

  private void measured(String tag, long step, double value) {
    if (!Double.isNaN(value)) {
      scalar(tag, step, value);
    }
  }

  /** Appends an event as a TFRecord: time, step, and a field with what happened. */
  private void record(long step, int field, byte[] content) {
    Instant now = clock.instant();
    Message event =
        new Message().float64(EVENT_WALL_TIME, now.getEpochSecond() + now.getNano() * 1e-9);
    if (step != 0) { // protobuf's default is not written
      event.varint(EVENT_STEP, step);
    }
    byte[] data = event.bytes(field, content).bytes();
    byte[] length = buffer(8).putLong(data.length).array();
    pending.writeBytes(length);
    pending.writeBytes(maskedCrc(length));
    pending.writeBytes(data);
    pending.writeBytes(maskedCrc(data));
  }

  private static byte[] maskedCrc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return buffer(4).putInt(Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK).array();
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The time in the name of a folder's latest event file, or 0. */
  private static long latest(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(path -> NAME.matcher(String.valueOf(path.getFileName())))
          .filter(Matcher::matches)
          .mapToLong(matcher -> Long.parseLong(matcher.group(1)))
          .max()
          .orElse(0);
    }
  }

  /** Not asked of the network, which may take seconds to answer. */
  private static String host() {
    for (String variable : new String[] {"HOSTNAME", "COMPUTERNAME"}) {
      String name = System.getenv(variable);
      if (name != null && !name.isBlank()) {
        return name.replaceAll("[^A-Za-z0-9.-]", "_");
      }
    }
    return "localhost";
  }

  private static IOException cantWrite(Path path, IOException e) {
    return new IOException("can't write " + path + ": " + AtomicFiles.reason(e), e);
  }

  /** A protobuf message under construction. */
  private static final class Message {

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message varint(int field, long value) {
      key(field, VARINT);
      raw(value);
      return this;
    }

    Message float64(int field, double value) {
      key(field, FIXED64);
      out.writeBytes(buffer(8).putDouble(value).array());
      return this;
    }

    Message float32(int field, float value) {
      key(field, FIXED32);
      out.writeBytes(buffer(4).putFloat(value).array());
      return this;
    }

    byte[] bytes() {
      return out.toByteArray();
    }

    Message bytes(int field, byte[] value) {
      key(field, LENGTH_DELIMITED);
      raw(value.length);
      out.writeBytes(value);
      return this;
    }

    private void key(int field, int type) {
      raw(((long) field << 3) | type);
    }

    private void raw(long value) {
      long rest = value;
      while ((rest & ~0x7FL) != 0) {
        out.write((int) ((rest & 0x7F) | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }
  }
}
