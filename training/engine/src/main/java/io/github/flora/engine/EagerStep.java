package io.github.flora.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.loss.Loss;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A step carried out operation by operation, through DJL's {@link GradientCollector}.
 *
 * <p>DJL's own {@code Trainer} duplicates every gradient and zeroes it afterwards; here each step
 * reads the weights through fresh leaves, whose gradients start out absent and go away with the
 * step.
 */
public final class EagerStep implements TrainingStep {

  private final Engine engine;
  private final Block block;
  private final Loss loss;
  private final List<Parameter> trainable = new ArrayList<>();
  private final Updater updater;
  private final LeafStore store;

  /**
   * Creates the step for an initialised block. Parameters that are frozen now stay out of it.
   *
   * @param support the engine's support, which knows how to update
   * @param block the block to train, initialised on the engine
   * @param loss the loss; called with the labels and the block's output
   * @param rule how the parameters follow their gradients
   */
  public EagerStep(EngineSupport support, Block block, Loss loss, UpdateRule rule) {
    this.engine = Engine.getEngine(support.engineName());
    this.block = block;
    this.loss = loss;
    List<Weight> weights = new ArrayList<>();
    for (Parameter parameter : block.getParameters().values()) {
      if (parameter.requiresGradient()) {
        trainable.add(parameter);
        weights.add(rule.weight(parameter));
      }
    }
    if (weights.isEmpty()) {
      throw new IllegalArgumentException("the model has nothing to train");
    }
    this.updater = support.newUpdater(rule.optimizer(), weights, rule.clipNorm());
    this.store = new LeafStore(weights.get(0).array().getManager());
  }

  @Override
  public Outcome step(NDManager manager, NDArray data, NDArray labels, double learningRate) {
    List<NDArray> leaves = new ArrayList<>(trainable.size());
    for (int i = 0; i < trainable.size(); i++) {
      NDArray leaf = updater.leaf(i, manager);
      leaves.add(leaf);
      store.leaves.put(trainable.get(i), leaf);
    }
    try (GradientCollector collector = engine.newGradientCollector()) {
      NDList output = block.forward(store, new NDList(data), true);
      NDArray value = loss.evaluate(new NDList(labels), output);
      collector.backward(value);
      Outcome outcome = new Outcome(value.stopGradient(), output.singletonOrThrow().stopGradient());
      updater.update(leaves, learningRate);
      return outcome;
    } finally {
      store.leaves.clear();
    }
  }

  @Override
  public List<Parameter> parameters() {
    return List.copyOf(trainable);
  }

  @Override
  public Updater updater() {
    return updater;
  }

  @Override
  public void close() {
    updater.close();
  }

  /** Hands out the step's leaves instead of the weights, and everything else as it is. */
  private static final class LeafStore extends ParameterStore {

    private final IdentityHashMap<Parameter, NDArray> leaves = new IdentityHashMap<>();

    LeafStore(NDManager manager) {
      super(manager, false);
    }

    @Override
    public @Nullable NDArray getValue(
        @Nullable Parameter parameter, Device device, boolean training) {
      if (parameter == null) {
        return null;
      }
      NDArray leaf = leaves.get(parameter);
      return leaf != null ? leaf : parameter.getArray();
    }
  }
}
