package io.github.flora.models;

import ai.djl.ndarray.types.Shape;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON header of a safetensors file, checked in full: after {@link #parse} every tensor lies
 * inside the data, none overlap, nothing is between them, and shape and type agree with the size.
 *
 * @param tensors what the file holds, in the header's order
 * @param metadata the file's free text about itself
 */
record SafetensorsHeader(Map<String, Tensor> tensors, Map<String, String> metadata) {

  /** The one key that isn't a tensor. */
  static final String METADATA = "__metadata__";

  /** The largest count or offset: less than 2^60, so that times 8 bytes it fits a long. */
  private static final long MAX_SIZE = (1L << 60) - 1;

  private static final int MAX_DIMENSIONS = 32;

  /** A tensor's place in the data, as byte offsets after the header. */
  record Tensor(ElementType type, Shape shape, long begin, long end) {}

  /** What is wrong with a header; the reader adds the file's name. */
  static final class BadHeaderException extends IOException {
    private static final long serialVersionUID = 1L;

    BadHeaderException(String message) {
      super(message);
    }
  }

  SafetensorsHeader {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /**
   * Parses and checks a header.
   *
   * @param json the header's text
   * @param dataLength bytes that follow the header in the file
   * @throws BadHeaderException saying what is wrong
   */
  static SafetensorsHeader parse(String json, long dataLength) throws BadHeaderException {
    if (!json.startsWith("{")) {
      throw new BadHeaderException("the header doesn't begin with '{'");
    }
    JsonReader reader = new JsonReader(new StringReader(json));
    reader.setStrictness(Strictness.STRICT);
    SafetensorsHeader header;
    try (reader) {
      header = read(reader);
    } catch (BadHeaderException e) {
      throw e;
    } catch (IOException | IllegalStateException e) {
      // Gson adds a second line with a link.
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      BadHeaderException bad = new BadHeaderException("the header isn't valid JSON: " + reason);
      bad.initCause(e);
      throw bad;
    }
    header.checkLayout(dataLength);
    return header;
  }

  private static SafetensorsHeader read(JsonReader reader) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    boolean seenMetadata = false;
    reader.beginObject();
    while (reader.hasNext()) {
      String name = reader.nextName();
      if (name.equals(METADATA)) {
        check(!seenMetadata, "__metadata__ is there twice");
        seenMetadata = true;
        readMetadata(reader, metadata);
      } else {
        check(!tensors.containsKey(name), "tensor '" + name + "' is there twice");
        tensors.put(name, readTensor(reader, name));
      }
    }
    reader.endObject();
    check(reader.peek() == JsonToken.END_DOCUMENT, "something follows the header's JSON");
    return new SafetensorsHeader(tensors, metadata);
  }

  private static void readMetadata(JsonReader reader, Map<String, String> metadata)
      throws IOException {
    expect(reader, JsonToken.BEGIN_OBJECT, METADATA);
    reader.beginObject();
    while (reader.hasNext()) {
      String key = reader.nextName();
      expect(reader, JsonToken.STRING, METADATA + " '" + key + "'");
      check(metadata.put(key, reader.nextString()) == null, METADATA + " has '" + key + "' twice");
    }
    reader.endObject();
  }

  private static Tensor readTensor(JsonReader reader, String name) throws IOException {
    String what = "tensor '" + name + "'";
    String code = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    expect(reader, JsonToken.BEGIN_OBJECT, what);
    reader.beginObject();
    while (reader.hasNext()) {
      String key = reader.nextName();
      switch (key) {
        case "dtype" -> {
          check(code == null, what + " has dtype twice");
          expect(reader, JsonToken.STRING, what + " dtype");
          code = reader.nextString();
        }
        case "shape" -> {
          check(shape == null, what + " has shape twice");
          shape = readSizes(reader, what + " shape", MAX_DIMENSIONS);
        }
        case "data_offsets" -> {
          check(offsets == null, what + " has data_offsets twice");
          offsets = readSizes(reader, what + " data_offsets", 2);
        }
        default -> throw new BadHeaderException(what + " has the unknown entry '" + key + "'");
      }
    }
    reader.endObject();
    if (code == null || shape == null || offsets == null) {
      throw new BadHeaderException(what + " lacks dtype, shape or data_offsets");
    }
    check(offsets.size() == 2, what + " data_offsets must be two numbers");
    ElementType type = ElementType.ofCode(code);
    if (type == null) {
      throw new BadHeaderException(what + " has the unknown type '" + code + "'");
    }
    long begin = offsets.get(0);
    long end = offsets.get(1);
    check(begin <= end, what + " ends before it begins");
    long bytes = elements(shape, what) * type.bytes();
    check(
        bytes == end - begin,
        what + " has " + (end - begin) + " bytes, but its type and shape need " + bytes);
    return new Tensor(
        type, new Shape(shape.stream().mapToLong(Long::longValue).toArray()), begin, end);
  }

  private static long elements(List<Long> shape, String what) throws IOException {
    long elements = 1;
    for (long size : shape) {
      check(size == 0 || elements <= MAX_SIZE / size, what + " has too many elements");
      elements *= size;
    }
    return elements;
  }

  /** Reads an array of numbers, each a whole one from 0 to less than 2^60. */
  private static List<Long> readSizes(JsonReader reader, String what, int most) throws IOException {
    expect(reader, JsonToken.BEGIN_ARRAY, what);
    List<Long> sizes = new ArrayList<>();
    reader.beginArray();
    while (reader.hasNext()) {
      expect(reader, JsonToken.NUMBER, what);
      // As text: nextLong would take 1.0 and 1e3, and round beyond 2^53.
      String text = reader.nextString();
      check(text.matches("[0-9]{1,19}"), what + " has '" + text + "', not a whole number");
      long size;
      try {
        size = Long.parseLong(text);
      } catch (NumberFormatException e) {
        size = Long.MAX_VALUE;
      }
      check(size <= MAX_SIZE, what + " has '" + text + "', which is too large");
      check(sizes.size() < most, what + " has more than " + most + " numbers");
      sizes.add(size);
    }
    reader.endArray();
    return sizes;
  }

  /** The format allows neither overlaps nor holes, so tensors in order must join up exactly. */
  private void checkLayout(long dataLength) throws BadHeaderException {
    List<Map.Entry<String, Tensor>> ordered = new ArrayList<>(tensors.entrySet());
    ordered.sort(
        Comparator.comparingLong((Map.Entry<String, Tensor> e) -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().end()));
    long reached = 0;
    for (Map.Entry<String, Tensor> entry : ordered) {
      Tensor tensor = entry.getValue();
      String what = "tensor '" + entry.getKey() + "'";
      check(tensor.begin() >= reached, what + " overlaps another");
      check(tensor.begin() == reached, what + " leaves a hole before it");
      reached = tensor.end();
      check(
          reached <= dataLength,
          what + " ends at byte " + reached + " of the data, which has " + dataLength);
    }
    check(
        reached == dataLength,
        "the data has " + dataLength + " bytes, but the tensors need " + reached);
  }

  private static void expect(JsonReader reader, JsonToken token, String what) throws IOException {
    JsonToken found = reader.peek();
    check(found == token, what + " is " + found + " where " + token + " should be");
  }

  private static void check(boolean fine, String problem) throws BadHeaderException {
    if (!fine) {
      throw new BadHeaderException(problem);
    }
  }
}
