package io.github.flora.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reads what PyTorch 2.13 wrote, and refuses what others did. The resources:
 *
 * <pre>{@code
 * base = torch.arange(24, dtype=torch.float32)
 * kinds = {
 *     "f32": torch.tensor([[1.5, -2.0], [float("inf"), 3.25]]),
 *     "f64": torch.tensor([1 / 3], dtype=torch.float64),
 *     "f16": torch.tensor([0.5, -65504.0, 6e-8], dtype=torch.float16),
 *     "bf16": torch.tensor([[1.0, -3.140625], [1e-38, float("inf")]], dtype=torch.bfloat16).t(),
 *     "i64": torch.tensor([2**62, -1]), "i32": torch.tensor([-7], dtype=torch.int32),
 *     "i8": torch.tensor([-128, 127], dtype=torch.int8),
 *     "u8": torch.tensor([0, 255], dtype=torch.uint8), "bool": torch.tensor([True, False, True]),
 *     "scalar": torch.tensor(42.0), "empty": torch.zeros(0, 3),
 *     "slice": base[5:9], "step": base[3::7],
 *     "transposed": base.reshape(2, 3, 4).permute(2, 0, 1),
 *     "nhwc": base.reshape(1, 2, 3, 4).contiguous(memory_format=torch.channels_last),
 *     "parameter": nn.Parameter(torch.tensor([9.0, 8.0]))}
 * torch.save(kinds, "kinds.pth")
 * torch.save(kinds, "kinds-legacy.pth", _use_new_zipfile_serialization=False)
 * torch.save({"epoch": 3, "arch": "tiny", "state_dict": nn.DataParallel(net).state_dict(),
 *     "best_acc1": 71.5, "optimizer": sgd.state_dict()}, "checkpoint.pth")
 * torch.save(net, "whole.pth")
 * torch.save({"epoch": 3}, "nothing.pth")
 * }</pre>
 */
final class TorchFileTest {

  /** What a pickle of one tensor {@code w} of 2 float32 looks like but for its last numbers. */
  private static final String TENSOR =
      "\u0080\u0002}X\1\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\n"
          + "X\1\0\0\0000X\3\0\0\0cpu%stQ%s%s%s\u0089}tRs.";

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

  private Path resource(String name) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream in = TorchFileTest.class.getResourceAsStream(name)) {
      Files.write(file, in.readAllBytes());
    }
    return file;
  }

  private static float[] range(int from, int step, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = from + i * step;
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(strings = {"kinds.pth", "kinds-legacy.pth"})
  void everyTypeAndEveryStrideIsRead(String name) throws IOException {
    try (WeightsFile in = WeightsFile.open(resource(name))) {
      assertFloats(in, "f32", new Shape(2, 2), 1.5f, -2, Float.POSITIVE_INFINITY, 3.25f);
      assertFloats(in, "f16", new Shape(3), 0.5f, -65504, 5.9604645e-8f);
      assertFloats(
          in, "bf16", new Shape(2, 2), 1, 1.0010069e-38f, -3.140625f, Float.POSITIVE_INFINITY);
      assertEquals(1 / 3.0, in.read(manager, "f64").getDouble());
      assertArrayEquals(new long[] {1L << 62, -1}, in.read(manager, "i64").toLongArray());
      assertArrayEquals(new int[] {-7}, in.read(manager, "i32").toIntArray());
      assertArrayEquals(new byte[] {-128, 127}, in.read(manager, "i8").toByteArray());
      assertArrayEquals(new int[] {0, 255}, in.read(manager, "u8").toUint8Array());
      assertArrayEquals(
          new boolean[] {true, false, true}, in.read(manager, "bool").toBooleanArray());
      assertFloats(in, "scalar", new Shape(), 42);
      assertFloats(in, "empty", new Shape(0, 3));
      assertFloats(in, "slice", new Shape(4), range(5, 1, 4));
      assertFloats(in, "step", new Shape(3), range(3, 7, 3));
      float[] transposed = new float[24];
      for (int i = 0; i < 24; i++) {
        transposed[i] = i % 6 * 4 + i / 6;
      }
      assertFloats(in, "transposed", new Shape(4, 2, 3), transposed);
      assertFloats(in, "nhwc", new Shape(1, 2, 3, 4), range(0, 1, 24));
      assertFloats(in, "parameter", new Shape(2), 9, 8);
      assertEquals(16, in.names().size());
    }
  }

  private void assertFloats(WeightsFile in, String name, Shape shape, float... expected)
      throws IOException {
    assertEquals(DataType.FLOAT32, in.dataType(name));
    assertEquals(shape, in.shape(name));
    NDArray array = in.read(manager, name);
    assertEquals(shape, array.getShape());
    assertArrayEquals(expected, array.toFloatArray(), name);
  }

  @Test
  void aCheckpointsWeightsAreFoundUnderTheirPlainNames() throws IOException {
    try (WeightsFile in = WeightsFile.open(resource("checkpoint.pth"))) {
      assertEquals(
          List.of(
              "fc.weight",
              "fc.bias",
              "bn.weight",
              "bn.bias",
              "bn.running_mean",
              "bn.running_var",
              "bn.num_batches_tracked"),
          List.copyOf(in.names()));
      assertFloats(in, "fc.bias", new Shape(2), -0.011439145f, 0.45777494f);
      assertFloats(in, "bn.running_var", new Shape(2), 0.9f, 0.9f);
      assertEquals(DataType.INT64, in.dataType("bn.num_batches_tracked"));
    }
  }

  private String problem(Path file) {
    WeightsException e = assertThrows(WeightsException.class, () -> WeightsFile.open(file).close());
    String message = String.valueOf(e.getMessage());
    assertFalse(message.contains("\n"), message);
    assertTrue(message.startsWith(file + ": "), message);
    return message.substring((file + ": ").length());
  }

  @Test
  void aWholeNetworkIsRefusedByTheNameOfItsClass() throws IOException {
    assertEquals(
        "it asks for torch.nn.modules.container.Sequential, which plain weights don't need, so"
            + " nothing of it was run; save model.state_dict() alone",
        problem(resource("whole.pth")));
  }

  @Test
  void aFileWithoutWeightsIsRefused() throws IOException {
    assertEquals(
        "holds no weights: expected a state_dict, or a dict with one under state_dict,"
            + " model_state_dict, model",
        problem(resource("nothing.pth")));
  }

  /** Python's own pickles of objects whose {@code __reduce__} says what to call. */
  static Stream<Arguments> whatWouldRunCodeIsRefusedByName() {
    return Stream.of(
        Arguments.of("\u0080\u0002cposix\nsystem\nX\5\0\0\0touchX\1\0\0\0xR.", "posix.system"),
        Arguments.of("\u0080\u0002cbuiltins\neval\nX\5\0\0\0touch\u0085R.", "builtins.eval"),
        Arguments.of("\u0080\u0002}X\1\0\0\0wcos\nsystem\nX\2\0\0\0id\u0085Rs.", "os.system"),
        Arguments.of("\u0080\u0002ctorch\nhub.load\n)R.", "torch.hub.load"),
        Arguments.of(
            "\u0080\u0002ctorch._utils\n_rebuild_tensor\n)R.", "torch._utils._rebuild_tensor"),
        Arguments.of(
            "\u0080\u0002ccollections\nOrderedDict.fromkeys\n)R.",
            "collections.OrderedDict.fromkeys"),
        Arguments.of("\u0080\u0002c__builtin__\n\u001b[2J\n)R.", "__builtin__.?[2J"));
  }

  @ParameterizedTest
  @MethodSource
  void whatWouldRunCodeIsRefusedByName(String pickle, String name) throws IOException {
    String expected =
        "it asks for %s, which plain weights don't need, so nothing of it was run; save"
            + " model.state_dict() alone";
    assertEquals(expected.formatted(name), problem(archive(pickle)));
    assertEquals(
        expected.formatted(name), problem(Files.write(folder.resolve("bare.pth"), latin1(pickle))));
  }

  /** Instructions that make objects in other ways, and pickles that aren't whole. */
  static Stream<Arguments> whatIsNoPickleOfWeightsIsRefused() {
    return Stream.of(
        Arguments.of("\u0080\u0002)\u0081.", "instruction 0x81"),
        Arguments.of("\u0080\u0002(ios\nsystem\n.", "instruction 0x69"),
        Arguments.of("\u0080\u0002(cos\nsystem\no.", "os.system"),
        Arguments.of("\u0080\u0002\u0082\1.", "instruction 0x82"),
        Arguments.of("\u0080\u0004\u008c\2os\u008c\6system\u0093.", "pickle protocol 4"),
        Arguments.of("\u0080\u0002}}bb.", "it takes what isn't there"),
        Arguments.of("\u0080\u0002.", "it takes what isn't there"),
        Arguments.of("\u0080\u0002(R.", "it takes what isn't there"),
        Arguments.of(
            "\u0080\u0002ccollections\nOrderedDict\nK\1\u0085R.", "an OrderedDict with arguments"),
        Arguments.of("\u0080\u0002K\1)R.", "it calls what is no function"),
        Arguments.of("\u0080\u0002ctorch\nFloatStorage\n)R.", "it calls what is no function"),
        Arguments.of("\u0080\u0002h\1.", "it recalls what it never stored"),
        Arguments.of("\u0080\u0002X\u00ff\u00ff\u00ff\u007fabc.", "longer than the pickle"),
        Arguments.of("\u0080\u0002X\u00ff\u00ff\u00ff\u00ffabc.", "longer than the pickle"),
        Arguments.of("\u0080\u0002\u008a\u00ff.", "an integer of 255 bytes"),
        Arguments.of("\u0080\u0002}q", "cut off"),
        Arguments.of("\u0080\u0002}", "cut off"),
        Arguments.of("\u0080\u0002ctorch", "cut off"),
        Arguments.of("\u0080\u0002}]K\1s.", "neither text nor number"),
        Arguments.of("\u0080\u0002}K\1Q.", "a storage that isn't described by a tuple"),
        Arguments.of("\u0080\u0002K\1K\1K\2s.", "something else than a dict"),
        Arguments.of("\u0080\u0002K\1K\2a.", "something else than a list"),
        Arguments.of("\u0080\u0002}(K\1u.", "a key without a value"),
        Arguments.of("\u0080\u0002]t.", "a sequence without a beginning"));
  }

  @ParameterizedTest
  @MethodSource
  void whatIsNoPickleOfWeightsIsRefused(String pickle, String reason) throws IOException {
    String message = problem(archive(pickle));
    assertTrue(message.contains(reason), message);
  }

  @Test
  void aListThatHoldsItselfDoesNoHarm() throws IOException {
    assertTrue(problem(archive("\u0080\u0002]q\1h\1a.")).startsWith("holds no weights"));
  }

  /** Storage of 2 elements; offset, sizes and strides as pickled tuples. */
  static Stream<Arguments> tensorsThatReachOutsideOfTheirStorageAreRefused() {
    return Stream.of(
        // Behind the end, by offset, size or stride.
        Arguments.of("K\2", "K\1", "K\2\u0085", "K\1\u0085"),
        Arguments.of("K\2", "K\0", "K\3\u0085", "K\1\u0085"),
        Arguments.of("K\2", "K\0", "K\2\u0085", "K\2\u0085"),
        Arguments.of("K\2", "K\3", "K\0\u0085", "K\1\u0085"),
        // As many elements as nobody has, of one that is there.
        Arguments.of("K\2", "K\0", "\u008a\u0008\0\0\0\0\0\0\0\u0010\u0085", "K\0\u0085"),
        Arguments.of("K\2", "K\0", "K\2\u008a\u0008\0\0\0\0\0\0\0\u0010\u0086", "K\0K\0\u0086"),
        // Products that overflow.
        Arguments.of(
            "K\2",
            "K\0",
            "K\2\u0085",
            "\u008a\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f\u0085"));
  }

  @ParameterizedTest
  @MethodSource
  void tensorsThatReachOutsideOfTheirStorageAreRefused(
      String elements, String offset, String sizes, String strides) throws IOException {
    assertEquals(
        "a tensor that reaches outside of its storage of 2 elements",
        problem(archive(TENSOR.formatted(elements, offset, sizes, strides))));
  }

  static Stream<Arguments> nonsensicalTensorsAreRefused() {
    return Stream.of(
        Arguments.of(
            "J\u00ff\u00ff\u00ff\u00ff", "K\0", "K\2\u0085", "K\1\u0085", "a size or place"),
        Arguments.of(
            "K\2", "J\u00ff\u00ff\u00ff\u00ff", "K\2\u0085", "K\1\u0085", "a size or place"),
        Arguments.of(
            "K\2", "K\0", "J\u00ff\u00ff\u00ff\u00ff\u0085", "K\1\u0085", "a size or place"),
        Arguments.of(
            "K\2", "K\0", "K\2\u0085", "J\u00ff\u00ff\u00ff\u00ff\u0085", "a size or place"),
        Arguments.of("K\2", "K\0", "K\2\u0085", ")", "as many sizes as strides"),
        Arguments.of("K\2", "K\0", "K\2", "K\1\u0085", "sizes that aren't a tuple"),
        Arguments.of(
            "\u008a\u0008\0\0\0\0\0\0\0\u0010",
            "K\0",
            "K\2\u0085",
            "K\1\u0085",
            "a storage of 1152921504606846976"));
  }

  @ParameterizedTest
  @MethodSource
  void nonsensicalTensorsAreRefused(
      String elements, String offset, String sizes, String strides, String reason)
      throws IOException {
    String message = problem(archive(TENSOR.formatted(elements, offset, sizes, strides)));
    assertTrue(message.contains(reason), message);
  }

  @Test
  void aStorageOfAnotherSizeThanDescribedIsRefused() throws IOException {
    Path file = archive(TENSOR.formatted("K\u0003", "K\0", "K\2\u0085", "K\1\u0085"));
    try (WeightsFile in = WeightsFile.open(file)) {
      WeightsException e = assertThrows(WeightsException.class, () -> in.read(manager, "w"));
      assertEquals(file + ": x/data/0 has 8 bytes, but its pickle describes 12", e.getMessage());
    }
  }

  @Test
  void aStorageThatIsMissingIsToldAndNothingElseIsOpened() throws IOException {
    Path file =
        archive(
            TENSOR
                .formatted("K\2", "K\0", "K\2\u0085", "K\1\u0085")
                .replace("X\1\0\0\0000", "X\13\0\0\0../../../xy"));
    try (WeightsFile in = WeightsFile.open(file)) {
      WeightsException e = assertThrows(WeightsException.class, () -> in.read(manager, "w"));
      assertEquals(file + ": has no entry for a storage that its pickle describes", e.getMessage());
    }
  }

  @Test
  void theHandMadeArchiveIsReadIfAllIsWell() throws IOException {
    Path file = archive(TENSOR.formatted("K\2", "K\0", "K\2\u0085", "K\1\u0085"));
    try (WeightsFile in = WeightsFile.open(file)) {
      assertFloats(in, "w", new Shape(2), 1, 2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "x/../../etc/passwd", "/etc/passwd", "x\\..\\y"})
  void entriesThatClimbAreRefused(String name) throws IOException {
    Map<String, byte[]> entries = entries("\u0080\u0002}.");
    entries.put(name, new byte[1]);
    assertEquals("has an entry that climbs out of the archive", problem(zip(entries, false)));
  }

  @Test
  void aZipBombIsRefusedWithoutUnpackingIt() throws IOException {
    Map<String, byte[]> entries = entries("\u0080\u0002}.");
    entries.put("x/data.pkl", new byte[50_000_000]);
    Path file = zip(entries, true);
    assertTrue(Files.size(file) < 100_000);
    assertEquals("x/data.pkl is compressed, which PyTorch never does", problem(file));
  }

  @Test
  void aBombAmongTheStoragesIsRefused() throws IOException {
    Map<String, byte[]> entries =
        entries(TENSOR.formatted("J\0\u00e1\u00f5\5", "K\0", "K\2\u0085", "K\1\u0085"));
    entries.put("x/data/0", new byte[100_000_000]);
    try (WeightsFile in = WeightsFile.open(zip(entries, "x/data/0"))) {
      WeightsException e = assertThrows(WeightsException.class, () -> in.read(manager, "w"));
      assertTrue(String.valueOf(e.getMessage()).endsWith("which PyTorch never does"));
    }
  }

  @Test
  void aPickleThatIsTooLargeIsRefused() throws IOException {
    Map<String, byte[]> entries = entries("");
    entries.put("x/data.pkl", new byte[TorchFile.MAX_PICKLE_BYTES + 1]);
    assertEquals("x/data.pkl has 4,194,305 bytes", problem(zip(entries, false)));
  }

  @Test
  void otherArchivesAreRefused() throws IOException {
    assertTrue(
        problem(zip(new LinkedHashMap<>(Map.of("a/readme.txt", new byte[3])), false))
            .startsWith("isn't what torch.save writes: it has 0 entries data.pkl"));
    Map<String, byte[]> two = entries("\u0080\u0002}.");
    two.put("y/data.pkl", new byte[1]);
    assertTrue(problem(zip(two, false)).contains("it has 2 entries data.pkl"));
    Map<String, byte[]> script = entries("\u0080\u0002}.");
    script.put("x/constants.pkl", new byte[1]);
    assertEquals(
        "is a TorchScript program, not weights: save model.state_dict()",
        problem(zip(script, false)));
    Map<String, byte[]> big = entries("\u0080\u0002}.");
    big.put("x/byteorder", latin1("big"));
    assertTrue(problem(zip(big, false)).contains("big-endian"));
  }

  @ParameterizedTest
  @CsvSource({
    "kinds.pth, 5000",
    "kinds.pth, 2000",
    "kinds.pth, 4",
    "kinds-legacy.pth, 2340",
    "kinds-legacy.pth, 1000",
    "kinds-legacy.pth, 20"
  })
  void aFileThatIsCutOffIsRefused(String name, int bytes) throws IOException {
    Path file = resource(name);
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), bytes));
    String message = problem(file);
    assertTrue(message.contains("cut off"), message);
  }

  /**
   * Whatever single byte of a file is wrong: one line or the file's numbers, never anything else.
   */
  @ParameterizedTest
  @ValueSource(strings = {"kinds.pth", "kinds-legacy.pth", "checkpoint.pth"})
  void damagedBytesNeverDoAnythingElse(String name) throws IOException {
    Path file = resource(name);
    byte[] good = Files.readAllBytes(file);
    for (int i = 0; i < good.length; i += 3) {
      byte[] bad = good.clone();
      bad[i] ^= (byte) (1 << i % 8);
      Files.write(file, bad);
      try (WeightsFile in = WeightsFile.open(file);
          NDManager scratch = manager.newSubManager()) {
        for (String tensor : in.names()) {
          in.read(scratch, tensor);
        }
      } catch (WeightsException e) {
        assertFalse(String.valueOf(e.getMessage()).contains("\n"), e.getMessage());
      }
    }
  }

  @Test
  void safetensorsWhoseHeaderLooksLikeAPickleAreStillRead() throws IOException {
    // 0x280 bytes of header: the file begins with 80 02, as a pickle does.
    StringBuilder json =
        new StringBuilder("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}");
    json.append(" ".repeat(0x280 - json.length()));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x80, 2, 0, 0, 0, 0, 0, 0});
    out.write(latin1(json.toString()));
    out.write(new byte[] {0, 0, (byte) 0x80, 0x3f});
    Path file = Files.write(folder.resolve("w.safetensors"), out.toByteArray());
    try (WeightsFile in = WeightsFile.open(file)) {
      assertFloats(in, "w", new Shape(1), 1);
    }
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Map<String, byte[]> entries(String pickle) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("x/data.pkl", latin1(pickle));
    entries.put("x/byteorder", latin1("little"));
    entries.put("x/data/0", new byte[] {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, 0x40});
    return entries;
  }

  private Path archive(String pickle) throws IOException {
    return zip(entries(pickle), false);
  }

  private Path zip(Map<String, byte[]> entries, boolean compressed) throws IOException {
    return zip(entries, compressed ? "x/data.pkl" : "");
  }

  private Path zip(Map<String, byte[]> entries, String compressed) throws IOException {
    Path file = folder.resolve("made.pth");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> e : entries.entrySet()) {
        ZipEntry entry = new ZipEntry(e.getKey());
        if (!e.getKey().equals(compressed)) {
          CRC32 crc = new CRC32();
          crc.update(e.getValue());
          entry.setMethod(ZipEntry.STORED);
          entry.setSize(e.getValue().length);
          entry.setCrc(crc.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(e.getValue());
        zip.closeEntry();
      }
    }
    return file;
  }
}
