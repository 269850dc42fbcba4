package io.github.flora.onnx;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import io.github.flora.onnx.graph.ModelWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

  private final ExportOptions options;

  private OnnxExporter(ExportOptions options) {
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
    return export(
        block, file, new RandomBatches(inputShapes, options.imageInput() != null, options.seed()));
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
    return new BlockExport(block, inputs, options).run(file);
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
      return new OnnxExporter(
          new ExportOptions(
              parameterNames,
              inputNames,
              outputNames,
              graphName,
              new ModelWriter.Producer(producer, producerVersion),
              metadata,
              foldBatchNorm,
              softmax,
              imageInput,
              tolerance,
              seed,
              engine));
    }
  }
}
