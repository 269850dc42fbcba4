package io.github.flora.export;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import com.google.gson.annotations.SerializedName;
import io.github.flora.data.Normalization;
import io.github.flora.engine.EngineException;
import io.github.flora.engine.Engines;
import io.github.flora.models.ParameterNames;
import io.github.flora.models.Weights;
import io.github.flora.onnx.ExportReport;
import io.github.flora.onnx.ImageInput;
import io.github.flora.onnx.OnnxExporter;
import io.github.flora.onnx.OnnxMetadata;
import io.github.flora.tensorflow.SavedModelWriter;
import io.github.flora.tensorflow.core.NotCompilableException;
import io.github.flora.trainer.Versions;
import io.github.flora.trainer.run.ModelInfo;
import io.github.flora.trainer.run.RunException;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.RunInfo;
import io.github.flora.trainer.run.TrainedModel;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Writes the best weights of a run for other programs. */
final class RunExport {

  /** Keys of our own in the file's metadata. */
  static final String MARGIN = "margin";

  static final String RESIZE = "resize";

  static final String NETWORK = "network";

  /** The engine whose format SavedModel is. */
  static final String SAVED_MODEL_ENGINE = "TensorFlow";

  private RunExport() {}

  /**
   * What goes into the graph beside the network.
   *
   * @param preprocessing whether it takes pixels and normalises them
   * @param softmax whether it ends with probabilities
   * @param foldBatchNorm whether batch normalisation goes into convolutions
   */
  record OnnxOptions(boolean preprocessing, boolean softmax, boolean foldBatchNorm) {
    static final OnnxOptions DEFAULT = new OnnxOptions(false, false, true);
  }

  /** What {@code run.json} says of an export. */
  record Entry(
      String file,
      int opset,
      double maxAbsDiff,
      double maxRelDiff,
      @SerializedName("top1_agreement") double top1Agreement) {

    static Entry of(RunFolder folder, ExportReport report) {
      Path root = folder.root().toAbsolutePath().normalize();
      Path file = report.file().toAbsolutePath().normalize();
      return new Entry(
          (file.startsWith(root) ? root.relativize(file) : file).toString(),
          report.opset(),
          report.agreement().maxAbsoluteDifference(),
          report.agreement().maxRelativeDifference(),
          report.agreement().top1Agreement());
    }
  }

  /** Where the run's ONNX file belongs. */
  static Path onnxFile(RunFolder folder) {
    return folder.root().resolve("model.onnx");
  }

  /**
   * The engine to trace on.
   *
   * @param wanted an engine's name, or null for the one that trained, else the default
   */
  static String engine(RunInfo info, @Nullable String wanted) {
    if (wanted != null) {
      return Engines.choose(wanted);
    }
    String trained = info.engine().name();
    return Engines.available().contains(trained) && Engines.support(trained).isPresent()
        ? trained
        : Engines.DEFAULT;
  }

  /** Writes a SavedModel on TensorFlow's engine, whichever trained, and compares it. */
  static SavedModelWriter.Agreement savedModel(RunFolder folder, Path target) throws IOException {
    ModelInfo.Input input = folder.model().input();
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), SAVED_MODEL_ENGINE)) {
      return SavedModelWriter.write(
          manager,
          TrainedModel.loadBlock(folder, null, manager),
          new Shape(input.channels(), input.height(), input.width()),
          target);
    } catch (FileAlreadyExistsException e) {
      throw new RunException(target + " is there already: remove it or name another --output", e);
    } catch (IllegalStateException | NotCompilableException e) {
      throw new RunException(folder.root() + ": " + e.getMessage(), e);
    }
  }

  /** Writes ONNX, proves it, and records that in the run. */
  static ExportReport onnx(RunFolder folder, Path file, String engine, OnnxOptions options)
      throws IOException {
    RunInfo info = folder.info();
    ModelInfo model = folder.model();
    if (Engines.support(engine).isEmpty()) {
      throw new EngineException(
          "the engine %s runs no DJL blocks, so nothing can be traced on it: take %s"
              .formatted(engine, Engines.DEFAULT));
    }
    ModelInfo.Input input = model.input();
    ImageInput image = image(model.normalization());
    OnnxExporter.Builder builder =
        OnnxExporter.builder()
            .optParameterNames(ParameterNames::of)
            .optProducer("Flora", Versions.flora())
            .optGraphName(info.recipe())
            .optInputNames("input")
            .optOutputNames(options.softmax() ? "probabilities" : "logits")
            .optMetadata(metadata(info, model, options))
            .optSoftmax(options.softmax())
            .optFoldBatchNorm(options.foldBatchNorm());
    if (options.preprocessing()) {
      builder.optImageInput(image);
    }
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), engine)) {
      Block block = TrainedModel.loadBlock(folder, null, manager);
      Shape shape =
          options.preprocessing()
              ? new Shape(1, input.height(), input.width(), input.channels())
              : new Shape(1, input.channels(), input.height(), input.width());
      return builder.build().export(block, file, shape);
    }
  }

  private static OnnxMetadata metadata(RunInfo info, ModelInfo model, OnnxOptions options) {
    Map<String, String> more = new TreeMap<>();
    more.put(NETWORK, model.network());
    more.put(MARGIN, Integer.toString(model.margin()));
    if (model.resize() != null) {
      more.put(RESIZE, model.resize().toString());
    }
    more.put("output", options.softmax() ? "probabilities" : "logits");
    RunInfo.Result result = info.result();
    return new OnnxMetadata(
        model.labels(),
        image(model.normalization()),
        info.recipe(),
        info.data().name(),
        info.engine().name() + " " + info.engine().version(),
        result == null || Double.isNaN(result.testAccuracy()) ? null : result.testAccuracy(),
        more);
  }

  private static ImageInput image(Normalization normalization) {
    return new ImageInput(list(normalization.mean()), list(normalization.std()));
  }

  private static List<Float> list(float[] values) {
    return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
  }

  /** Writes safetensors under torchvision's names where it has them, and reads them back. */
  static long safetensors(RunFolder folder, Path file, String engine) throws IOException {
    RunInfo info = folder.info();
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), engine)) {
      Block block = TrainedModel.loadBlock(folder, null, manager);
      Weights.save(
          block,
          file,
          Map.of("format", "pt", "recipe", info.recipe(), "network", folder.model().network()));
      Block again = TrainedModel.loadBlock(folder, null, manager);
      Weights.load(again, file);
      Map<String, Parameter> written = ParameterNames.of(block);
      long parameters = 0;
      for (Map.Entry<String, Parameter> entry : ParameterNames.of(again).entrySet()) {
        NDArray array = entry.getValue().getArray();
        Parameter original = written.get(entry.getKey());
        if (original == null || !array.contentEquals(original.getArray())) {
          throw new IOException(
              "%s: %s isn't what was written: is the disk sound?".formatted(file, entry.getKey()));
        }
        parameters += array.size();
      }
      return parameters;
    }
  }
}
