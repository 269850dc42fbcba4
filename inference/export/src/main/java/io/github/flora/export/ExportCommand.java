package io.github.flora.export;

import ai.djl.engine.Engine;
import io.github.flora.engine.Engines;
import io.github.flora.onnx.ExportReport;
import io.github.flora.onnx.OnnxExportException;
import io.github.flora.tensorflow.SavedModelWriter;
import io.github.flora.trainer.cli.FloraCommand;
import io.github.flora.trainer.cli.UsageException;
import io.github.flora.trainer.run.RunException;
import io.github.flora.trainer.run.RunFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flora export}: writes a run's model for other programs. */
@Command(
    name = "export",
    description =
        "Write a trained model as ONNX, proven in ONNX Runtime, as SavedModel or as safetensors.",
    sortOptions = false)
public final class ExportCommand implements FloraCommand {

  @Spec private @Nullable CommandSpec spec;

  @Parameters(index = "0", paramLabel = "RUN", description = "The run folder that train printed.")
  private Path run = Path.of(".");

  /** What a run can be written as; its name is what stands on the command line. */
  enum Format {
    /** The network as a graph. */
    ONNX,
    /** TensorFlow's format. */
    SAVEDMODEL,
    /** The weights alone. */
    SAFETENSORS
  }

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "onnx",
      description =
          "onnx; savedmodel for TensorFlow; or safetensors with torchvision's names where it has"
              + " them (default: ${DEFAULT-VALUE}).")
  private Format format = Format.ONNX;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description =
          "File to write, of a SavedModel a folder that isn't there yet (default in the run folder:"
              + " model.onnx, savedmodel or weights.safetensors). An ONNX file that doesn't agree with"
              + " the model is kept as FILE.rejected.")
  private @Nullable Path output;

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description = "Engine to trace on (default: the one that trained).")
  private @Nullable String engine;

  @Option(
      names = "--preprocessing",
      description =
          "Build the normalisation in: the file takes pixels, uint8 N×H×W×C, instead of numbers.")
  private boolean preprocessing;

  @Option(names = "--softmax", description = "End with probabilities instead of logits.")
  private boolean softmax;

  @Option(
      names = "--fold-batch-norm",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description =
          "Fold batch normalisation into the convolution before it (default: ${DEFAULT-VALUE}).")
  private boolean foldBatchNorm = true;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    if (format != Format.ONNX && (preprocessing || softmax || !foldBatchNorm)) {
      throw new UsageException(
          "--preprocessing, --softmax and --fold-batch-norm are for --format onnx: safetensors holds"
              + " the weights alone, a SavedModel the network as it is",
          null);
    }
    if (format == Format.SAVEDMODEL
        && engine != null
        && !engine.equalsIgnoreCase(RunExport.SAVED_MODEL_ENGINE)) {
      throw new UsageException(
          "a SavedModel is written by %s, not by %s: leave --engine out"
              .formatted(RunExport.SAVED_MODEL_ENGINE, engine),
          null);
    }
    try (RunFolder folder = RunFolder.open(run)) {
      String name =
          RunExport.engine(
              folder.info(), format == Format.SAVEDMODEL ? RunExport.SAVED_MODEL_ENGINE : engine);
      Engines.choose(name);
      if (format == Format.ONNX) {
        onnx(folder, name, out);
      } else if (format == Format.SAVEDMODEL) {
        savedModel(folder, out);
      } else {
        safetensors(folder, name, out);
      }
      out.flush();
    }
    return 0;
  }

  private void onnx(RunFolder folder, String name, PrintWriter out) throws IOException {
    Path file = output == null ? RunExport.onnxFile(folder) : output;
    ExportReport report;
    try {
      report =
          RunExport.onnx(
              folder, file, name, new RunExport.OnnxOptions(preprocessing, softmax, foldBatchNorm));
    } catch (OnnxExportException e) {
      throw new RunException(folder.root() + ": " + e.getMessage(), e);
    }
    folder.record("export", RunExport.Entry.of(folder, report));
    out.printf(
        "%s, trained on %s, traced on %s %s%n",
        folder.info().recipe(),
        folder.info().engine().name(),
        name,
        Engine.getEngine(name).getVersion());
    out.printf(
        Locale.ROOT,
        "graph       %,d operations, %,d parameters, opset %d%s%n",
        report.nodes(),
        report.parameters(),
        report.opset(),
        report.foldedBatchNorms() == 0
            ? ""
            : ", %d batch normalisations folded".formatted(report.foldedBatchNorms()));
    out.printf("agreement   %s%n", report.agreement());
    out.printf(
        Locale.ROOT,
        "wrote       %s, %.1f MB, in %.1f s%n",
        file,
        Files.size(file) / 1e6,
        report.seconds());
  }

  private void savedModel(RunFolder folder, PrintWriter out) throws IOException {
    Path target = output == null ? folder.root().resolve("savedmodel") : output;
    SavedModelWriter.Agreement agreement = RunExport.savedModel(folder, target);
    out.printf(
        Locale.ROOT,
        "agreement   largest difference %.1e, %.1e of the largest output (batches of 1, 3 and 89)%n",
        agreement.maxAbsDiff(),
        agreement.maxRelDiff());
    out.printf("wrote       %s, signature serving_default%n", target);
  }

  private void safetensors(RunFolder folder, String name, PrintWriter out) throws IOException {
    Path file = output == null ? folder.root().resolve("weights.safetensors") : output;
    long parameters = RunExport.safetensors(folder, file, name);
    out.printf(
        Locale.ROOT,
        "wrote %s, %.1f MB, %,d parameters, read back and equal%n",
        file,
        Files.size(file) / 1e6,
        parameters);
  }
}
