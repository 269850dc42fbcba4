package io.github.flora.tensorflow;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.github.flora.tensorflow.core.CompiledFunction;
import io.github.flora.tensorflow.core.EagerEmitter;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.GraphEmitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.Tensor;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Writes a block's forward pass as TensorFlow's SavedModel, for TensorFlow Serving, for Python and
 * for DJL's own TensorFlow engine: a graph with the weights as constants and the signature {@code
 * serving_default}, from {@value #INPUT} to {@value #OUTPUT}. The first dimension is open; what was
 * written is carried out at other batch sizes and compared with the block before it counts.
 *
 * @see <a href="https://www.tensorflow.org/guide/saved_model">SavedModel</a>
 */
public final class SavedModelWriter {

  /** The name of the signature's input. */
  public static final String INPUT = "input";

  /** The name of the signature's output. */
  public static final String OUTPUT = "output";

  /**
   * The largest difference from the block that counts as rounding, relative to the largest number.
   */
  public static final double TOLERANCE = 1e-4;

  /** An unusual number, so that it can be told from a network's own sizes. */
  private static final int TRACED_BATCH = 89;

  private static final int[] TRIED_BATCHES = {1, 3, TRACED_BATCH};

  private SavedModelWriter() {}

  /**
   * How far the written model is from the block.
   *
   * @param maxAbsDiff the largest absolute difference over all batch sizes tried
   * @param maxRelDiff the same relative to the largest number of the block's output
   */
  public record Agreement(double maxAbsDiff, double maxRelDiff) {}

  /** The graph, and the names of its ends. */
  private record Written(GraphDef graph, String input, String output) {}

  /**
   * Writes the model beside its place and moves it there.
   *
   * @param manager of this engine, on the device of the weights
   * @param block the network, initialised; one float32 input, one output
   * @param input the input's dimensions without the batch, such as C×H×W
   * @param folder the folder to write, which must not be there yet
   * @return how well it agrees with the block
   * @throws IOException if it can't be written
   * @throws IllegalStateException if what was written doesn't agree, for instance because the
   *     network makes use of the number of images; nothing is left behind
   */
  public static Agreement write(NDManager manager, Block block, Shape input, Path folder)
      throws IOException {
    if (Files.exists(folder)) {
      throw new FileAlreadyExistsException(folder.toString());
    }
    TensorFlowManager owner = (TensorFlowManager) manager;
    Written written = graph(owner, block, input);
    Agreement agreement = check(owner, block, input, written);
    if (!(agreement.maxRelDiff <= TOLERANCE)) {
      throw new IllegalStateException(
          "the SavedModel differs from the model by %.2g of its largest number, more than %s"
              .formatted(agreement.maxRelDiff, TOLERANCE));
    }
    Path absolute = folder.toAbsolutePath();
    Path beside = absolute.resolveSibling(absolute.getFileName() + ".part");
    delete(beside);
    try {
      // Readers expect the folder even where all weights are constants.
      Files.createDirectories(beside.resolve("variables"));
      Files.write(beside.resolve("saved_model.pb"), model(written, input).toByteArray());
      Files.move(beside, absolute);
    } finally {
      delete(beside);
    }
    return agreement;
  }

  private static Written graph(TensorFlowManager owner, Block block, Shape input) {
    try (TensorFlowManager manager = owner.newSubManager(owner.getDevice());
        Trace trace = new Trace(owner.eager(), true)) {
      Shape shape = new Shape(TRACED_BATCH).addAll(input);
      Tensor placeholder = trace.graph().input(DataType.FLOAT32, shape, Layout.PLAIN);
      NDArray data = new TensorFlowArray(manager, new Cell(placeholder));
      NDArray output =
          block
              .forward(new ParameterStore(manager, false), new NDList(data), false)
              .singletonOrThrow();
      Emitter e = trace.graph();
      Tensor result = e.op("Identity").in(trace.read(((ArrayBase) output).cell())).one();
      String from = trace.graph().nameOf(placeholder);
      String to = trace.graph().nameOf(result);
      GraphDef open = OpenBatch.of(trace.graph().definition(), from, TRACED_BATCH);
      return new Written(open, from, to);
    }
  }

  private static Agreement check(
      TensorFlowManager owner, Block block, Shape input, Written written) {
    double largest = 0;
    double reference = 0;
    for (int batch : TRIED_BATCHES) {
      try (NDManager manager = owner.newSubManager()) {
        NDArray data = manager.randomNormal(new Shape(batch).addAll(input));
        float[] expected =
            block
                .forward(new ParameterStore(manager, false), new NDList(data), false)
                .singletonOrThrow()
                .toFloatArray();
        float[] found = run(owner, written, (ArrayBase) data);
        if (found.length != expected.length) {
          throw new IllegalStateException(
              "the network depends on the number of images, which a SavedModel leaves open");
        }
        for (int i = 0; i < found.length; i++) {
          largest = Math.max(largest, Math.abs(found[i] - (double) expected[i]));
          reference = Math.max(reference, Math.abs(expected[i]));
        }
      }
    }
    return new Agreement(largest, reference == 0 ? largest : largest / reference);
  }

  private static float[] run(TensorFlowManager owner, Written written, ArrayBase data) {
    EagerEmitter eager = owner.eager();
    try (GraphEmitter graph = new GraphEmitter()) {
      graph.add(written.graph);
      Tensor in = graph.named(written.input, DataType.FLOAT32, data.getShape());
      graph.addInput(in);
      Tensor out = graph.named(written.output, DataType.FLOAT32, new Shape());
      try (CompiledFunction function =
          new CompiledFunction(eager, "savedModel", graph, new Tensor[] {out})) {
        return eager.framed(
            () -> {
              Tensor result = function.call(data.value())[0];
              try (NDArray array = new TensorFlowArray(owner, new Cell(result))) {
                return array.toFloatArray();
              }
            });
      }
    }
  }

  private static SavedModel model(Written written, Shape input) {
    SignatureDef signature =
        SignatureDef.newBuilder()
            .setMethodName("tensorflow/serving/predict")
            .putInputs(INPUT, info(written.input, new Shape(-1).addAll(input)))
            .putOutputs(
                OUTPUT,
                TensorInfo.newBuilder()
                    .setName(written.output + ":0")
                    .setDtype(org.tensorflow.proto.DataType.DT_FLOAT)
                    .setTensorShape(TensorShapeProto.newBuilder().setUnknownRank(true))
                    .build())
            .build();
    MetaGraphDef graph =
        MetaGraphDef.newBuilder()
            .setMetaInfoDef(
                MetaGraphDef.MetaInfoDef.newBuilder()
                    .addTags("serve")
                    .setTensorflowVersion(TensorFlowEngine.version()))
            .setGraphDef(written.graph)
            .putSignatureDef("serving_default", signature)
            .build();
    return SavedModel.newBuilder().setSavedModelSchemaVersion(1).addMetaGraphs(graph).build();
  }

  private static TensorInfo info(String node, Shape shape) {
    TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
    for (long dim : shape.getShape()) {
      dims.addDim(TensorShapeProto.Dim.newBuilder().setSize(dim));
    }
    return TensorInfo.newBuilder()
        .setName(node + ":0")
        .setDtype(org.tensorflow.proto.DataType.DT_FLOAT)
        .setTensorShape(dims)
        .build();
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> walk = Files.walk(folder)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.delete(path);
    }
  }
}
