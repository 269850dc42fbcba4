package io.github.flora.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SafetensorsTest {

  @TempDir Path folder;
  private NDManager manager;

  @BeforeEach
  void open() {
    manager = Fixtures.ENGINE.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private Map<String, NDArray> everyType() {
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    arrays.put("f32", manager.create(new float[] {1.5f, -2, Float.NaN, 1e-40f}, new Shape(2, 2)));
    arrays.put("f64", manager.create(new double[] {1 / 3.0, -0.0}));
    arrays.put("f16", manager.create(new float[] {0.5f, -65504}).toType(DataType.FLOAT16, false));
    arrays.put("i64", manager.create(new long[] {Long.MIN_VALUE, 1}));
    arrays.put("i32", manager.create(new int[] {-7}));
    arrays.put("i8", manager.create(new byte[] {-128, 127, 0}));
    arrays.put("u8", manager.create(new int[] {0, 255}).toType(DataType.UINT8, false));
    arrays.put("bool", manager.create(new boolean[] {true, false, true}));
    arrays.put("scalar", manager.create(42f));
    arrays.put("empty", manager.create(new Shape(0, 3)));
    arrays.put("größe \"\n", manager.create(1f));
    return arrays;
  }

  @Test
  void everyTypeComesBack() throws IOException {
    Path file = folder.resolve("all.safetensors");
    Map<String, NDArray> arrays = everyType();
    Map<String, String> metadata = Map.of("recipe", "mnist-cnn", "ü", "\u2028");
    Safetensors.write(file, arrays, metadata);
    try (SafetensorsFile in = Safetensors.open(file)) {
      assertEquals(arrays.keySet(), in.names());
      assertEquals(metadata, in.metadata());
      for (Map.Entry<String, NDArray> entry : arrays.entrySet()) {
        String name = entry.getKey();
        NDArray back = in.read(manager, name);
        assertEquals(entry.getValue().getShape(), in.shape(name));
        assertEquals(entry.getValue().getShape(), back.getShape());
        assertEquals(entry.getValue().getDataType(), in.dataType(name));
        assertEquals(entry.getValue().getDataType(), back.getDataType());
        if (!back.isEmpty()) {
          assertEquals(entry.getValue().toByteBuffer(), back.toByteBuffer(), name);
        }
      }
    }
  }

  @Test
  void bytesDependOnTheValuesOnly() throws IOException {
    Map<String, NDArray> arrays = everyType();
    Map<String, NDArray> reversed = new LinkedHashMap<>();
    List<String> names = List.copyOf(arrays.keySet());
    for (int i = names.size() - 1; i >= 0; i--) {
      reversed.put(names.get(i), arrays.getOrDefault(names.get(i), manager.create(0f)));
    }
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    Safetensors.write(one, arrays, new LinkedHashMap<>(Map.of("a", "1", "b", "2")));
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("b", "2");
    metadata.put("a", "1");
    Safetensors.write(two, reversed, metadata);
    assertArrayEquals(Files.readAllBytes(one), Files.readAllBytes(two));
  }

  @Test
  void layoutIsTheFormats() throws IOException {
    Path file = folder.resolve("layout");
    Map<String, NDArray> arrays =
        Map.of("b", manager.create(new byte[] {1}), "a", manager.create(new float[] {1f}));
    Safetensors.write(file, arrays, Map.of("k", "v"));
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] header = new byte[(int) bytes.getLong()];
    assertEquals(0, header.length % 8);
    bytes.get(header);
    assertEquals(
        "{\"__metadata__\":{\"k\":\"v\"},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"b\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[4,5]}}",
        new String(header, StandardCharsets.UTF_8).stripTrailing());
    assertEquals(1f, bytes.getFloat());
    assertEquals(1, bytes.get());
    assertEquals(0, bytes.remaining());
  }

  @Test
  void viewsAreWrittenInLogicalOrder() throws IOException {
    NDArray nhwc = manager.arange(24f).reshape(1, 2, 3, 4);
    Path file = folder.resolve("view");
    Safetensors.write(
        file,
        Map.of("nchw", nhwc.transpose(0, 3, 1, 2), "slice", nhwc.get(":, :, 1:, ::2")),
        Map.of());
    try (SafetensorsFile in = Safetensors.open(file)) {
      NDArray back = in.read(manager, "nchw");
      assertEquals(new Shape(1, 4, 2, 3), back.getShape());
      assertArrayEquals(
          new float[] {
            0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21, 2, 6, 10, 14, 18, 22, 3, 7, 11, 15, 19, 23
          },
          back.toFloatArray());
      assertArrayEquals(
          new float[] {4, 6, 8, 10, 16, 18, 20, 22}, in.read(manager, "slice").toFloatArray());
    }
  }

  /**
   * The file was written by Python:
   *
   * <pre>{@code
   * save_file({
   *     "f32": torch.tensor([[1.5, -2.0], [float("inf"), 3.25]]),
   *     "f64": torch.tensor([1 / 3], dtype=torch.float64),
   *     "f16": torch.tensor([0.5, -65504.0, 6e-8], dtype=torch.float16),
   *     "bf16": torch.tensor([[1.0, -3.140625, 1e-38, float("inf")]], dtype=torch.bfloat16),
   *     "i64": torch.tensor([2**62, -1]), "i32": torch.tensor([-7], dtype=torch.int32),
   *     "i8": torch.tensor([-128, 127], dtype=torch.int8),
   *     "u8": torch.tensor([0, 255], dtype=torch.uint8),
   *     "bool": torch.tensor([True, False, True]), "i16": torch.tensor([3], dtype=torch.int16),
   *     "scalar": torch.tensor(42.0), "empty": torch.zeros(0, 3),
   *     "f8": torch.tensor([1.0], dtype=torch.float8_e4m3fn),
   * }, "python.safetensors", {"made by": "Python's safetensors 0.8.0", "größe": "ß"})
   * }</pre>
   */
  @Test
  void filesOfPythonAreRead() throws IOException, URISyntaxException {
    URL resource = SafetensorsTest.class.getResource("python.safetensors");
    assertNotNull(resource);
    try (SafetensorsFile in = Safetensors.open(Path.of(resource.toURI()))) {
      assertEquals(13, in.names().size());
      assertEquals(Map.of("made by", "Python's safetensors 0.8.0", "größe", "ß"), in.metadata());
      assertEquals(new Shape(2, 2), in.shape("f32"));
      assertArrayEquals(
          new float[] {1.5f, -2, Float.POSITIVE_INFINITY, 3.25f},
          in.read(manager, "f32").toFloatArray());
      assertArrayEquals(new double[] {1 / 3.0}, in.read(manager, "f64").toDoubleArray());
      assertEquals(DataType.FLOAT16, in.dataType("f16"));
      assertArrayEquals(
          // 6e-8 rounds to the smallest half, 2^-24.
          new float[] {0.5f, -65504, 0x1p-24f},
          in.read(manager, "f16").toType(DataType.FLOAT32, false).toFloatArray());
      assertEquals(DataType.FLOAT32, in.dataType("bf16"));
      NDArray widened = in.read(manager, "bf16");
      assertEquals(new Shape(1, 4), widened.getShape());
      assertArrayEquals(
          new float[] {1, -3.140625f, Float.intBitsToFloat(0x6d << 16), Float.POSITIVE_INFINITY},
          widened.toFloatArray());
      assertArrayEquals(new long[] {1L << 62, -1}, in.read(manager, "i64").toLongArray());
      assertArrayEquals(new int[] {-7}, in.read(manager, "i32").toIntArray());
      assertArrayEquals(new byte[] {-128, 127}, in.read(manager, "i8").toByteArray());
      assertArrayEquals(new int[] {0, 255}, in.read(manager, "u8").toUint8Array());
      assertArrayEquals(
          new boolean[] {true, false, true}, in.read(manager, "bool").toBooleanArray());
      assertEquals(new Shape(), in.shape("scalar"));
      assertEquals(42f, in.read(manager, "scalar").getFloat());
      assertEquals(new Shape(0, 3), in.read(manager, "empty").getShape());
      for (String unusable : List.of("i16", "f8")) {
        String message =
            String.valueOf(
                assertThrows(WeightsException.class, () -> in.read(manager, unusable))
                    .getMessage());
        assertTrue(message.endsWith(", which can't be used"), message);
      }
    }
  }

  @Test
  void failureLeavesTheOldFileAndNoOther() throws IOException {
    Path file = Files.writeString(folder.resolve("old"), "old");
    NDArray closed = manager.create(1f);
    Map<String, NDArray> arrays = Map.of("a", manager.create(new float[1000]), "b", closed);
    // Type and size are cached, so that it fails only when the values are asked for.
    assertEquals(DataType.FLOAT32, closed.getDataType());
    assertEquals(new Shape(), closed.getShape());
    closed.close();
    assertThrows(RuntimeException.class, () -> Safetensors.write(file, arrays, Map.of()));
    assertEquals("old", Files.readString(file));
    assertOnlyFile("old");
  }

  @Test
  void placeThatIsAFolderLeavesNoOther() throws IOException {
    Path file = Files.createDirectories(folder.resolve("taken/inside")).getParent();
    assertNotNull(file);
    Map<String, NDArray> arrays = Map.of("a", manager.create(1f));
    assertThrows(IOException.class, () -> Safetensors.write(file, arrays, Map.of()));
    assertOnlyFile("taken");
  }

  @Test
  void placeThatCannotBeWrittenIsNamed() throws IOException {
    Path below = Files.writeString(folder.resolve("file"), "").resolve("weights");
    Path nowhere = folder.resolve("none").resolve("weights");
    assertNotWritten(below, ": can't be written: Not a directory");
    assertNotWritten(nowhere, ": can't be written: there is no such file or folder");
  }

  private static void assertNotWritten(Path file, String problem) {
    assertEquals(
        file + problem,
        assertThrows(WeightsException.class, () -> Safetensors.write(file, Map.of(), Map.of()))
            .getMessage());
  }

  @Test
  void reservedNameIsRejected() {
    Map<String, NDArray> arrays = Map.of("__metadata__", manager.create(1f));
    assertThrows(
        IllegalArgumentException.class,
        () -> Safetensors.write(folder.resolve("f"), arrays, Map.of()));
  }

  private void assertOnlyFile(String name) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(folder.resolve(name)), files.toList());
    }
  }
}
