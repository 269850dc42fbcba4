package io.github.flora.models;

import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;

/** A perceptron with one hidden layer of 512 units: flatten – dense 512 – ReLU – dense. */
public final class Mlp {

  private static final int HIDDEN_UNITS = 512;

  private Mlp() {}

  /**
   * Makes the network, not yet initialised. Input N×C×H×W, 1×28×28 for MNIST, of the size that it
   * is initialised with; output N×classes logits. For MNIST with 10 classes it has 407,050
   * parameters.
   *
   * @param classes number of outputs, at least 1
   * @param dropout rate in [0, 1) of dropout after the hidden layer; 0 leaves the layer out
   * @return the block
   */
  public static Block create(int classes, float dropout) {
    NamedSequentialBlock block =
        new NamedSequentialBlock()
            .add("flatten", Blocks.batchFlattenBlock())
            .add("fc1", Layers.dense(HIDDEN_UNITS))
            .add("relu1", Activation.reluBlock());
    if (dropout > 0) {
      block.add("dropout", Layers.dropout(dropout));
    }
    block.add("fc2", Layers.dense(classes));
    return Layers.glorotUniform(block);
  }
}
