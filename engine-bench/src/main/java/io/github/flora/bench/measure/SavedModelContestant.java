package io.github.flora.bench.measure;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.github.flora.engine.Engines;
import java.io.IOException;
import java.nio.file.Path;

/** A SavedModel in DJL's own TensorFlow engine, in a process without ours. */
final class SavedModelContestant implements Contestant {

  private static final String ENGINE = "TensorFlow";

  /** The signature's input, by which DJL finds it. */
  private static final String INPUT = "input";

  private final Prepared size;
  private final Model model;
  private final String device;

  SavedModelContestant(Path folder, Prepared size, String device, int threads) throws IOException {
    this.size = size;
    // DJL reads these once, when it makes the session.
    System.setProperty("ai.djl.tensorflow.num_intraop_threads", Integer.toString(threads));
    Engine engine = Engine.getEngine(ENGINE);
    model = Model.newInstance("saved", Engines.device(engine, device), ENGINE);
    this.device = Engines.describe(model.getNDManager().getDevice());
    try {
      model.load(folder);
    } catch (MalformedModelException e) {
      model.close();
      throw new IOException(folder + ": " + e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  @Override
  public String version() {
    return Engine.getEngine(ENGINE).getVersion();
  }

  @Override
  public String device() {
    return device;
  }

  @Override
  public Pass prepare(float[] images, int count) {
    NDArray data =
        model
            .getNDManager()
            .create(images, new Shape(count, size.channels(), size.height(), size.width()));
    data.setName(INPUT);
    return new SavedModelPass(model, data);
  }

  private record SavedModelPass(Model model, NDArray data) implements Pass {

    @Override
    public float[] run() {
      try (NDManager scope = model.getNDManager().newSubManager()) {
        data.tempAttach(scope);
        return model
            .getBlock()
            .forward(new ParameterStore(scope, false), new NDList(data), false)
            .singletonOrThrow()
            .toFloatArray();
      }
    }

    @Override
    public void close() {
      data.close();
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
