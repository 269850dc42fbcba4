package io.github.flora.bench.measure;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.github.flora.data.Normalization;
import io.github.flora.engine.Engines;
import io.github.flora.models.Network;
import io.github.flora.models.NetworkOptions;
import io.github.flora.models.Networks;
import io.github.flora.models.Weights;
import io.github.flora.trainer.Hyperparameters;
import io.github.flora.trainer.Versions;
import io.github.flora.trainer.cli.Main;
import io.github.flora.trainer.run.ModelFile;
import io.github.flora.trainer.run.ModelInfo;
import io.github.flora.trainer.run.ModelLoader;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.RunInfo;
import io.github.flora.trainer.run.TrainedModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Brings a model into the forms that the engines take, all with the same weights. */
final class Preparer {

  /** From this size on a network is for photographs, and for as many classes as ImageNet has. */
  private static final int PHOTO = 200;

  private final Job.Preparation job;
  private final Path folder;

  Preparer(Job.Preparation job) {
    this.job = job;
    this.folder = Path.of(job.work(), "run");
  }

  Prepared prepare() throws IOException {
    Engines.choose(job.engine());
    Files.createDirectories(Path.of(job.work()));
    if (job.run() != null) {
      for (ModelLoader loader : ServiceLoader.load(ModelLoader.class)) {
        if (loader.reads(Path.of(job.run()))) {
          return file(loader.describe(Path.of(job.run())));
        }
      }
    }
    if (job.run() == null) {
      random(Networks.get(Objects.requireNonNull(job.network())));
    } else {
      copy(Path.of(job.run()));
    }
    ModelInfo model;
    String data;
    try (RunFolder run = RunFolder.open(folder)) {
      model = run.model();
      data = job.run() == null ? null : run.info().data().name();
    }
    Path onnx = Path.of(job.work(), "model.onnx");
    Path savedModel = Path.of(job.work(), "savedmodel");
    String onnxError = job.onnx() ? export("onnx", onnx) : null;
    String savedModelError = job.savedModel() ? export("savedmodel", savedModel) : null;
    return prepared(
        new Forms(
            folder.toString(),
            job.onnx() && onnxError == null ? onnx.toString() : null,
            job.savedModel() && savedModelError == null ? savedModel.toString() : null,
            onnxError,
            savedModelError),
        model,
        data);
  }

  private static Prepared file(ModelFile file) {
    return prepared(
        new Forms(
            null, file.path().toString(), null, null, "an ONNX file can't become a SavedModel"),
        file.info(),
        file.data());
  }

  /** Where a model lies, as in {@link Prepared}. */
  private record Forms(
      @Nullable String folder,
      @Nullable String onnx,
      @Nullable String savedModel,
      @Nullable String onnxError,
      @Nullable String savedModelError) {}

  private static Prepared prepared(Forms forms, ModelInfo model, @Nullable String data) {
    Normalization normalization = model.normalization();
    return new Prepared(
        forms.folder(),
        forms.onnx(),
        forms.savedModel(),
        forms.onnxError(),
        forms.savedModelError(),
        model.input().channels(),
        model.input().height(),
        model.input().width(),
        model.labels().size(),
        model.margin(),
        model.resize(),
        list(normalization.mean()),
        list(normalization.std()),
        data);
  }

  private static List<Float> list(float[] values) {
    return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
  }

  private void random(Network network) throws IOException {
    Shape shape = network.inputShape();
    int channels = Math.toIntExact(shape.get(0));
    int height = Math.toIntExact(shape.get(1));
    int width = Math.toIntExact(shape.get(2));
    int classes = height >= PHOTO ? 1000 : 10;
    float[] mean = new float[channels];
    float[] std = new float[channels];
    Arrays.fill(std, 1);
    ModelInfo model =
        new ModelInfo(
            network.name(),
            NetworkOptions.of(classes),
            new ModelInfo.Input(channels, height, width),
            0,
            null,
            Normalization.of(mean, std),
            IntStream.range(0, classes).mapToObj(Integer::toString).toList());
    Engine engine = Engine.getEngine(job.engine());
    engine.setRandomSeed(job.seed());
    try (RunFolder run = RunFolder.create(folder, false);
        NDManager manager = NDManager.newBaseManager(Device.cpu(), job.engine())) {
      Block block = TrainedModel.newBlock(network, model, manager);
      run.write(model);
      Weights.save(block, run.weights(), Map.of("weights", "random"));
      run.write(
          new RunInfo(
              RunInfo.Status.DONE,
              network.name(),
              network.name(),
              LocalDateTime.now(ZoneId.systemDefault()).withNano(0).toString(),
              Versions.flora(),
              System.getProperty("java.version"),
              System.getProperty("os.name"),
              new RunInfo.EngineInfo(job.engine(), engine.getVersion(), "cpu", 1),
              new RunInfo.DataInfo("none", "synthetic", "random weights", 0, 0, 0),
              Hyperparameters.builder().build(),
              Map.of(),
              job.seed(),
              null,
              null));
    }
  }

  /** A copy, so that what is exported here doesn't change the run. */
  private void copy(Path run) throws IOException {
    for (String name : List.of("run.json", "model/model.json", "model/model.safetensors")) {
      Path source = run.resolve(name);
      if (Files.exists(source)) {
        Path target = folder.resolve(name);
        Files.createDirectories(target.getParent());
        Files.copy(source, target, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** Runs the command export; returns what it says is wrong, or null. */
  private @Nullable String export(String format, Path target) {
    PrintStream err = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int status;
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      status =
          Main.run("export", folder.toString(), "--format", format, "--output", target.toString());
    } finally {
      System.setErr(err);
    }
    if (status == 0) {
      return null;
    }
    return said.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.startsWith("flora: "))
        .reduce((first, last) -> last)
        .map(line -> "export: " + line.substring("flora: ".length()))
        .orElse("export failed");
  }
}
