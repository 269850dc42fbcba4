package io.github.flora.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files read: what they say, what they answer, and bad ones. */
class OnnxModelTest {

  private static final ImageInput IMAGE =
      new ImageInput(List.of(0.5f, 0.4f, 0.3f), List.of(0.2f, 0.25f, 0.3f));

  @TempDir static Path folder;
  private static Path good;
  private static final byte[] PIXELS = new byte[5 * 6 * 7 * 3];
  private static float[] expected;

  @BeforeAll
  static void export() throws IOException {
    new Random(1).nextBytes(PIXELS);
    good = folder.resolve("good.onnx");
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Shape shape = new Shape(1, 3, 6, 7);
      Block block =
          new SequentialBlock()
              .add(Networks.conv(4, 3, 1, 1))
              .add(Blocks.batchFlattenBlock())
              .add(Linear.builder().setUnits(4).build());
      Networks.initialize(block, manager, 3, shape);
      OnnxExporter.builder()
          .optMetadata(
              new OnnxMetadata(
                  List.of("a", "b", "c", "d"), IMAGE, null, null, null, null, Map.of()))
          .build()
          .export(block, good, shape);
      float[] numbers = new float[PIXELS.length];
      for (int n = 0; n < 5; n++) {
        for (int p = 0; p < 42; p++) {
          for (int c = 0; c < 3; c++) {
            numbers[(n * 3 + c) * 42 + p] =
                ((PIXELS[(n * 42 + p) * 3 + c] & 0xff) / 255f - IMAGE.mean().get(c))
                    / IMAGE.std().get(c);
          }
        }
      }
      expected =
          block
              .forward(
                  new ParameterStore(manager, false),
                  new NDList(manager.create(numbers, new Shape(5, 3, 6, 7))),
                  false)
              .head()
              .toFloatArray();
    }
  }

  @Test
  void answersAsTheBlockDoes() throws IOException {
    try (OnnxModel model =
        OnnxModel.open(good, new OnnxSession.Options(ai.djl.Device.cpu(), 1, Map.of()))) {
      assertEquals(new OnnxModel.Input(3, 6, 7, false, -1), model.input());
      assertEquals(
          List.of("a", "b", "c", "d"), OnnxModel.labels(good, model.header(), model.metadata()));
      assertEquals(
          List.of("0", "1", "2", "3"), OnnxModel.labels(good, model.header(), OnnxMetadata.NONE));
      assertArrayEquals(expected, model.logits(PIXELS, 5), 1e-5f);
      // A smaller batch after a larger one, in the same memory.
      assertArrayEquals(
          Arrays.copyOf(expected, 4), model.logits(Arrays.copyOf(PIXELS, 126), 1), 1e-5f);
    }
  }

  @Test
  void threadsShareAModel() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (OnnxModel model = OnnxModel.open(good, OnnxSession.Options.DEFAULT)) {
      Callable<float[]> ask = () -> model.logits(PIXELS, 5);
      for (Future<float[]> answer : threads.invokeAll(java.util.Collections.nCopies(50, ask))) {
        assertArrayEquals(expected, answer.get(), 1e-5f);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void fixedBatchesAreFilledUp() throws IOException {
    ModelProto.Builder model = parse(good).toBuilder();
    model
        .getGraphBuilder()
        .getInputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .getShapeBuilder()
        .getDimBuilder(0)
        .setDimValue(2);
    Path file = write("fixed.onnx", model.build());
    try (OnnxModel fixed = OnnxModel.open(file, OnnxSession.Options.DEFAULT)) {
      assertEquals(2, fixed.input().batch());
      assertArrayEquals(expected, fixed.logits(PIXELS, 5), 1e-5f);
    }
  }

  @Test
  void wrongNumberOfBytesIsNamed() throws IOException {
    try (OnnxModel model = OnnxModel.open(good, OnnxSession.Options.DEFAULT)) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> model.logits(PIXELS, 4));
      assertEquals("4 images of 126 bytes need 504, not 630", e.getMessage());
    }
  }

  private static ModelProto parse(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return ModelProto.parseFrom(in);
    }
  }

  private static Path write(String name, ModelProto model) throws IOException {
    return Files.write(folder.resolve(name), model.toByteArray());
  }

  static Stream<Arguments> bad() throws IOException {
    byte[] bytes = Files.readAllBytes(good);
    ModelProto model = parse(good);
    Path huge = folder.resolve("huge.onnx");
    try (RandomAccessFile out = new RandomAccessFile(huge.toFile(), "rw")) {
      out.setLength(Integer.MAX_VALUE + 1L);
    }
    ModelProto.Builder vector = model.toBuilder();
    vector
        .getGraphBuilder()
        .getInputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .getShapeBuilder()
        .removeDim(3);
    ModelProto.Builder vast = model.toBuilder();
    vast.getGraphBuilder()
        .getInputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .getShapeBuilder()
        .getDimBuilder(2)
        .setDimValue(1L << 40);
    ModelProto.Builder many = model.toBuilder();
    many.getGraphBuilder()
        .getInputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .getShapeBuilder()
        .setDim(0, TensorShapeProto.Dimension.newBuilder().setDimValue(1 << 15))
        .setDim(2, TensorShapeProto.Dimension.newBuilder().setDimValue(1 << 13))
        .setDim(3, TensorShapeProto.Dimension.newBuilder().setDimValue(1 << 13));
    ModelProto.Builder unknown = model.toBuilder();
    unknown.getGraphBuilder().getNodeBuilder(0).setOpType("Magic");
    ModelProto.Builder claims = model.toBuilder();
    claims
        .getGraphBuilder()
        .getInitializerBuilder(0)
        .clearDims()
        .addDims(1L << 40)
        .setRawData(ByteString.copyFrom(new byte[4]));
    ModelProto.Builder silent = model.toBuilder().clearMetadataProps();
    ModelProto.Builder garbled = silent.clone().addMetadataProps(entry("labels", "{not a list"));
    ModelProto.Builder words = model.toBuilder();
    words
        .getGraphBuilder()
        .getInputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .setElemType(TensorProto.DataType.STRING.getNumber());
    return Stream.of(
        Arguments.of("absent", folder.resolve("absent.onnx"), "there is no such file"),
        Arguments.of("folder", folder, "it is a folder"),
        Arguments.of("empty", bytes("empty.onnx", new byte[0]), "isn't an ONNX model"),
        Arguments.of(
            "text",
            bytes(
                "text.onnx",
                "hello, world\n".repeat(99).getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            "isn't an ONNX model"),
        Arguments.of(
            "png",
            bytes("png.onnx", new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13}),
            "isn't an ONNX model"),
        Arguments.of("zeros", bytes("zeros.onnx", new byte[1000]), "isn't an ONNX model"),
        Arguments.of("half", bytes("half.onnx", Arrays.copyOf(bytes, bytes.length / 2)), "cut off"),
        Arguments.of(
            "one byte less", bytes("less.onnx", Arrays.copyOf(bytes, bytes.length - 1)), "cut off"),
        Arguments.of("huge", huge, "ends at 2 GiB"),
        Arguments.of("vector", write("vector.onnx", vector.build()), "not an image"),
        Arguments.of("words", write("words.onnx", words.build()), "not an image"),
        Arguments.of("vast", write("vast.onnx", vast.build()), "a side aren't supported"),
        Arguments.of("many at once", write("many.onnx", many.build()), "more than 1 GiB"),
        Arguments.of(
            "unknown operator", write("unknown.onnx", unknown.build()), "ONNX Runtime refuses it"),
        Arguments.of(
            "weights that aren't there",
            write("claims.onnx", claims.build()),
            "ONNX Runtime refuses it"),
        Arguments.of("no normalisation", write("silent.onnx", silent.build()), "no mean and std"),
        Arguments.of(
            "garbled labels", write("garbled.onnx", garbled.build()), "labels in the metadata"));
  }

  private static Path bytes(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bad")
  void badFileIsOneLine(String name, Path file, String says) {
    OnnxFileException e =
        assertThrows(
            OnnxFileException.class,
            () -> OnnxModel.open(file, OnnxSession.Options.DEFAULT).close());
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith(file + ": "), message);
    assertTrue(message.contains(says), message);
    assertEquals(1, message.lines().count(), message);
  }
}
