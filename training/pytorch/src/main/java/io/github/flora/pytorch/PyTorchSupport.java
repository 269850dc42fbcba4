package io.github.flora.pytorch;

import io.github.flora.engine.EngineSupport;
import io.github.flora.engine.Optimizer;
import io.github.flora.engine.Updater;
import io.github.flora.engine.Weight;
import java.util.List;

/** PyTorch's side of training. */
public final class PyTorchSupport implements EngineSupport {

  @Override
  public String engineName() {
    return "PyTorch";
  }

  @Override
  public void configureThreads(int threads) {
    // DJL reads this once, when it loads the engine.
    System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
  }

  @Override
  public Updater newUpdater(Optimizer optimizer, List<Weight> weights, double clipNorm) {
    return new FusedUpdater(optimizer, weights, clipNorm);
  }
}
