package io.github.flora.trainer.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads TensorBoard's event files, with a checksum of its own, bit by bit. */
final class EventFile {

  /**
   * An event.
   *
   * @param version the file's version, or empty
   * @param start whether it marks the start of a session
   */
  record Event(
      double wallTime, long step, String version, boolean start, Map<String, Float> scalars) {}

  private EventFile() {}

  static List<Event> read(Path file) throws IOException {
    ByteBuffer bytes = littleEndian(Files.readAllBytes(file));
    List<Event> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      int length = Math.toIntExact(bytes.getLong(bytes.position()));
      checked(bytes, Long.BYTES);
      events.add(event(checked(bytes, length)));
    }
    return events;
  }

  /** The next so many bytes, which their masked checksum follows. */
  private static ByteBuffer checked(ByteBuffer from, int length) {
    byte[] data = new byte[length];
    from.get(data);
    int crc = ~0;
    for (byte b : data) {
      crc ^= b & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ 0x82F63B78;
      }
    }
    crc = ~crc;
    assertEquals(((crc >>> 15) | (crc << 17)) + 0xa282ead8, from.getInt(), "checksum");
    return littleEndian(data);
  }

  private static Event event(ByteBuffer in) {
    double wallTime = Double.NaN;
    long step = 0;
    String version = "";
    boolean start = false;
    Map<String, Float> scalars = new HashMap<>();
    while (in.hasRemaining()) {
      int key = in.get();
      switch (key) {
        case (1 << 3) | 1 -> wallTime = in.getDouble();
        case 2 << 3 -> step = varint(in);
        case (3 << 3) | 2 -> version = text(part(in));
        case (5 << 3) | 2 -> summary(part(in), scalars);
        case (7 << 3) | 2 -> {
          ByteBuffer log = part(in);
          assertEquals(1 << 3, log.get());
          start = varint(log) == 1;
          assertEquals(0, log.remaining());
        }
        default -> throw new AssertionError("unexpected field " + key);
      }
    }
    return new Event(wallTime, step, version, start, scalars);
  }

  private static void summary(ByteBuffer in, Map<String, Float> scalars) {
    while (in.hasRemaining()) {
      assertEquals((1 << 3) | 2, in.get());
      ByteBuffer value = part(in);
      assertEquals((1 << 3) | 2, value.get());
      String tag = text(part(value));
      assertEquals((2 << 3) | 5, value.get());
      scalars.put(tag, value.getFloat());
      assertEquals(0, value.remaining());
    }
  }

  private static ByteBuffer part(ByteBuffer in) {
    byte[] part = new byte[(int) varint(in)];
    in.get(part);
    return littleEndian(part);
  }

  private static String text(ByteBuffer bytes) {
    return UTF_8.decode(bytes).toString();
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    int shift = 0;
    long next;
    do {
      next = in.get();
      value |= (next & 0x7FL) << shift;
      shift += 7;
    } while (next < 0);
    return value;
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
