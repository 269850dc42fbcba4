package io.github.flora.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.jspecify.annotations.Nullable;

/**
 * The residual block of {@link ResNet}: ReLU(shortcut(x) + bn2(conv2(ReLU(bn1(conv1(x)))))). The
 * shortcut is x itself where the shape stays, else a 1×1 convolution with the block's stride and a
 * batch normalisation, called {@code downsample.0} and {@code downsample.1} as in torchvision.
 *
 * <p>Input N×channels×H×W, output N×filters×⌈H/stride⌉×⌈W/stride⌉.
 */
final class BasicBlock extends AbstractBlock {

  private static final byte VERSION = 1;

  private final Block conv1;
  private final Block bn1;
  private final Block conv2;
  private final Block bn2;
  private final @Nullable Block downsample;

  BasicBlock(int channels, int filters, int stride) {
    super(VERSION);
    conv1 = addChildBlock("conv1", Layers.conv(filters, 3, stride, 1));
    bn1 = addChildBlock("bn1", Layers.batchNorm());
    conv2 = addChildBlock("conv2", Layers.conv(filters, 3, 1, 1));
    bn2 = addChildBlock("bn2", Layers.batchNorm());
    downsample =
        stride == 1 && channels == filters
            ? null
            : addChildBlock(
                "downsample",
                new NamedSequentialBlock()
                    .add("0", Layers.conv(filters, 1, stride, 0))
                    .add("1", Layers.batchNorm()));
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store,
      NDList inputs,
      boolean training,
      @Nullable PairList<String, Object> params) {
    NDList hidden = forward(bn1, store, forward(conv1, store, inputs, training), training);
    hidden = new NDList(Activation.relu(hidden.singletonOrThrow()));
    hidden = forward(bn2, store, forward(conv2, store, hidden, training), training);
    NDList shortcut = downsample == null ? inputs : forward(downsample, store, inputs, training);
    // Not in place: engines differ in what they keep for gradients, and on PyTorch adding in place
    // or
    // closing what isn't needed any more saved neither processor time nor memory in training.
    NDArray sum = hidden.singletonOrThrow().add(shortcut.singletonOrThrow());
    return new NDList(Activation.relu(sum));
  }

  private static NDList forward(
      Block block, ParameterStore store, NDList inputs, boolean training) {
    return block.forward(store, inputs, training);
  }

  @Override
  protected void initializeChildBlocks(NDManager manager, DataType dataType, Shape... inputs) {
    Shape[] shapes = inputs;
    for (Block block : new Block[] {conv1, bn1, conv2, bn2}) {
      block.initialize(manager, dataType, shapes);
      shapes = block.getOutputShapes(shapes);
    }
    if (downsample != null) {
      downsample.initialize(manager, dataType, inputs);
    }
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    // The normalisations keep the shape.
    return conv2.getOutputShapes(conv1.getOutputShapes(inputs));
  }
}
