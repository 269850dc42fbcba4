package io.github.flora.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The file, the options, the proof, and what stops an export. */
class OnnxExporterTest {

  private static final Shape IMAGES = new Shape(1, 3, 8, 9);

  @TempDir Path folder;
  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager("PyTorch");
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private Block convolutions() {
    SequentialBlock block =
        new SequentialBlock()
            .add(Networks.conv(4, 3, 1, 1))
            .add(BatchNorm.builder().build())
            .add(Activation.reluBlock())
            .add(Networks.conv(5, 3, 2, 1))
            .add(BatchNorm.builder().build())
            .add(Blocks.batchFlattenBlock())
            .add(Linear.builder().setUnits(10).build());
    Networks.initialize(block, manager, 3, IMAGES);
    return block;
  }

  private static ModelProto read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return ModelProto.parseFrom(in);
    }
  }

  private static List<String> operators(ModelProto model) {
    return model.getGraph().getNodeList().stream().map(NodeProto::getOpType).toList();
  }

  private static List<String> dimensions(ValueInfoProto value) {
    return value.getType().getTensorType().getShape().getDimList().stream()
        .map(d -> d.hasDimValue() ? Long.toString(d.getDimValue()) : d.getDimParam())
        .toList();
  }

  /** ONNX Runtime's own variance of such numbers is wrong by percents. */
  @ParameterizedTest(name = "{0} ± {1}")
  @CsvSource({"0.7, 0.002", "3, 0.02", "-20, 0.5"})
  void layerNormOfNumbersFarFromZeroAgrees(float mean, float deviation) throws IOException {
    SequentialBlock block =
        new SequentialBlock()
            .add(LambdaBlock.singleton(a -> a.mul(deviation).add(mean)))
            .add(LayerNorm.builder().build());
    Networks.initialize(block, manager, 5, new Shape(1, 3, 200));
    ExportReport report =
        OnnxExporter.builder()
            .optTolerance(1)
            .build()
            .export(block, folder.resolve("norm.onnx"), new Shape(1, 3, 200));
    assertTrue(report.agreement().within(1e-4), report.toString());
  }

  @Test
  void fileSaysWhatItIs() throws IOException {
    Path file = folder.resolve("model.onnx");
    OnnxMetadata metadata =
        new OnnxMetadata(
            List.of("cat", "dog", "a, \"b\""),
            new ImageInput(List.of(0.5f, 0.4f, 0.3f), List.of(0.2f, 0.2f, 0.1f)),
            "pets",
            "photos",
            "PyTorch 2.7.1",
            0.875,
            Map.of("margin", "2"));
    OnnxExporter.builder()
        .optInputNames("image")
        .optOutputNames("logits")
        .optGraphName("pets")
        .optProducer("Flora", "1.2")
        .optMetadata(metadata)
        .build()
        .export(convolutions(), file, IMAGES);

    ModelProto model = read(file);
    assertEquals(8, model.getIrVersion());
    assertEquals(18, model.getOpsetImport(0).getVersion());
    assertEquals("Flora", model.getProducerName());
    assertEquals("1.2", model.getProducerVersion());
    assertEquals("pets", model.getGraph().getName());
    assertEquals("image", model.getGraph().getInput(0).getName());
    assertEquals("logits", model.getGraph().getOutput(0).getName());
    assertEquals(List.of("batch", "3", "8", "9"), dimensions(model.getGraph().getInput(0)));
    assertEquals(List.of("batch", "10"), dimensions(model.getGraph().getOutput(0)));
    OnnxHeader header = OnnxHeader.read(file);
    assertEquals(metadata, OnnxMetadata.of(header.properties()));
    assertEquals("Flora 1.2", header.producer());
    assertEquals(18, header.opset());
    assertEquals(List.of(-1L, 3L, 8L, 9L), header.inputs().get(0).dimensions());
  }

  @Test
  void everyValueHasAShape() throws IOException {
    Path file = folder.resolve("model.onnx");
    OnnxExporter.export(convolutions(), new Shape[] {IMAGES}, file);
    ModelProto model = read(file);
    Set<String> described =
        Stream.of(model.getGraph().getValueInfoList(), model.getGraph().getOutputList())
            .flatMap(List::stream)
            .map(ValueInfoProto::getName)
            .collect(Collectors.toSet());
    for (NodeProto node : model.getGraph().getNodeList()) {
      assertTrue(described.containsAll(node.getOutputList()), node.getName());
    }
  }

  @Test
  void namesComeFromBlocks() throws IOException {
    Path file = folder.resolve("model.onnx");
    OnnxExporter.builder().optFoldBatchNorm(false).build().export(convolutions(), file, IMAGES);
    ModelProto model = read(file);
    Set<String> initializers =
        model.getGraph().getInitializerList().stream()
            .map(TensorProto::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(initializers.contains("01Conv2d.weight"), initializers.toString());
    assertTrue(initializers.contains("02BatchNorm.runningMean"), initializers.toString());
    assertEquals("SequentialBlock/01Conv2d/Conv", model.getGraph().getNode(0).getName());

    Block block = convolutions();
    OnnxExporter.builder()
        .optParameterNames(
            b ->
                b.getParameters().stream()
                    .collect(Collectors.toMap(p -> "my." + p.getKey(), p -> p.getValue())))
        .build()
        .export(block, file, IMAGES);
    assertTrue(
        read(file).getGraph().getInitializerList().stream()
            .anyMatch(t -> t.getName().equals("my.07Linear_weight")));
  }

  @Test
  void batchNormFolds() throws IOException {
    Block block = convolutions();
    Path file = folder.resolve("model.onnx");
    ExportReport folded = OnnxExporter.export(block, new Shape[] {IMAGES}, file);
    assertEquals(2, folded.foldedBatchNorms());
    assertFalse(operators(read(file)).contains("BatchNormalization"));

    ExportReport plain =
        OnnxExporter.builder().optFoldBatchNorm(false).build().export(block, file, IMAGES);
    assertEquals(0, plain.foldedBatchNorms());
    assertEquals(2, operators(read(file)).stream().filter("BatchNormalization"::equals).count());
  }

  @Test
  void batchNormStaysWhereTheConvolutionIsReadTwice() throws IOException {
    SequentialBlock conv = new SequentialBlock().add(Networks.conv(3, 3, 1, 1));
    Block both =
        new SequentialBlock()
            .add(conv)
            .add(
                new ParallelBlock(
                    list -> new NDList(list.get(0).head().add(list.get(1).head())),
                    List.of(BatchNorm.builder().build(), Blocks.identityBlock())));
    Networks.initialize(both, manager, 3, IMAGES);
    ExportReport report =
        OnnxExporter.export(both, new Shape[] {IMAGES}, folder.resolve("model.onnx"));
    assertEquals(0, report.foldedBatchNorms());
  }

  @Test
  void preprocessingAndSoftmaxGoIntoTheGraph() throws IOException {
    Block block = convolutions();
    Path file = folder.resolve("model.onnx");
    ImageInput image = new ImageInput(List.of(0.5f, 0.4f, 0.3f), List.of(0.2f, 0.25f, 0.3f));
    ExportReport report =
        OnnxExporter.builder()
            .optImageInput(image)
            .optSoftmax(true)
            .build()
            .export(block, file, new Shape(1, 8, 9, 3));
    assertTrue(report.agreement().within(1e-4), report.toString());
    byte[] pixels = new byte[2 * 8 * 9 * 3];
    new Random(5).nextBytes(pixels);
    try (OnnxModel model = OnnxModel.open(file, OnnxSession.Options.DEFAULT)) {
      assertTrue(model.input().pixels());
      float[] answers = model.logits(pixels, 2);
      // The same by hand.
      float[] numbers = new float[pixels.length];
      for (int n = 0; n < 2; n++) {
        for (int p = 0; p < 72; p++) {
          for (int c = 0; c < 3; c++) {
            numbers[(n * 3 + c) * 72 + p] =
                ((pixels[(n * 72 + p) * 3 + c] & 0xff) / 255f - image.mean().get(c))
                    / image.std().get(c);
          }
        }
      }
      NDArray input = manager.create(numbers, new Shape(2, 3, 8, 9));
      float[] expected =
          block
              .forward(new ParameterStore(manager, false), new NDList(input), false)
              .head()
              .softmax(1)
              .toFloatArray();
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], answers[i], 1e-5);
      }
    }
  }

  @Test
  void aLieIsCaughtAndKeptAside() throws IOException {
    // It counts how often it runs, which no trace can see: the proof has to.
    int[] runs = {0};
    Block block =
        new SequentialBlock()
            .add(LambdaBlock.singleton(a -> a.add(runs[0]++ > 1 ? 1f : 0f), "counts"));
    Path file = folder.resolve("model.onnx");
    Files.writeString(file, "what was there");
    OnnxExportException e =
        assertThrows(
            OnnxExportException.class,
            () ->
                OnnxExporter.builder()
                    .optEngine("PyTorch")
                    .build()
                    .export(block, file, new Shape(1, 4)));
    assertTrue(
        String.valueOf(e.getMessage()).contains("kept as model.onnx.rejected"), e.getMessage());
    assertEquals("what was there", Files.readString(file));
    assertTrue(Files.size(folder.resolve("model.onnx.rejected")) > 20);
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(2, files.count());
    }
  }

  @Test
  void toleranceIsAnOption() {
    Block block = convolutions();
    assertThrows(
        OnnxExportException.class,
        () ->
            OnnxExporter.builder()
                .optTolerance(0)
                .build()
                .export(block, folder.resolve("model.onnx"), IMAGES));
  }

  @Test
  void unwritableFileIsOneLine() {
    Block block = convolutions();
    Path file = folder.resolve("absent").resolve("model.onnx");
    IOException e =
        assertThrows(
            IOException.class, () -> OnnxExporter.export(block, new Shape[] {IMAGES}, file));
    assertEquals(
        "can't write %s: there is no folder %s".formatted(file, file.getParent()), e.getMessage());
  }

  static Stream<Arguments> unsupported() {
    return Stream.of(
        stop("inverse", "inverse", a -> a.matMul(a.transpose(1, 0)).inverse()),
        stop("toFloatArray", "reads values", a -> a.mul(a.toFloatArray()[0])),
        stop("getFloat", "reads values", a -> a.getFloat(0, 0) > 0 ? a : a.neg()),
        stop("randomNormal", "random", a -> a.add(a.getManager().randomNormal(a.getShape()))),
        stop("get", "booleans", a -> a.get(a.gt(0))),
        stop("nonzero", "no way", NDArray::nonzero),
        stop("", "other things with", a -> a.size(0) > 3 ? a.exp() : a.tanh()),
        stop(
            "",
            "constant that depends on the batch",
            a -> a.add(a.getManager().arange((float) a.size(0)).reshape(-1, 1))),
        stop(
            "set",
            "no way",
            a -> {
              NDArray copy = a.duplicate();
              copy.set(new NDIndex("0"), 1);
              return copy;
            }));
  }

  private static Arguments stop(
      String operation, String says, Function<NDArray, NDArray> function) {
    return Arguments.of(operation, says, function);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("unsupported")
  void whatCantBeExportedIsNamed(
      String operation, String says, Function<NDArray, NDArray> function) {
    Block block =
        new SequentialBlock()
            .add(Activation.reluBlock())
            .add(LambdaBlock.singleton(function, "culprit"));
    OnnxExportException e =
        assertThrows(
            OnnxExportException.class,
            () ->
                OnnxExporter.builder()
                    .optEngine("PyTorch")
                    .build()
                    .export(block, folder.resolve("model.onnx"), new Shape(1, 4)));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains(says), message);
    assertTrue(message.contains("SequentialBlock/02LambdaBlock"), message);
    assertEquals("SequentialBlock/02LambdaBlock", e.blockPath());
    assertFalse(message.contains("\n"), message);
    if (!operation.isEmpty()) {
      assertEquals(operation, e.operation());
      assertTrue(message.contains("'" + operation + "'"), message);
    }
    assertFalse(Files.exists(folder.resolve("model.onnx")));
  }

  /** One that takes the traces' batch sizes but not all of the proof's. */
  @Test
  void aBlockThatFailsInTheProofIsNamed() throws IOException {
    Block block =
        new SequentialBlock()
            .add(
                LambdaBlock.singleton(
                    a -> {
                      if (a.size(0) == 7) {
                        throw new IllegalStateException("seven are too many");
                      }
                      return a.neg();
                    }));
    OnnxExportException e =
        assertThrows(
            OnnxExportException.class,
            () ->
                OnnxExporter.builder()
                    .optEngine("PyTorch")
                    .build()
                    .export(block, folder.resolve("model.onnx"), new Shape(1, 4)));
    assertEquals(
        "the block itself fails with inputs of [(7, 4)], so nothing can be compared: seven are too"
            + " many",
        e.getMessage());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(), files.toList());
    }
  }

  @Test
  void uninitialisedBlockIsNamed() {
    Block block = Linear.builder().setUnits(3).build();
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                OnnxExporter.export(
                    block, new Shape[] {new Shape(1, 4)}, folder.resolve("model.onnx")));
    assertEquals("parameter weight has no values: initialise the block first", e.getMessage());
  }

  /** The path goes through parallel branches as well. */
  @Test
  void pathLeadsThroughBranches() {
    Block block =
        new SequentialBlock()
            .add(
                new ParallelBlock(
                    list -> list.get(0),
                    List.of(
                        Blocks.identityBlock(),
                        new SequentialBlock()
                            .add(LambdaBlock.singleton(NDArray::nonzero, "culprit")))));
    OnnxExportException e =
        assertThrows(
            OnnxExportException.class,
            () ->
                OnnxExporter.builder()
                    .optEngine("PyTorch")
                    .build()
                    .export(block, folder.resolve("model.onnx"), new Shape(1, 4)));
    assertEquals("SequentialBlock/01ParallelBlock/02SequentialBlock/01LambdaBlock", e.blockPath());
  }

  /** Only a fixed set of dimension names occurs. */
  @Test
  void dimensionsThatDependOnTheBatchAreNamed() throws IOException {
    Block block =
        new SequentialBlock()
            .add(LambdaBlock.singleton(a -> a.reshape(-1, 2).add(1).reshape(a.size(0), -1)));
    Path file = folder.resolve("model.onnx");
    OnnxExporter.builder().optEngine("PyTorch").build().export(block, file, new Shape(1, 6));
    Set<String> names = new TreeSet<>();
    for (ValueInfoProto value : read(file).getGraph().getValueInfoList()) {
      for (TensorShapeProto.Dimension d : value.getType().getTensorType().getShape().getDimList()) {
        names.add(d.getDimParam());
      }
    }
    assertEquals(Set.of("", "batch", "3*batch"), names);
  }
}
