package io.github.flora.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.Pair;
import java.util.List;
import java.util.Random;

/** Networks of the kinds that people train, and a way to give them any weights. */
final class Networks {

  private Networks() {}

  static Block mlp() {
    return new SequentialBlock()
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(512).build())
        .add(Activation::relu)
        .add(Dropout.builder().optRate(0.5f).build())
        .add(Linear.builder().setUnits(10).build());
  }

  static Block cnn() {
    return new SequentialBlock()
        .add(conv(32, 3, 1, 0))
        .add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
        .add(Activation.reluBlock())
        .add(conv(64, 3, 1, 0))
        .add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
        .add(Activation.reluBlock())
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(128).build())
        .add(Activation.reluBlock())
        .add(Dropout.builder().optRate(0.5f).build())
        .add(Linear.builder().setUnits(10).build());
  }

  static Block lenet5() {
    return new SequentialBlock()
        .add(conv(6, 5, 1, 0))
        .add(Activation.tanhBlock())
        .add(Pool.avgPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
        .add(conv(16, 5, 1, 0))
        .add(Activation.tanhBlock())
        .add(Pool.avgPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
        .add(conv(120, 5, 1, 0))
        .add(Activation.tanhBlock())
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(84).build())
        .add(Activation.tanhBlock())
        .add(Linear.builder().setUnits(10).build());
  }

  static Block resnet18() {
    SequentialBlock block =
        new SequentialBlock()
            .add(convNoBias(64, 7, 2, 3))
            .add(BatchNorm.builder().build())
            .add(Activation.reluBlock())
            .add(Pool.maxPool2dBlock(new Shape(3, 3), new Shape(2, 2), new Shape(1, 1)));
    int[] widths = {64, 128, 256, 512};
    for (int stage = 0; stage < widths.length; stage++) {
      block.add(residual(widths[stage], stage == 0 ? 1 : 2, stage > 0));
      block.add(residual(widths[stage], 1, false));
    }
    return block.add(Pool.globalAvgPool2dBlock()).add(Linear.builder().setUnits(1000).build());
  }

  private static Block residual(int filters, int stride, boolean project) {
    SequentialBlock main =
        new SequentialBlock()
            .add(convNoBias(filters, 3, stride, 1))
            .add(BatchNorm.builder().build())
            .add(Activation.reluBlock())
            .add(convNoBias(filters, 3, 1, 1))
            .add(BatchNorm.builder().build());
    Block shortcut =
        project
            ? new SequentialBlock()
                .add(convNoBias(filters, 1, stride, 0))
                .add(BatchNorm.builder().build())
            : Blocks.identityBlock();
    return new ParallelBlock(
        list ->
            new NDList(
                Activation.relu(
                    list.get(0).singletonOrThrow().add(list.get(1).singletonOrThrow()))),
        List.of(main, shortcut));
  }

  static Block conv(int filters, int kernel, int stride, int padding) {
    return conv(filters, kernel, stride, padding, true);
  }

  private static Block convNoBias(int filters, int kernel, int stride, int padding) {
    return conv(filters, kernel, stride, padding, false);
  }

  private static Block conv(int filters, int kernel, int stride, int padding, boolean bias) {
    return Conv2d.builder()
        .setFilters(filters)
        .setKernelShape(new Shape(kernel, kernel))
        .optStride(new Shape(stride, stride))
        .optPadding(new Shape(padding, padding))
        .optBias(bias)
        .build();
  }

  /**
   * Initialises a block and sets every parameter: weights scaled by their fan-in so that signals
   * keep their size, running statistics far from 0 and 1, so that an export that forgot them would
   * be seen.
   */
  static void initialize(Block block, NDManager manager, long seed, Shape... shapes) {
    block.setInitializer(Initializer.ONES, parameter -> true);
    block.initialize(manager, DataType.FLOAT32, shapes);
    Random random = new Random(seed);
    for (Pair<String, Parameter> pair : block.getParameters()) {
      Parameter parameter = pair.getValue();
      NDArray array = parameter.getArray();
      Shape shape = array.getShape();
      float[] values = new float[(int) shape.size()];
      double fan = shape.isScalar() ? 1 : Math.max(1, (double) shape.size() / shape.get(0));
      for (int i = 0; i < values.length; i++) {
        values[i] =
            (float)
                switch (parameter.getType()) {
                  case RUNNING_VAR, GAMMA -> 0.5 + random.nextDouble();
                  case RUNNING_MEAN, BETA, BIAS -> 0.3 * random.nextGaussian();
                  default -> random.nextGaussian() * Math.sqrt(2 / fan);
                };
      }
      array.set(values);
    }
  }
}
