package io.github.flora.models;

import ai.djl.ndarray.NDArray;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Named arrays in the <a href="https://huggingface.co/docs/safetensors">safetensors</a> format: a
 * length (8 bytes, little endian), a JSON header, and the values in row-major order. Values are
 * little endian in the file and go to the engine as they are: every platform that DJL has an engine
 * for is little endian.
 */
public final class Safetensors {

  private static final int ALIGNMENT = 8;

  private Safetensors() {}

  private record Item(String name, NDArray array, ElementType type) {

    long bytes() {
      return array.size() * type.bytes();
    }
  }

  /**
   * Writes arrays. The same values give the same bytes: tensors are ordered by the size of their
   * elements, largest first, which keeps each aligned, then by name. The file is written beside its
   * place under another name and moved there when it is whole.
   *
   * @param file where to write; its folder must exist, a file of that name is replaced
   * @param tensors the arrays by name: FLOAT64, FLOAT32, FLOAT16, INT64, INT32, INT8, UINT8 or
   *     BOOLEAN, of any shape and memory layout
   * @param metadata what the file shall say about itself, may be empty
   * @throws IllegalArgumentException if an array has another type or the name {@code __metadata__}
   * @throws WeightsException if it can't be written; what was there before stays
   */
  public static void write(Path file, Map<String, NDArray> tensors, Map<String, String> metadata)
      throws IOException {
    List<Item> items = new ArrayList<>();
    tensors.forEach((name, array) -> items.add(item(name, array)));
    items.sort(
        Comparator.comparingInt((Item item) -> -item.type().bytes()).thenComparing(Item::name));
    Path temporary = temporaryBeside(file);
    try {
      try (FileChannel out =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        writeFully(out, header(items, metadata));
        for (Item item : items) {
          writeValues(out, item);
        }
        // Else a crash of the machine could leave the new name with old or no content.
        out.force(true);
      }
      moveIntoPlace(temporary, file);
    } catch (IOException e) {
      deleteAfter(e, temporary);
      throw new WeightsException(file, "can't be written", e);
    } catch (RuntimeException | Error e) {
      deleteAfter(e, temporary);
      throw e;
    }
  }

  /**
   * Opens a file and checks its header.
   *
   * @param file a safetensors file
   * @return the open file
   * @throws WeightsException if there is no such file or it is malformed
   * @throws IOException if it can't be read
   */
  public static SafetensorsFile open(Path file) throws IOException {
    return SafetensorsFile.open(file);
  }

  private static Item item(String name, NDArray array) {
    if (name.equals(SafetensorsHeader.METADATA)) {
      throw new IllegalArgumentException("a tensor can't be named " + name);
    }
    ElementType type = ElementType.ofArrays(array.getDataType());
    if (type == null) {
      throw new IllegalArgumentException(
          "tensor '" + name + "' is " + array.getDataType() + ", which isn't written");
    }
    return new Item(name, array, type);
  }

  private static ByteBuffer header(List<Item> items, Map<String, String> metadata)
      throws IOException {
    StringWriter text = new StringWriter();
    try (JsonWriter json = new JsonWriter(text)) {
      json.beginObject();
      if (!metadata.isEmpty()) {
        json.name(SafetensorsHeader.METADATA).beginObject();
        for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
          json.name(entry.getKey()).value(entry.getValue());
        }
        json.endObject();
      }
      long offset = 0;
      for (Item item : items) {
        json.name(item.name()).beginObject();
        json.name("dtype").value(item.type().name());
        json.name("shape").beginArray();
        for (long size : item.array().getShape().getShape()) {
          json.value(size);
        }
        json.endArray();
        json.name("data_offsets").beginArray().value(offset).value(offset + item.bytes());
        json.endArray().endObject();
        offset += item.bytes();
      }
      json.endObject();
    }
    byte[] utf8 = text.toString().getBytes(StandardCharsets.UTF_8);
    int length = (utf8.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer header =
        ByteBuffer.allocate(Long.BYTES + length).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    header.put(utf8);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }

  private static void writeValues(FileChannel out, Item item) throws IOException {
    if (item.bytes() == 0) {
      return;
    }
    ByteBuffer values = item.array().toByteBuffer();
    if (values.remaining() != item.bytes()) {
      throw new IOException(
          "the engine gave " + values.remaining() + " bytes for tensor '" + item.name() + "'");
    }
    writeFully(out, values);
  }

  private static void writeFully(FileChannel out, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      out.write(buffer);
    }
  }

  private static void deleteAfter(Throwable failure, Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      // The first failure is the one to report.
      failure.addSuppressed(e);
    }
  }

  private static Path temporaryBeside(Path file) {
    Path name = file.getFileName();
    if (name == null) {
      throw new IllegalArgumentException("'" + file + "' is no name for a file");
    }
    return file.resolveSibling("." + name + "." + UUID.randomUUID() + ".tmp");
  }

  private static void moveIntoPlace(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      // A few network file systems; the window without a whole file is then short, not zero.
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
