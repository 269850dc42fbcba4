package io.github.flora.tensorflow;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.loss.Loss;
import io.github.flora.engine.EngineException;
import io.github.flora.engine.EngineSupport;
import io.github.flora.engine.Engines;
import io.github.flora.engine.Inference;
import io.github.flora.engine.Optimizer;
import io.github.flora.engine.Precision;
import io.github.flora.engine.TrainingStep;
import io.github.flora.engine.UpdateRule;
import io.github.flora.engine.Updater;
import io.github.flora.engine.Weight;
import io.github.flora.tensorflow.core.Context;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** TensorFlow's side of training. */
public final class TensorFlowSupport implements EngineSupport {

  /** With {@code -Dflora.tensorflow.compile=false} everything is carried out step by step. */
  static final String COMPILE = "flora.tensorflow.compile";

  /** Whether a device computes in bfloat16. */
  private static final Map<Device, Boolean> ROUNDS = new ConcurrentHashMap<>();

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
  public Set<Precision> precisions() {
    return Set.of(Precision.FP32, Precision.BF16);
  }

  @Override
  public void check(Precision precision, Device device) {
    if (precision == Precision.FP32) {
      return;
    }
    if (!compiles()) {
      throw new EngineException(
          "TensorFlow computes in %s only what it compiles: leave out -D%s=false"
              .formatted(precision.id(), COMPILE));
    }
    if (!ROUNDS.computeIfAbsent(device, TensorFlowSupport::rounds)) {
      throw new EngineException(
          "TensorFlow doesn't compute in %s on this machine's %s: that takes a processor with AVX-512"
                  .formatted(precision.id(), Engines.describe(device))
              + " (bfloat16 in hardware to be fast); train in fp32");
    }
  }

  /** Whether a product comes out rounded to bfloat16: elsewhere TensorFlow says nothing. */
  private static boolean rounds(Device device) {
    float between = 1 + 0x1p-9f;
    try (NDManager manager = NDManager.newBaseManager(device, TensorFlowEngine.NAME);
        TensorFlowFunction product =
            new TensorFlowFunction(
                "precision", (m, in) -> new NDList(in.get(0).dot(in.get(1))), true)) {
      NDList factors =
          new NDList(manager.full(new Shape(1, 1), between), manager.ones(new Shape(1, 1)));
      return product.call(manager, factors).singletonOrThrow().getFloat() != between;
    }
  }

  @Override
  public TrainingStep newStep(Block block, Loss loss, UpdateRule rule) {
    return newStep(block, loss, rule, Precision.FP32);
  }

  @Override
  public TrainingStep newStep(Block block, Loss loss, UpdateRule rule, Precision precision) {
    check(precision, block.getParameters().valueAt(0).getArray().getDevice());
    TrainingStep eager = EngineSupport.super.newStep(block, loss, rule);
    return compiles() ? new CompiledStep(eager, precision) : eager;
  }

  @Override
  public Inference newInference(NDManager manager, Block block) {
    return newInference(manager, block, Precision.FP32);
  }

  @Override
  public Inference newInference(NDManager manager, Block block, Precision precision) {
    check(precision, manager.getDevice());
    Inference eager = EngineSupport.super.newInference(manager, block);
    return compiles() ? new CompiledInference(eager, precision) : eager;
  }
}
