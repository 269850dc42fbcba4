package io.github.flora.trainer.cli;

import io.github.flora.data.DataRequest;
import io.github.flora.data.ImageSet;
import io.github.flora.data.PhotoOptions;
import io.github.flora.trainer.run.ModelInfo;
import io.github.flora.trainer.run.RunInfo;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Options of every command that asks a trained model about its data set. */
final class RunOptions {

  @Parameters(
      index = "0",
      paramLabel = "RUN",
      description = "The run folder that train printed, or an ONNX file that export wrote.")
  private Path run = Path.of(".");

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder of the data set's files (default: where training found them).")
  private @Nullable Path data;

  /** What the command asks. */
  Subject subject(EngineOptions engines) throws IOException {
    return Subject.of(run, data, engines);
  }

  static DataRequest request(RunInfo info, @Nullable Path data, PhotoOptions photos) {
    // A folder is recorded with its whole path; what isn't one came from elsewhere or was drawn.
    Path origin = Path.of(info.data().origin());
    Path folder = data == null && origin.isAbsolute() ? origin : data;
    return new DataRequest(info.data().name(), folder, false, TrainCommand.SYNTHETIC_SEED, photos);
  }

  /** How photographs become what a model takes. */
  static PhotoOptions photos(ModelInfo model) {
    int size = model.input().height();
    Integer resize = model.resize();
    PhotoOptions usual = PhotoOptions.DEFAULT;
    return resize == null
        ? usual
        : new PhotoOptions(size, (double) size / resize, usual.strict(), usual.cacheMegabytes());
  }

  /** Images as the model takes them. */
  static ImageSet fit(ImageSet images, ModelInfo model) {
    return model.margin() == 0 ? images : images.padded(model.margin());
  }
}
