package io.github.flora.bench.measure;

import io.github.flora.engine.EngineSupport;
import io.github.flora.engine.Engines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/** An engine that has loaded a model. */
interface Contestant extends AutoCloseable {

  /** Version of the native library. */
  String version();

  /** The device that computes, such as {@code cpu}. */
  String device();

  /**
   * Brings images into the engine's memory.
   *
   * @param images float32 in N×C×H×W, row by row
   * @param count how many, N
   */
  Pass prepare(float[] images, int count);

  @Override
  void close();

  /**
   * Loads a model.
   *
   * @throws IOException if it can't be loaded
   */
  static Contestant load(Job.Measuring job) throws IOException {
    Contender contender = job.contender();
    Prepared model = job.model();
    // What DJL reads must be set before it is touched; that includes the threads.
    Engines.choose(contender.engine());
    return switch (contender.form()) {
      case ONNX ->
          new OnnxContestant(
              Path.of(Objects.requireNonNull(model.onnx())), job.device(), job.threads());
      case SAVED_MODEL ->
          new SavedModelContestant(
              Path.of(Objects.requireNonNull(model.savedModel())),
              model,
              job.device(),
              job.threads());
      case BLOCK -> {
        EngineSupport support = Engines.trainingSupport(contender.engine());
        support.configureThreads(job.threads());
        yield new BlockContestant(support, job);
      }
    };
  }
}
