package io.github.flora.models;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.pooling.Pool;

/**
 * LeNet-5 of LeCun, Bottou, Bengio, Haffner: <em>Gradient-based learning applied to document
 * recognition</em>, 1998, as it is built today: every map of the third layer sees all maps before
 * it (the paper leaves some out), pooling is a plain average without trained coefficients, tanh
 * isn't scaled, and the output is a dense layer rather than radial basis functions.
 */
public final class LeNet5 {

  private static final Shape POOL = new Shape(2, 2);

  private LeNet5() {}

  /**
   * Makes the network, not yet initialised. Input N×1×32×32, output N×classes logits. With 10
   * classes it has 61,706 parameters.
   *
   * @param classes number of outputs, at least 1
   * @return the block
   */
  public static Block create(int classes) {
    return Layers.glorotUniform(
        new NamedSequentialBlock()
            .add("conv1", Layers.conv(6, 5, true))
            .add("tanh1", Activation.tanhBlock())
            .add("pool1", Pool.avgPool2dBlock(POOL, POOL))
            .add("conv2", Layers.conv(16, 5, true))
            .add("tanh2", Activation.tanhBlock())
            .add("pool2", Pool.avgPool2dBlock(POOL, POOL))
            .add("conv3", Layers.conv(120, 5, true))
            .add("tanh3", Activation.tanhBlock())
            .add("flatten", Blocks.batchFlattenBlock())
            .add("fc1", Layers.dense(84))
            .add("tanh4", Activation.tanhBlock())
            .add("fc2", Layers.dense(classes)));
  }
}
