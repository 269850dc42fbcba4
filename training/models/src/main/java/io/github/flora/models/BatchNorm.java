package io.github.flora.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.jspecify.annotations.Nullable;

/**
 * Batch normalisation over channels (Ioffe and Szegedy 2015) with PyTorch's epsilon and momentum.
 * It is DJL's but for one thing: it can be frozen, and then normalises by its running statistics
 * while the rest of the network trains, as {@code eval()} does to a layer of PyTorch's and {@code
 * trainable = False} to one of Keras's. Input and output N×C×….
 */
public final class BatchNorm extends AbstractBlock {

  private static final byte VERSION = 1;
  private static final float EPSILON = 1e-5f;

  /** DJL's is 1 − PyTorch's. */
  private static final float MOMENTUM = 0.9f;

  private final Parameter gamma;
  private final Parameter beta;
  private final Parameter runningMean;
  private final Parameter runningVar;
  private boolean frozen;

  /** Creates the block, not yet initialised. */
  BatchNorm() {
    super(VERSION);
    gamma = parameter("gamma", Parameter.Type.GAMMA, true);
    beta = parameter("beta", Parameter.Type.BETA, true);
    runningMean = parameter("runningMean", Parameter.Type.RUNNING_MEAN, false);
    runningVar = parameter("runningVar", Parameter.Type.RUNNING_VAR, false);
  }

  private Parameter parameter(String name, Parameter.Type type, boolean trains) {
    return addParameter(
        Parameter.builder().setName(name).setType(type).optRequiresGrad(trains).build());
  }

  /**
   * Freezes every batch normalisation of a network: statistics, scales and shifts stay.
   *
   * @param network the network, initialised
   * @return how many were frozen
   */
  public static int freezeAll(Block network) {
    if (network instanceof BatchNorm norm) {
      norm.frozen = true;
      norm.freezeParameters(true);
      return 1;
    }
    return network.getChildren().values().stream().mapToInt(BatchNorm::freezeAll).sum();
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store,
      NDList inputs,
      boolean training,
      @Nullable PairList<String, Object> params) {
    NDArray input = inputs.singletonOrThrow();
    return ai.djl.nn.norm.BatchNorm.batchNorm(
        input,
        store.getValue(runningMean, input.getDevice(), training),
        store.getValue(runningVar, input.getDevice(), training),
        store.getValue(gamma, input.getDevice(), training),
        store.getValue(beta, input.getDevice(), training),
        1,
        MOMENTUM,
        EPSILON,
        training && !frozen);
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    return new Shape[] {inputs[0]};
  }

  @Override
  protected void prepare(Shape[] inputs) {
    Shape channels = new Shape(inputs[0].get(1));
    gamma.setShape(channels);
    beta.setShape(channels);
    runningMean.setShape(channels);
    runningVar.setShape(channels);
  }
}
