package io.github.flora.models;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.pooling.Pool;

/**
 * The small convolutional network of the Keras example <a
 * href="https://keras.io/examples/vision/mnist_convnet/">Simple MNIST convnet</a>, with a hidden
 * dense layer of 128 units before the dropout.
 */
public final class Cnn {

  private static final Shape POOL = new Shape(2, 2);

  private Cnn() {}

  /**
   * Makes the network, not yet initialised. Input N×C×H×W of at least 10×10 pixels, 1×28×28 for
   * MNIST; output N×classes logits. For MNIST with 10 classes it has 225,034 parameters, 225,130
   * that train with batch normalisation.
   *
   * @param classes number of outputs, at least 1
   * @param dropout rate in [0, 1) of dropout before the last layer; 0 leaves the layer out
   * @param batchNorm whether each convolution is followed by batch normalisation, and then has no
   *     bias of its own, which the normalisation would subtract again
   * @return the block
   */
  public static Block create(int classes, float dropout, boolean batchNorm) {
    NamedSequentialBlock block = new NamedSequentialBlock();
    addStage(block, 1, 32, batchNorm);
    addStage(block, 2, 64, batchNorm);
    block
        .add("flatten", Blocks.batchFlattenBlock())
        .add("fc1", Layers.dense(128))
        .add("relu3", Activation.reluBlock());
    if (dropout > 0) {
      block.add("dropout", Layers.dropout(dropout));
    }
    block.add("fc2", Layers.dense(classes));
    return Layers.glorotUniform(block);
  }

  private static void addStage(
      NamedSequentialBlock block, int number, int filters, boolean batchNorm) {
    block.add("conv" + number, Layers.conv(filters, 3, !batchNorm));
    if (batchNorm) {
      block.add("bn" + number, Layers.batchNorm());
    }
    // Keras has ReLU before the pooling. Both orders give the same values, since ReLU is monotone,
    // and the same gradients (where all of a window is ≤ 0 there is none either way), but this way
    // round ReLU and its gradient touch a quarter of the elements.
    block
        .add("pool" + number, Pool.maxPool2dBlock(POOL, POOL))
        .add("relu" + number, Activation.reluBlock());
  }
}
