package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Convolutions of images, and what follows them in networks. */
final class ConvolutionCases {

  private static final double TOLERANCE = 3e-5;

  private final List<Case> cases = new ArrayList<>();

  private ConvolutionCases() {}

  static List<Case> all() {
    ConvolutionCases c = new ConvolutionCases();
    long[] images = {2, 4, 7, 6};
    c.add("1×1", images, new long[] {5, 4, 1, 1}, 1, 0, 1, 1);
    c.add("1×1, stride 2", images, new long[] {5, 4, 1, 1}, 2, 0, 1, 1);
    c.add("3×3", images, new long[] {5, 4, 3, 3}, 1, 0, 1, 1);
    c.add("3×3, padding 1", images, new long[] {5, 4, 3, 3}, 1, 1, 1, 1);
    c.add("3×3, padding 2", images, new long[] {5, 4, 3, 3}, 1, 2, 1, 1);
    c.add("3×3, stride 2, padding 1", images, new long[] {5, 4, 3, 3}, 2, 1, 1, 1);
    c.add("3×3, stride 3, padding 1", images, new long[] {5, 4, 3, 3}, 3, 1, 1, 1);
    c.add("2×2, stride 2", images, new long[] {5, 4, 2, 2}, 2, 0, 1, 1);
    c.add("2×2, padding 1", images, new long[] {5, 4, 2, 2}, 1, 1, 1, 1);
    c.add("7×7, stride 2, padding 3", images, new long[] {5, 4, 7, 7}, 2, 3, 1, 1);
    c.add("as large as the image", images, new long[] {5, 4, 7, 6}, 1, 0, 1, 1);
    c.add("dilation 2", images, new long[] {5, 4, 3, 3}, 1, 0, 2, 1);
    c.add("dilation 2, padding 2", images, new long[] {5, 4, 3, 3}, 1, 2, 2, 1);
    c.add("dilation 2, stride 2, padding 1", images, new long[] {5, 4, 3, 3}, 2, 1, 2, 1);
    c.add("2 groups", images, new long[] {6, 2, 3, 3}, 1, 1, 1, 2);
    c.add("2 groups, stride 2", images, new long[] {6, 2, 3, 3}, 2, 1, 1, 2);
    c.add("2 groups, dilation 2", images, new long[] {6, 2, 3, 3}, 1, 2, 2, 2);
    c.add("depthwise", images, new long[] {4, 1, 3, 3}, 1, 1, 1, 4);
    c.add("depthwise, stride 2", images, new long[] {4, 1, 3, 3}, 2, 1, 1, 4);
    c.add("depthwise, two filters each", images, new long[] {8, 1, 3, 3}, 1, 1, 1, 4);
    c.add("depthwise, dilation 2", images, new long[] {4, 1, 3, 3}, 1, 2, 2, 4);
    c.add("one channel", new long[] {3, 1, 5, 5}, new long[] {2, 1, 3, 3}, 1, 1, 1, 1);
    c.add("one image", new long[] {1, 4, 5, 5}, new long[] {2, 4, 3, 3}, 1, 1, 1, 1);
    c.add("one pixel", new long[] {2, 4, 1, 1}, new long[] {3, 4, 1, 1}, 1, 0, 1, 1);
    c.add("one pixel, padding 1", new long[] {2, 4, 1, 1}, new long[] {3, 4, 3, 3}, 1, 1, 1, 1);
    c.add("no image", new long[] {0, 4, 5, 5}, new long[] {2, 4, 3, 3}, 1, 1, 1, 1);
    c.oblong("3×1", new long[] {5, 4, 3, 1}, new Shape(1, 1), new Shape(1, 0), new Shape(1, 1));
    c.oblong("1×5", new long[] {5, 4, 1, 5}, new Shape(1, 2), new Shape(0, 2), new Shape(1, 1));
    c.oblong("2×3", new long[] {5, 4, 2, 3}, new Shape(2, 1), new Shape(0, 1), new Shape(1, 2));
    for (int groups : new int[] {1, 2}) {
      c.add(
          "of sequences, %d groups".formatted(groups),
          new long[] {2, 4, 9},
          new long[] {6, 4 / groups, 3},
          new Shape(2),
          new Shape(1),
          new Shape(1),
          groups);
    }
    c.chains();
    return c.cases;
  }

  private void add(
      String variant,
      long[] images,
      long[] weight,
      int stride,
      int padding,
      int dilation,
      int groups) {
    add(
        variant,
        images,
        weight,
        new Shape(stride, stride),
        new Shape(padding, padding),
        new Shape(dilation, dilation),
        groups);
  }

  private void oblong(String variant, long[] weight, Shape stride, Shape padding, Shape dilation) {
    add(variant, new long[] {2, 4, 7, 6}, weight, stride, padding, dilation, 1);
  }

  private void add(
      String variant,
      long[] images,
      long[] weight,
      Shape stride,
      Shape padding,
      Shape dilation,
      int groups) {
    Draw input = Draw.normal(images);
    Draw filters = Draw.normal(weight);
    Case plain =
        Case.of("convolution", x -> convolve(x, stride, padding, dilation, groups), input, filters);
    Case biased =
        Case.of(
            "convolution",
            x -> convolve(x, stride, padding, dilation, groups),
            input,
            filters,
            Draw.normal(weight[0]));
    cases.add(plain.named(variant).gradients().tolerance(TOLERANCE));
    cases.add(biased.named(variant).gradients().tolerance(TOLERANCE));
  }

  private static NDArray convolve(
      NDList x, Shape stride, Shape padding, Shape dilation, int groups) {
    NDArray bias = x.size() > 2 ? x.get(2) : null;
    return x.get(0)
        .getNDArrayInternal()
        .convolution(x.get(0), x.get(1), bias, stride, padding, dilation, groups)
        .singletonOrThrow();
  }

  private static NDArray same(NDArray images, NDArray weight) {
    return convolve(
        new NDList(images, weight), new Shape(1, 1), new Shape(1, 1), new Shape(1, 1), 1);
  }

  /** Pieces of networks, where the order of dimensions inside has to survive or be undone. */
  private void chains() {
    chain("relu, convolution", x -> same(Activation.relu(same(x.get(0), x.get(1))), x.get(1)));
    chain(
        "residual",
        x ->
            Activation.relu(
                same(Activation.relu(same(x.get(0), x.get(1))), x.get(1)).add(x.get(0))));
    chain(
        "two branches",
        x -> {
          NDArray y = same(x.get(0), x.get(1));
          return NDArrays.concat(new NDList(y, Activation.relu(y), x.get(0)), 1);
        });
    chain("scaled channels", x -> same(x.get(0), x.get(1)).mul(sigmoid(x.get(0))));
    chain("flattened", x -> same(x.get(0), x.get(1)).reshape(2, -1).matMul(column(x)));
    chain("batch norm", x -> norm(same(x.get(0), x.get(1)), x.get(0)));
    chain("transposed", x -> same(x.get(0), x.get(1)).transpose(0, 2, 3, 1).sum(new int[] {3}));
    chain(
        "channels-last input",
        x -> same(x.get(0).transpose(0, 2, 3, 1).mul(2).transpose(0, 3, 1, 2), x.get(1)));
    chain("sliced", x -> same(same(x.get(0), x.get(1)).get(":, :, 1:, ::2"), x.get(1)));
    chain("stacked", x -> NDArrays.stack(new NDList(same(x.get(0), x.get(1)), x.get(0)), 1));
    chain(
        "in place",
        x -> {
          NDArray y = same(x.get(0), x.get(1)).addi(x.get(0));
          return y.muli(2).divi(x.get(0).abs().addi(1));
        });
    chain(
        "changed at a slice",
        x -> {
          NDArray y = same(x.get(0), x.get(1)).mul(1);
          y.set(new NDIndex(":, 1, 2:"), 3);
          return same(y, x.get(1));
        });
    chain("own weights", x -> same(x.get(1), x.get(1)));
    chain("mean of channels", x -> same(x.get(0), x.get(1)).mean(new int[] {1}, true));
    chain("softmax of channels", x -> same(x.get(0), x.get(1)).softmax(1));
  }

  private static NDArray sigmoid(NDArray images) {
    NDArray mean = images.getNDArrayInternal().globalAvgPool();
    return Activation.sigmoid(mean).reshape(2, 4, 1, 1);
  }

  private static NDArray column(NDList x) {
    return x.get(0).get("0").reshape(-1, 1);
  }

  private static NDArray norm(NDArray y, NDArray like) {
    NDManager manager = like.getManager();
    Shape channels = new Shape(4);
    return like.getNDArrayInternal()
        .batchNorm(
            y,
            manager.zeros(channels),
            manager.ones(channels),
            manager.ones(channels),
            manager.zeros(channels),
            1,
            0.9f,
            1e-5f,
            true)
        .singletonOrThrow();
  }

  private void chain(String variant, Function<NDList, NDArray> call) {
    cases.add(
        Case.of("convolution", call, Draw.awayFromZero(2, 4, 5, 6), Draw.normal(4, 4, 3, 3))
            .named("chain: " + variant)
            .gradients()
            .tolerance(1e-4));
  }
}
