package io.github.flora.bench.measure;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.github.flora.engine.CrossEntropy;
import io.github.flora.engine.EngineSupport;
import io.github.flora.engine.Engines;
import io.github.flora.engine.Inference;
import io.github.flora.engine.Optimizer;
import io.github.flora.engine.TrainingStep;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.TrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A DJL block, run or trained in the fastest way that its engine has. */
final class BlockContestant implements Contestant {

  /** So small that weights hardly move while the same batch comes again and again. */
  private static final double LEARNING_RATE = 1e-6;

  private final Prepared model;
  private final int seed;
  private final NDManager manager;
  private final Block block;
  private final EngineSupport support;
  private final @Nullable Inference inference;

  BlockContestant(EngineSupport support, Job.Measuring job) throws IOException {
    this.support = support;
    this.model = job.model();
    this.seed = job.seed();
    Engine engine = Engine.getEngine(support.engineName());
    manager =
        NDManager.newBaseManager(Engines.device(engine, job.device()), job.contender().engine());
    try (RunFolder folder = RunFolder.open(Path.of(Objects.requireNonNull(model.folder())))) {
      block = TrainedModel.loadBlock(folder, null, manager);
      inference = job.task() == Task.INFERENCE ? Inference.of(manager, block) : null;
    } catch (IOException | RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  @Override
  public String version() {
    return manager.getEngine().getVersion();
  }

  @Override
  public String device() {
    return Engines.describe(manager.getDevice());
  }

  @Override
  public Pass prepare(float[] images, int count) {
    NDArray data = data(images, count);
    return inference == null ? training(data, count) : new ForwardPass(manager, inference, data);
  }

  private Pass training(NDArray data, int count) {
    Random random = new Random(seed);
    long[] labels = random.longs(count, 0, model.classes()).toArray();
    TrainingStep step = TrainingStep.of(support, block, new CrossEntropy(), Optimizer.Adam.DEFAULT);
    return new StepPass(manager, step, data, manager.create(labels));
  }

  /** N×C×H×W as the data pipeline hands it over: a view of N×H×W×C, which engines prefer. */
  private NDArray data(float[] images, int count) {
    int area = model.height() * model.width();
    int channels = model.channels();
    float[] interleaved = images;
    if (channels > 1) {
      interleaved = new float[images.length];
      for (int n = 0; n < count; n++) {
        int base = n * model.size();
        for (int c = 0; c < channels; c++) {
          for (int i = 0; i < area; i++) {
            interleaved[base + i * channels + c] = images[base + c * area + i];
          }
        }
      }
    }
    return manager
        .create(interleaved, new Shape(count, model.height(), model.width(), channels))
        .transpose(0, 3, 1, 2);
  }

  private record ForwardPass(NDManager manager, Inference inference, NDArray data) implements Pass {

    @Override
    public float[] run() {
      // What is created on the way belongs to the data's manager: a new one for each pass.
      try (NDManager scope = manager.newSubManager()) {
        data.tempAttach(scope);
        return inference.forward(data).toFloatArray();
      }
    }

    @Override
    public void close() {
      data.close();
    }
  }

  private record StepPass(NDManager manager, TrainingStep step, NDArray data, NDArray labels)
      implements Pass {

    @Override
    public float[] run() {
      try (NDManager scope = manager.newSubManager()) {
        data.tempAttach(scope);
        labels.tempAttach(scope);
        return step.step(scope, data, labels, LEARNING_RATE).loss().toFloatArray();
      }
    }

    @Override
    public void close() {
      step.close();
      data.close();
      labels.close();
    }
  }

  @Override
  public void close() {
    if (inference != null) {
      inference.close();
    }
    manager.close();
  }
}
