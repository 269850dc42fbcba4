package io.github.flora.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.pooling.Pool;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Random trees of blocks: layers, array operations, residual and parallel branches, in any order
 * that shapes allow. The same seed gives the same tree.
 */
final class RandomBlocks {

  private final Random random;
  // Relative size of the noise after each block; none if it is 0.
  private final double noise;
  // Shape without the batch, as the tree stands so far.
  private long[] shape;

  private RandomBlocks(long seed, double noise) {
    this.noise = noise;
    random = new Random(seed);
    shape =
        random.nextBoolean()
            ? new long[] {1 + random.nextInt(4), 6 + random.nextInt(8), 6 + random.nextInt(8)}
            : new long[] {4 + random.nextInt(12)};
  }

  /**
   * A tree and what it takes.
   *
   * @param block the tree
   * @param input shape of its input, with a batch of one
   */
  record Tree(Block block, Shape input) {}

  static Tree tree(long seed) {
    return tree(seed, 0);
  }

  /** The same tree with noise after each of its blocks, as rounding makes it, but of any size. */
  static Tree tree(long seed, double noise) {
    RandomBlocks blocks = new RandomBlocks(seed, noise);
    Shape input = new Shape(1).addAll(new Shape(blocks.shape));
    return new Tree(blocks.sequence(2), input);
  }

  private SequentialBlock sequence(int depth) {
    SequentialBlock block = new SequentialBlock();
    int length = 2 + random.nextInt(5);
    for (int i = 0; i < length; i++) {
      block.add(next(depth));
      if (noise > 0) {
        block.add(noise(i));
      }
    }
    return block;
  }

  private Block noise(long seed) {
    return lambda(
        a -> {
          Random gaussian = new Random(seed);
          float[] factors = new float[Math.toIntExact(a.size())];
          for (int i = 0; i < factors.length; i++) {
            factors[i] = (float) (1 + noise * gaussian.nextGaussian());
          }
          return a.mul(a.getManager().create(factors, a.getShape()));
        });
  }

  private Block next(int depth) {
    if (depth > 0 && random.nextInt(4) == 0) {
      return random.nextBoolean() ? residual(depth) : branches(depth);
    }
    if (random.nextInt(3) == 0) {
      return arithmetic();
    }
    return shape.length == 3 ? imageLayer() : vectorLayer();
  }

  /** The input and what blocks that keep the shape make of it. */
  private Block residual(int depth) {
    long[] before = shape.clone();
    SequentialBlock main = sequence(depth - 1);
    if (!Arrays.equals(before, shape)) {
      // What a branch ends with is brought to one number for each image.
      main.add(lambda(a -> a.reshape(a.size(0), -1).mean(new int[] {1}, true)));
      shape = before;
      Shape ones = new Shape(before.length == 3 ? new long[] {-1, 1, 1, 1} : new long[] {-1, 1});
      main.add(lambda(a -> a.reshape(ones)));
    }
    return new ParallelBlock(
        list -> new NDList(list.get(0).head().add(list.get(1).head())),
        List.of(Blocks.identityBlock(), main));
  }

  /** Branches side by side, flattened and joined. */
  private Block branches(int depth) {
    long[] before = shape.clone();
    List<Block> all = new ArrayList<>();
    long width = 0;
    int count = 2 + random.nextInt(2);
    for (int i = 0; i < count; i++) {
      shape = before.clone();
      all.add(sequence(depth - 1).add(Blocks.batchFlattenBlock()));
      width += new Shape(shape).size();
    }
    shape = new long[] {width};
    return new ParallelBlock(
        list ->
            new NDList(
                NDArrays.concat(
                    new NDList(list.stream().map(NDList::head).toArray(NDArray[]::new)), 1)),
        all);
  }

  private Block imageLayer() {
    long smallest = Math.min(shape[1], shape[2]);
    return switch (random.nextInt(8)) {
      case 0, 1 -> convolution(smallest);
      case 2, 3 -> BatchNorm.builder().build();
      case 4 -> smallest < 2 ? Activation.reluBlock() : pool();
      case 5 -> {
        shape = new long[] {shape[0]};
        yield random.nextBoolean() ? Pool.globalAvgPool2dBlock() : Pool.globalMaxPool2dBlock();
      }
      case 6 -> {
        shape = new long[] {new Shape(shape).size()};
        yield Blocks.batchFlattenBlock();
      }
      default -> {
        shape = new long[] {shape[0], shape[2], shape[1]};
        yield lambda(a -> a.transpose(0, 1, 3, 2));
      }
    };
  }

  private Block convolution(long smallest) {
    int kernel = smallest >= 3 ? 1 + 2 * random.nextInt(2) : 1;
    int padding = kernel == 3 ? random.nextInt(2) : 0;
    int stride = 1 + random.nextInt(2);
    int filters = 1 + random.nextInt(5);
    shape[0] = filters;
    shape[1] = (shape[1] + 2L * padding - kernel) / stride + 1;
    shape[2] = (shape[2] + 2L * padding - kernel) / stride + 1;
    return Conv2d.builder()
        .setFilters(filters)
        .setKernelShape(new Shape(kernel, kernel))
        .optStride(new Shape(stride, stride))
        .optPadding(new Shape(padding, padding))
        .optBias(random.nextBoolean())
        .build();
  }

  private Block pool() {
    shape[1] /= 2;
    shape[2] /= 2;
    Shape two = new Shape(2, 2);
    return random.nextBoolean() ? Pool.maxPool2dBlock(two, two) : Pool.avgPool2dBlock(two, two);
  }

  private Block vectorLayer() {
    long size = shape[0];
    return switch (random.nextInt(8)) {
      case 0, 1 -> {
        int units = 1 + random.nextInt(12);
        shape = new long[] {units};
        yield Linear.builder().setUnits(units).optBias(random.nextBoolean()).build();
      }
      case 2 -> BatchNorm.builder().build();
      case 3 -> size > 1 ? LayerNorm.builder().build() : Activation.tanhBlock();
      case 4 -> lambda(a -> a.softmax(1));
      case 5 -> Dropout.builder().build();
      case 6 -> size % 2 == 0 ? lambda(RandomBlocks::swapHalves) : Activation.geluBlock();
      default -> {
        shape = new long[] {1, 1, size};
        yield lambda(a -> a.reshape(a.size(0), 1, 1, -1));
      }
    };
  }

  private static NDArray swapHalves(NDArray array) {
    NDList halves = array.split(2, 1);
    return halves.get(1).concat(halves.get(0), 1);
  }

  /**
   * Array operations that keep the shape. They are continuous, so that rounding can't choose
   * between two values far apart, and keep numbers moderate, so that differences and sines of large
   * ones don't lose their digits.
   */
  private Block arithmetic() {
    float number = 0.5f + random.nextFloat();
    List<Function<NDArray, NDArray>> all =
        List.of(
            a -> a.add(number),
            a -> a.mul(a.getManager().create(number)).sub(a),
            a -> a.div(a.abs().add(1)),
            a -> a.maximum(-number).minimum(number),
            a -> a.tanh(),
            a -> a.exp().add(1).log(),
            a -> a.getNDArrayInternal().relu(),
            a -> Activation.swish(a, number),
            a -> Activation.mish(a),
            a -> Activation.leakyRelu(a, 0.2f),
            a -> a.sub(a.mean(new int[] {-1}, true)),
            a -> a.mul(a.gt(0).toType(DataType.FLOAT32, false)),
            a -> a.getNDArrayInternal().where(a.gte(number), a.neg().add(2 * number)),
            a -> a.clip(-1, 1).square().add(a.clip(-4, 4).sin()),
            a -> a.duplicate().addi(1).muli(number),
            a -> a.get(new NDIndex("...,0:1")).broadcast(a.getShape()).add(a),
            a -> a.sum(new int[] {1}, true).div(a.getShape().get(1)).add(a),
            a -> a.flip(1),
            a -> a.getManager().zeros(a.getShape()).add(a),
            a -> a.pow(2).sqrt().add(a.get(new NDIndex("...,-1:"))));
    return lambda(all.get(random.nextInt(all.size())));
  }

  private static Block lambda(Function<NDArray, NDArray> function) {
    return LambdaBlock.singleton(function);
  }
}
