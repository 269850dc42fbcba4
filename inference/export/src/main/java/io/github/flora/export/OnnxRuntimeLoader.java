package io.github.flora.export;

import ai.djl.Device;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.github.flora.data.ImageSet;
import io.github.flora.data.Normalization;
import io.github.flora.engine.Engines;
import io.github.flora.models.NetworkOptions;
import io.github.flora.onnx.ExportReport;
import io.github.flora.onnx.ImageInput;
import io.github.flora.onnx.OnnxExportException;
import io.github.flora.onnx.OnnxFileException;
import io.github.flora.onnx.OnnxHeader;
import io.github.flora.onnx.OnnxMetadata;
import io.github.flora.onnx.OnnxModel;
import io.github.flora.onnx.OnnxSession;
import io.github.flora.trainer.Predictions;
import io.github.flora.trainer.run.ModelFile;
import io.github.flora.trainer.run.ModelInfo;
import io.github.flora.trainer.run.ModelLoader;
import io.github.flora.trainer.run.RunException;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.TrainedModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs {@code .onnx} files, and run folders by way of one, in ONNX Runtime. */
public final class OnnxRuntimeLoader implements ModelLoader {

  /** Made by the service loader. */
  public OnnxRuntimeLoader() {
    // DJL gives ONNX Runtime's arrays another engine to compute with; we don't compute with them,
    // and loading PyTorch for it would take longer than answering.
    System.setProperty("ai.djl.onnx.disable_alternative", "true");
  }

  @Override
  public String engine() {
    return OnnxSession.ENGINE;
  }

  @Override
  public boolean reads(Path file) {
    return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).endsWith(".onnx")
        && !Files.isDirectory(file);
  }

  @Override
  public ModelFile describe(Path file) throws IOException {
    OnnxHeader header = OnnxHeader.read(file);
    OnnxModel.Input input = OnnxModel.input(file, header);
    OnnxMetadata metadata = OnnxModel.metadata(file, header);
    List<String> labels = OnnxModel.labels(file, header, metadata);
    String margin = metadata.more().getOrDefault(RunExport.MARGIN, "0");
    if (!margin.matches("[0-9]{1,4}")
        || 2 * Integer.parseInt(margin) >= Math.min(input.height(), input.width())) {
      throw new OnnxFileException(file, "margin in the metadata is no number of pixels: " + margin);
    }
    return new ModelFile(
        file,
        metadata.recipe() == null ? String.valueOf(file.getFileName()) : metadata.recipe(),
        metadata.engine(),
        metadata.data(),
        new ModelInfo(
            metadata.more().getOrDefault(RunExport.NETWORK, "unknown"),
            NetworkOptions.of(labels.size()),
            new ModelInfo.Input(input.channels(), input.height(), input.width()),
            Integer.parseInt(margin),
            resize(file, metadata, input),
            normalization(metadata, input.channels()),
            labels));
  }

  private static @Nullable Integer resize(Path file, OnnxMetadata metadata, OnnxModel.Input input)
      throws OnnxFileException {
    String resize = metadata.more().get(RunExport.RESIZE);
    if (resize == null) {
      return null;
    }
    if (!resize.matches("[0-9]{1,5}")
        || Integer.parseInt(resize) < Math.max(input.height(), input.width())) {
      throw new OnnxFileException(file, "resize in the metadata is no number of pixels: " + resize);
    }
    return Integer.valueOf(resize);
  }

  private static Normalization normalization(OnnxMetadata metadata, int channels) {
    ImageInput image = metadata.input();
    float[] mean = new float[channels];
    float[] std = new float[channels];
    for (int c = 0; c < channels; c++) {
      mean[c] = image == null ? 0 : image.mean().get(c);
      std[c] = image == null ? 1 : image.std().get(c);
    }
    return Normalization.of(mean, std);
  }

  @Override
  public TrainedModel load(ModelFile file, Device device, int threads) throws IOException {
    return load(file.path(), file.info(), device, threads);
  }

  /** The file in the folder, if it is younger than the weights; else one is exported first. */
  @Override
  public TrainedModel load(RunFolder folder, Device device, int threads) throws IOException {
    Path file = RunExport.onnxFile(folder);
    if (!current(folder, file)) {
      export(folder, file);
    }
    return load(file, describe(file).info(), device, threads);
  }

  private void export(RunFolder folder, Path file) throws IOException {
    String tracing = RunExport.engine(folder.info(), null);
    // Some of DJL's blocks work out their shapes on the process's default engine, and this one
    // can't compute.
    Engines.choose(tracing);
    try {
      ExportReport report = RunExport.onnx(folder, file, tracing, RunExport.OnnxOptions.DEFAULT);
      folder.record("export", RunExport.Entry.of(folder, report));
    } catch (OnnxExportException e) {
      throw new RunException(folder.root() + ": " + e.getMessage(), e);
    } finally {
      Engines.choose(engine());
    }
  }

  private static boolean current(RunFolder folder, Path file) throws IOException {
    return Files.isRegularFile(file)
        && (!Files.exists(folder.weights())
            || Files.getLastModifiedTime(file)
                    .compareTo(Files.getLastModifiedTime(folder.weights()))
                >= 0);
  }

  private static TrainedModel load(Path file, ModelInfo info, Device device, int threads)
      throws IOException {
    try (SessionOptions waiting = new SessionOptions()) {
      // Threads that spin between two batches take the cores from what decodes and answers.
      waiting.addConfigEntry("session.intra_op.allow_spinning", "0");
      OnnxModel model =
          OnnxModel.open(
              file, new OnnxSession.Options(device, threads, Map.of("sessionOptions", waiting)));
      boolean probabilities = "probabilities".equals(model.metadata().more().get("output"));
      return new TrainedModel(info, new Answers(model, probabilities));
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime doesn't know its own settings", e);
    }
  }

  /**
   * Answers from a file.
   *
   * @param probabilities whether the graph ends with softmax; logits are its logarithms then, which
   *     differ from the network's by a number that is the same for all classes
   */
  private record Answers(OnnxModel model, boolean probabilities) implements TrainedModel.Answers {

    @Override
    public Predictions predict(ImageSet images, int batchSize) {
      long start = System.nanoTime();
      float[] all = new float[0];
      int classes = 0;
      int size = model.input().size();
      ByteBuffer bytes = ByteBuffer.allocate(size * batchSize);
      for (int from = 0; from < images.size(); from += batchSize) {
        int count = Math.min(batchSize, images.size() - from);
        if (count * size != bytes.capacity()) {
          bytes = ByteBuffer.allocate(count * size);
        }
        bytes.clear();
        for (int i = 0; i < count; i++) {
          images.copyPixels(from + i, bytes);
        }
        float[] part = model.logits(bytes.array(), count);
        if (from == 0) {
          classes = part.length / count;
          all = new float[images.size() * classes];
        }
        System.arraycopy(part, 0, all, from * classes, part.length);
      }
      if (probabilities) {
        for (int i = 0; i < all.length; i++) {
          all[i] = (float) Math.log(Math.max(all[i], Float.MIN_NORMAL));
        }
      }
      return new Predictions(all, classes, (System.nanoTime() - start) / 1e9);
    }

    @Override
    public void close() {
      model.close();
    }
  }
}
