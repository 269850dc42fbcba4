package io.github.flora.tensorflow;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.loss.Loss;
import io.github.flora.engine.EngineSupport;
import io.github.flora.engine.Inference;
import io.github.flora.engine.Optimizer;
import io.github.flora.engine.TrainingStep;
import io.github.flora.engine.UpdateRule;
import io.github.flora.engine.Updater;
import io.github.flora.engine.Weight;
import io.github.flora.tensorflow.core.Context;
import java.util.List;

/** TensorFlow's side of training. */
public final class TensorFlowSupport implements EngineSupport {

  /** With {@code -Dflora.tensorflow.compile=false} everything is carried out step by step. */
  static final String COMPILE = "flora.tensorflow.compile";

  /** Made by {@link java.util.ServiceLoader}. */
  public TensorFlowSupport() {}

  @Override
  public String engineName() {
    return TensorFlowEngine.NAME;
  }

  @Override
  public void configureThreads(int threads) {
    Context.configureThreads(threads);
  }

  @Override
  public Updater newUpdater(Optimizer optimizer, List<Weight> weights, double clipNorm) {
    return new VariableUpdater(optimizer, weights, clipNorm);
  }

  private static boolean compiles() {
    return !"false".equalsIgnoreCase(System.getProperty(COMPILE));
  }

  @Override
  public TrainingStep newStep(Block block, Loss loss, UpdateRule rule) {
    TrainingStep eager = EngineSupport.super.newStep(block, loss, rule);
    return compiles() ? new CompiledStep(eager) : eager;
  }

  @Override
  public Inference newInference(NDManager manager, Block block) {
    Inference eager = EngineSupport.super.newInference(manager, block);
    return compiles() ? new CompiledInference(eager) : eager;
  }
}
