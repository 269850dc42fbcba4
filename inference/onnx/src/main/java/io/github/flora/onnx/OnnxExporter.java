package io.github.flora.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.onnx.proto.OnnxMl.ModelProto;
import io.github.flora.onnx.graph.Graph;
import io.github.flora.onnx.graph.ModelWriter;
import io.github.flora.onnx.graph.OnnxVersion;
import io.github.flora.onnx.graph.Passes;
import io.github.flora.onnx.graph.SymbolicBatch;
import io.github.flora.onnx.trace.BlockTracer;
import io.github.flora.onnx.trace.Tracer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes DJL blocks as ONNX. The block runs forward, in inference mode, with arrays that record
 * what is done to them; the file is then run in ONNX Runtime and compared with the block.
 *
 * <pre>
 * OnnxExporter.export(block, new Shape[] {new Shape(1, 3, 224, 224)}, Path.of("model.onnx"));
 * </pre>
 *
 * <p>Every input's and output's first dimension is the batch; the file takes any batch size,
 * whatever stands there in the shapes. What can't be expressed in ONNX stops the export with an
 * {@link OnnxExportException} that names the operation, where it is, and what to do.
 */
public final class OnnxExporter {

  /** Batch sizes of the two traces; whatever differs between them depends on the batch. */
  private static final int[] TRACED = {2, 5};

  /** Further batch sizes of the proof, so that no size is right by chance. */
  private static final int[] PROVEN = {1, 7};

  private final Builder options;

  private OnnxExporter(Builder options) {
    this.options = options;
  }

  /**
   * Exports with all defaults.
   *
   * @param block an initialised block of any engine
   * @param inputShapes shape of each input, batch included
   * @param file where to write; replaced at the end, and only by a file that agrees with the block
   * @return what was written and how it compares
   * @throws OnnxExportException if the block can't be exported, or the file says something else; it
   *     is kept beside, with {@code .rejected} after its name
   * @throws IOException if the file can't be written
   */
  public static ExportReport export(Block block, Shape[] inputShapes, Path file)
      throws IOException {
    return builder().build().export(block, file, inputShapes);
  }

  /**
   * Begins to set options.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Exports a block whose inputs are 32-bit numbers; the trace takes random ones.
   *
   * @param block an initialised block of any engine
   * @param file where to write
   * @param inputShapes shape of each input, batch included; with {@link Builder#optImageInput} that
   *     of the pixels, N×H×W×C
   * @return what was written and how it compares
   * @throws OnnxExportException as {@link #export(Block, Shape[], Path)}
   * @throws IOException if the file can't be written
   */
  public ExportReport export(Block block, Path file, Shape... inputShapes) throws IOException {
    if (inputShapes.length == 0) {
      throw new IllegalArgumentException("a block needs at least one input shape");
    }
    return export(block, file, randomBatches(inputShapes));
  }

  /**
   * Exports a block with inputs of one's own, for types and values that random numbers don't fit.
   *
   * @param block an initialised block of any engine
   * @param file where to write
   * @param inputs makes the inputs of the trace and of the proof
   * @return what was written and how it compares
   * @throws OnnxExportException as {@link #export(Block, Shape[], Path)}
   * @throws IOException if the file can't be written
   */
  public ExportReport export(Block block, Path file, BatchSource inputs) throws IOException {
    long start = System.nanoTime();
    Map<Parameter, String> names = parameterNames(block);
    try (NDManager manager = newManager(names)) {
      Graph graph;
      int folded;
      int nodes;
      long parameters;
      ModelProto model;
      try (Tracer tracer = new Tracer(manager, names);
          Tracer other = new Tracer(manager, names)) {
        graph = trace(tracer, block, inputs, TRACED[0]);
        SymbolicBatch.apply(graph, TRACED[0], trace(other, block, inputs, TRACED[1]), TRACED[1]);
        folded = options.foldBatchNorm ? Passes.foldBatchNorm(graph) : 0;
        Passes.removeUnused(graph);
        nodes = graph.nodes().size();
        parameters =
            graph.initializers().keySet().stream()
                .filter(value -> value.type().isFloating())
                .mapToLong(value -> value.shape().size())
                .sum();
        model =
            ModelWriter.write(
                graph,
                options.graphName,
                new ModelWriter.Producer(options.producer, options.producerVersion),
                options.metadata.toProperties());
        VerifiedFile target = new VerifiedFile(file);
        Agreement agreement =
            target.write(
                model, options.tolerance, session -> prove(session, manager, block, inputs));
        double seconds = (System.nanoTime() - start) / 1e9;
        return new ExportReport(
            file, OnnxVersion.OPSET, nodes, parameters, folded, agreement, seconds);
      }
    }
  }

  private Graph trace(Tracer tracer, Block block, BatchSource inputs, int size) {
    NDList real = inputs.batch(tracer.engineManager(), size);
    NDList traced = new NDList();
    for (int i = 0; i < real.size(); i++) {
      if (real.get(i).getShape().dimension() == 0 || real.get(i).getShape().get(0) != size) {
        throw new IllegalArgumentException(
            "input %d has shape %s, but its first dimension must be the batch of %d"
                .formatted(i, real.get(i).getShape(), size));
      }
      traced.add(tracer.input(name(options.inputNames, i, real.size(), "input"), real.get(i)));
    }
    NDList outputs = after(new BlockTracer(tracer).forward(block, before(traced)));
    for (int i = 0; i < outputs.size(); i++) {
      tracer.output(name(options.outputNames, i, outputs.size(), "output"), outputs.get(i));
    }
    return tracer.graph();
  }

  private static String name(List<String> given, int index, int count, String plain) {
    if (index < given.size()) {
      return given.get(index);
    }
    return count == 1 ? plain : plain + index;
  }

  /** What the graph does before the block. */
  private NDList before(NDList inputs) {
    ImageInput image = options.imageInput;
    return image == null ? inputs : new NDList(image.apply(inputs.singletonOrThrow()));
  }

  /** What the graph does after the block. */
  private NDList after(NDList outputs) {
    return options.softmax ? new NDList(outputs.singletonOrThrow().softmax(-1)) : outputs;
  }

  private Agreement prove(OnnxSession session, NDManager manager, Block block, BatchSource inputs) {
    Proof proof = new Proof(session);
    for (int size : new int[] {TRACED[0], PROVEN[0], PROVEN[1]}) {
      try (NDManager scope = manager.newSubManager()) {
        NDList batch = inputs.batch(scope, size);
        ParameterStore parameters = new ParameterStore(scope, false);
        // Blocks may add to the list that they get.
        NDList expected = after(block.forward(parameters, before(new NDList(batch)), false));
        proof.compare(batch, expected);
      }
    }
    return proof.agreement();
  }

  private NDManager newManager(Map<Parameter, String> names) {
    for (Parameter parameter : names.keySet()) {
      return parameter.getArray().getManager().newSubManager();
    }
    return NDManager.newBaseManager(options.engine);
  }

  private Map<Parameter, String> parameterNames(Block block) {
    Map<Parameter, String> result = new HashMap<>();
    options
        .parameterNames
        .apply(block)
        .forEach(
            (name, parameter) -> {
              if (!parameter.isInitialized()) {
                throw new IllegalArgumentException(
                    "parameter " + name + " has no values: initialise the block first");
              }
              result.putIfAbsent(parameter, name);
            });
    return result;
  }

  private BatchSource randomBatches(Shape... shapes) {
    DataType type = options.imageInput == null ? DataType.FLOAT32 : DataType.UINT8;
    return (manager, size) -> {
      NDList result = new NDList();
      for (int i = 0; i < shapes.length; i++) {
        long[] dims = shapes[i].getShape().clone();
        dims[0] = size;
        Shape shape = new Shape(dims);
        Random random = new Random(options.seed + 31L * i + size);
        result.add(
            type == DataType.UINT8
                ? randomPixels(manager, shape, random)
                : randomNumbers(manager, shape, random));
      }
      return result;
    };
  }

  private static NDArray randomNumbers(NDManager manager, Shape shape, Random random) {
    float[] values = new float[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return manager.create(values, shape);
  }

  private static NDArray randomPixels(NDManager manager, Shape shape, Random random) {
    byte[] values = new byte[Math.toIntExact(shape.size())];
    random.nextBytes(values);
    return manager.create(ByteBuffer.wrap(values), shape, DataType.UINT8);
  }

  /** Options of an export, all with defaults. */
  public static final class Builder {

    private Function<Block, ? extends Map<String, Parameter>> parameterNames = DefaultNames::of;
    private List<String> inputNames = List.of();
    private List<String> outputNames = List.of();
    private String graphName = "block";
    private String producer = "DJL ONNX export";
    private String producerVersion = "";
    private OnnxMetadata metadata = OnnxMetadata.NONE;
    private boolean foldBatchNorm = true;
    private boolean softmax;
    private @Nullable ImageInput imageInput;
    private double tolerance = 1e-4;
    private long seed = 1;
    private @Nullable String engine;

    private Builder() {}

    /**
     * Sets the names of parameters; the names of initializers are these.
     *
     * @param names gives every parameter of a block by a unique name; the default is the keys of
     *     children from the root down and the parameter's own name, joined with dots
     * @return this
     */
    public Builder optParameterNames(Function<Block, ? extends Map<String, Parameter>> names) {
      parameterNames = names;
      return this;
    }

    /**
     * Names the inputs.
     *
     * @param names a name for each; the default is {@code input}, or {@code input0}, {@code
     *     input1}, …
     * @return this
     */
    public Builder optInputNames(String... names) {
      inputNames = List.of(names);
      return this;
    }

    /**
     * Names the outputs.
     *
     * @param names a name for each; the default is {@code output}, or {@code output0}, {@code
     *     output1}, …
     * @return this
     */
    public Builder optOutputNames(String... names) {
      outputNames = List.of(names);
      return this;
    }

    /**
     * Names the graph.
     *
     * @param name the name, {@code block} by default
     * @return this
     */
    public Builder optGraphName(String name) {
      graphName = name;
      return this;
    }

    /**
     * Says which program makes the file.
     *
     * @param name the program's name
     * @param version its version
     * @return this
     */
    public Builder optProducer(String name, String version) {
      producer = name;
      producerVersion = version;
      return this;
    }

    /**
     * Sets what the file says about itself.
     *
     * @param metadata labels, normalisation, where it comes from; nothing by default
     * @return this
     */
    public Builder optMetadata(OnnxMetadata metadata) {
      this.metadata = metadata;
      return this;
    }

    /**
     * Chooses whether batch normalisation goes into the convolution before it.
     *
     * @param fold true by default: fewer operations, the same values but for rounding
     * @return this
     */
    public Builder optFoldBatchNorm(boolean fold) {
      foldBatchNorm = fold;
      return this;
    }

    /**
     * Chooses whether the graph ends with a softmax over the last dimension.
     *
     * @param softmax false by default: the output is the block's
     * @return this
     */
    public Builder optSoftmax(boolean softmax) {
      this.softmax = softmax;
      return this;
    }

    /**
     * Makes the graph take pixels, N×H×W×C of type uint8, and normalise them itself.
     *
     * @param image the normalisation
     * @return this
     */
    public Builder optImageInput(ImageInput image) {
      imageInput = image;
      return this;
    }

    /**
     * Sets how far the file may be from the block.
     *
     * @param tolerance largest difference as a share of the largest output, 1e-4 by default
     * @return this
     */
    public Builder optTolerance(double tolerance) {
      if (!(tolerance >= 0)) {
        throw new IllegalArgumentException("tolerance must be at least 0, not " + tolerance);
      }
      this.tolerance = tolerance;
      return this;
    }

    /**
     * Sets the seed of random inputs.
     *
     * @param seed the seed, 1 by default
     * @return this
     */
    public Builder optSeed(long seed) {
      this.seed = seed;
      return this;
    }

    /**
     * Chooses the engine for a block without parameters; others are traced on their parameters'.
     *
     * @param engine the engine's name, DJL's default one if it isn't set
     * @return this
     */
    public Builder optEngine(String engine) {
      this.engine = engine;
      return this;
    }

    /**
     * Makes the exporter.
     *
     * @return the exporter, which can be used for any number of blocks
     */
    public OnnxExporter build() {
      return new OnnxExporter(this);
    }
  }
}
