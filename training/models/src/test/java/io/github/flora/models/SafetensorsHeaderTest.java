package io.github.flora.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which a safetensors file can be malformed, and some in which it may look so. */
final class SafetensorsHeaderTest {

  private static final String W = "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}";

  @TempDir Path folder;

  static List<Arguments> malformed() {
    return List.of(
        Arguments.of("[]", 0, "the header doesn't begin with '{'"),
        Arguments.of(" {}", 0, "the header doesn't begin with '{'"),
        Arguments.of("{", 0, "the header isn't valid JSON"),
        Arguments.of("{w:1}", 0, "the header isn't valid JSON"),
        Arguments.of("{} {}", 0, "the header isn't valid JSON"),
        Arguments.of("{'w':1}", 0, "tensor 'w' is NUMBER where BEGIN_OBJECT should be"),
        Arguments.of("{'w':{}}", 0, "tensor 'w' lacks dtype, shape or data_offsets"),
        Arguments.of(tensor("'F32'", "[2]", null), 8, "tensor 'w' lacks dtype, shape or"),
        Arguments.of(tensor("32", "[2]", "[0,8]"), 8, "tensor 'w' dtype is NUMBER where STRING"),
        Arguments.of(tensor("'Q9'", "[2]", "[0,8]"), 8, "tensor 'w' has the unknown type 'Q9'"),
        Arguments.of(tensor("'F32'", "2", "[0,8]"), 8, "tensor 'w' shape is NUMBER where"),
        Arguments.of(tensor("'F32'", "['2']", "[0,8]"), 8, "tensor 'w' shape is STRING where"),
        Arguments.of(tensor("'F32'", "[-2]", "[0,8]"), 8, "shape has '-2', not a whole number"),
        Arguments.of(tensor("'F32'", "[2.0]", "[0,8]"), 8, "shape has '2.0', not a whole number"),
        Arguments.of(tensor("'F32'", "[2e0]", "[0,8]"), 8, "shape has '2e0', not a whole number"),
        Arguments.of(tensor("'F32'", "[1152921504606846976]", "[0,8]"), 8, "which is too large"),
        Arguments.of(tensor("'F32'", "[9999999999999999999]", "[0,8]"), 8, "which is too large"),
        Arguments.of(
            // 2^32 · 2^32 · 4 bytes is 0 in 64 bits.
            tensor("'F32'", "[4294967296,4294967296]", "[0,0]"), 0, "'w' has too many elements"),
        Arguments.of(
            tensor("'F32'", "[" + "1,".repeat(32) + "1]", "[0,4]"), 4, "more than 32 numbers"),
        Arguments.of(tensor("'F32'", "[2]", "[0]"), 8, "data_offsets must be two numbers"),
        Arguments.of(tensor("'F32'", "[2]", "[0,4,8]"), 8, "has more than 2 numbers"),
        Arguments.of(tensor("'F32'", "[2]", "[8,0]"), 8, "tensor 'w' ends before it begins"),
        Arguments.of(tensor("'F32'", "[3]", "[0,8]"), 8, "has 8 bytes, but its type and shape"),
        Arguments.of(tensor("'F64'", "[2]", "[0,8]"), 8, "has 8 bytes, but its type and shape"),
        Arguments.of(tensor("'F32'", "[2]", "[0,8]"), 4, "ends at byte 8 of the data, which has 4"),
        Arguments.of(tensor("'F32'", "[2]", "[4,12]"), 12, "tensor 'w' leaves a hole before it"),
        Arguments.of(
            tensor("'F32'", "[2]", "[0,8]"), 9, "the data has 9 bytes, but the tensors need 8"),
        Arguments.of("{}", 1, "the data has 1 bytes, but the tensors need 0"),
        Arguments.of(
            W + ",'v':{'dtype':'U8','shape':[4],'data_offsets':[4,8]}}",
            8,
            "tensor 'v' overlaps another"),
        Arguments.of(
            W + ",'v':{'dtype':'U8','shape':[8],'data_offsets':[0,8]}}", 8, "overlaps another"),
        Arguments.of(
            W + ",'w':{'dtype':'U8','shape':[1],'data_offsets':[8,9]}}",
            9,
            "tensor 'w' is there twice"),
        Arguments.of(
            "{'w':{'dtype':'U8','dtype':'I8','shape':[1],'data_offsets':[0,1]}}",
            1,
            "tensor 'w' has dtype twice"),
        Arguments.of(
            "{'w':{'dtype':'U8','strides':[1],'shape':[1],'data_offsets':[0,1]}}",
            1,
            "tensor 'w' has the unknown entry 'strides'"),
        Arguments.of("{'__metadata__':[]}", 0, "__metadata__ is BEGIN_ARRAY where BEGIN_OBJECT"),
        Arguments.of("{'__metadata__':{'a':1}}", 0, "__metadata__ 'a' is NUMBER where STRING"),
        Arguments.of("{'__metadata__':{'a':'','a':''}}", 0, "__metadata__ has 'a' twice"),
        Arguments.of("{'__metadata__':{},'__metadata__':{}}", 0, "__metadata__ is there twice"),
        Arguments.of("{'w':" + "[".repeat(5000), 0, "tensor 'w' is BEGIN_ARRAY where"));
  }

  private static String tensor(String type, String shape, @Nullable String offsets) {
    return "{'w':{'dtype':"
        + type
        + ",'shape':"
        + shape
        + (offsets == null ? "" : ",'data_offsets':" + offsets)
        + "}}";
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void malformedHeaderIsOneClearLine(String json, int dataLength, String problem)
      throws IOException {
    Path file = write(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), dataLength);
    assertRejected(file, problem);
  }

  @Test
  void metadataAndEmptyAndScalarTensorsAreFine() throws IOException {
    String json =
        "{'__metadata__':{'a':'ü'},"
            + "'s':{'dtype':'F32','shape':[],'data_offsets':[1,5]},"
            + "'e':{'data_offsets':[1,1],'dtype':'F32','shape':[0,1152921504606846975]},"
            + "'b':{'dtype':'BOOL','shape':[1,1],'data_offsets':[0,1]}}   ";
    Path file = write(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), 5);
    try (SafetensorsFile in = Safetensors.open(file)) {
      assertEquals(List.of("s", "e", "b"), List.copyOf(in.names()));
      assertEquals(Map.of("a", "ü"), in.metadata());
      assertThrows(IllegalArgumentException.class, () -> in.shape("x"));
    }
  }

  @Test
  void headerThatIsNotUtf8IsRejected() throws IOException {
    assertRejected(write(new byte[] {'{', (byte) 0xff, '}'}, 0), "the header isn't UTF-8");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7})
  void fileTooShortForTheLengthIsRejected(int bytes) throws IOException {
    Path file = Files.write(folder.resolve("short"), new byte[bytes]);
    assertRejected(file, "has " + bytes + " bytes, too few for a safetensors file");
  }

  @ParameterizedTest
  @ValueSource(longs = {100_000_001, Long.MAX_VALUE, -1})
  void enormousHeaderIsRejectedBeforeItIsAllocated(long length) throws IOException {
    Path file = folder.resolve("huge");
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    Files.write(file, bytes.array());
    assertRejected(
        file, "the header would have " + Long.toUnsignedString(length) + " bytes, more than");
  }

  @Test
  void headerBeyondTheFileIsRejected() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(9);
    Path file = Files.write(folder.resolve("cut"), bytes.array());
    assertRejected(file, "is cut off: the header has 9 bytes, the file 16");
  }

  @Test
  void missingFileAndFolderAreNamed() {
    assertRejected(folder.resolve("none"), "can't be opened: there is no such file or folder");
    assertRejected(folder, "is a folder, not a safetensors file");
  }

  /** A sparse file of 3 GiB, so that offsets beyond an int are used; one tensor is too large. */
  @Test
  void offsetsBeyondTwoGibibytesWork() throws IOException {
    long large = 3L << 30;
    String json =
        "{'large':{'dtype':'U8','shape':[3221225472],'data_offsets':[0,3221225472]},"
            + "'last':{'dtype':'I32','shape':[1],'data_offsets':[3221225472,3221225476]}}";
    byte[] header = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    Path file = write(header, 0);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(Long.BYTES + header.length + large);
      out.writeInt(Integer.reverseBytes(123456789));
    }
    try (SafetensorsFile in = Safetensors.open(file);
        NDManager manager = Fixtures.ENGINE.newBaseManager()) {
      assertEquals(123456789, in.read(manager, "last").toIntArray()[0]);
      String message =
          String.valueOf(
              assertThrows(WeightsException.class, () -> in.read(manager, "large")).getMessage());
      assertTrue(message.endsWith("'large' has 3221225472 bytes; one array ends at 2 GiB"));
    }
  }

  private Path write(byte[] header, int dataLength) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES + header.length + dataLength)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(header.length)
            .put(header);
    return Files.write(folder.resolve("file.safetensors"), bytes.array());
  }

  private static void assertRejected(Path file, String problem) {
    String message =
        String.valueOf(
            assertThrows(WeightsException.class, () -> Safetensors.open(file).close())
                .getMessage());
    assertTrue(message.startsWith(file + ": "), message);
    assertTrue(message.contains(problem), message);
    assertFalse(message.contains("\n"), message);
  }
}
