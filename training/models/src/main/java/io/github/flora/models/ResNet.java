package io.github.flora.models;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.UniformInitializer;
import ai.djl.training.initializer.XavierInitializer;

/**
 * Residual networks of He, Zhang, Ren, Sun: <em>Deep Residual Learning for Image Recognition</em>,
 * 2015, with basic blocks of two 3×3 convolutions, equal to torchvision's {@code resnet18} and
 * {@code resnet34} in the names, order and shapes of their parameters (but for {@code
 * num_batches_tracked}), in what they compute and in how their weights start: <a
 * href="https://github.com/pytorch/vision/blob/main/torchvision/models/resnet.py">resnet.py</a>.
 *
 * <p>Nothing between the stem and the global pooling reshapes, so that a channels-last view stays
 * channels-last on engines that care.
 */
public final class ResNet {

  /** What comes before the first stage. */
  public enum Stem {
    /** A 7×7 convolution with stride 2 and 3×3 max pooling with stride 2, made for 224 pixels. */
    IMAGENET,
    /**
     * A 3×3 convolution with stride 1 and no pooling, as is usual for images of about 32 pixels; it
     * is called {@code conv1} too.
     */
    SMALL
  }

  /** Channels of the first stage; each following one doubles them and halves the size. */
  private static final int WIDTH = 64;

  /** What {@code kaiming_normal_(mode="fan_out", nonlinearity="relu")} does: σ = √(2 / fan out). */
  private static final Initializer KAIMING_NORMAL =
      new XavierInitializer(
          XavierInitializer.RandomType.GAUSSIAN, XavierInitializer.FactorType.OUT, 2);

  private ResNet() {}

  /**
   * Makes the 18-layer network, not yet initialised; as {@link #create} with two blocks per stage.
   *
   * @param classes number of outputs, at least 1
   * @param stem what comes first
   * @return the block
   */
  public static Block resnet18(int classes, Stem stem) {
    return create(new int[] {2, 2, 2, 2}, classes, stem);
  }

  /**
   * Makes the 34-layer network, not yet initialised; as {@link #create} with 3, 4, 6 and 3 blocks.
   *
   * @param classes number of outputs, at least 1
   * @param stem what comes first
   * @return the block
   */
  public static Block resnet34(int classes, Stem stem) {
    return create(new int[] {3, 4, 6, 3}, classes, stem);
  }

  /**
   * Makes a network, not yet initialised. Input N×C×H×W; C is that of the shape that it is
   * initialised with, 3 for torchvision's weights; H and W may change from call to call. Output
   * N×classes logits.
   *
   * @param blocks number of basic blocks in each stage, such as {2, 2, 2, 2}
   * @param classes number of outputs, at least 1
   * @param stem what comes first
   * @return the block
   */
  static Block create(int[] blocks, int classes, Stem stem) {
    return create(blocks, NetworkOptions.of(classes), stem);
  }

  static Block resnet18(NetworkOptions options, Stem stem) {
    return create(new int[] {2, 2, 2, 2}, options, stem);
  }

  static Block resnet34(NetworkOptions options, Stem stem) {
    return create(new int[] {3, 4, 6, 3}, options, stem);
  }

  private static Block create(int[] blocks, NetworkOptions options, Stem stem) {
    NamedSequentialBlock root = new NamedSequentialBlock();
    if (stem == Stem.IMAGENET) {
      root.add("conv1", Layers.conv(WIDTH, 7, 2, 3))
          .add("bn1", Layers.batchNorm())
          .add("relu", Activation.reluBlock())
          .add("maxpool", Pool.maxPool2dBlock(new Shape(3, 3), new Shape(2, 2), new Shape(1, 1)));
    } else {
      root.add("conv1", Layers.conv(WIDTH, 3, 1, 1))
          .add("bn1", Layers.batchNorm())
          .add("relu", Activation.reluBlock());
    }
    int channels = WIDTH;
    for (int s = 0; s < blocks.length; s++) {
      int filters = WIDTH << s;
      NamedSequentialBlock stage = new NamedSequentialBlock();
      for (int b = 0; b < blocks[s]; b++) {
        int stride = s > 0 && b == 0 ? 2 : 1;
        stage.add(String.valueOf(b), new BasicBlock(channels, filters, stride));
        channels = filters;
      }
      root.add("layer" + (s + 1), stage);
    }
    root.setInitializer(KAIMING_NORMAL, Parameter.Type.WEIGHT);
    root.add("avgpool", Pool.globalAvgPool2dBlock());
    addHead(root, channels, options);
    return root;
  }

  /**
   * One dense layer {@code fc}, with dropout before it if asked for, so that torchvision's names
   * stay; or what {@code nn.Sequential(nn.Linear, nn.ReLU, nn.Dropout, nn.Linear)} in its place
   * would be called: {@code fc.0} and {@code fc.3}, without dropout {@code fc.2}.
   */
  private static void addHead(NamedSequentialBlock root, int inputs, NetworkOptions options) {
    float dropout = options.dropoutOr(0f);
    int hidden = options.headHidden();
    if (hidden == 0) {
      if (dropout > 0) {
        root.add("dropout", Layers.dropout(dropout));
      }
      root.add("fc", dense(inputs, options.classes()));
      return;
    }
    NamedSequentialBlock fc =
        new NamedSequentialBlock().add("0", dense(inputs, hidden)).add("1", Activation.reluBlock());
    if (dropout > 0) {
      fc.add("2", Layers.dropout(dropout)).add("3", dense(hidden, options.classes()));
    } else {
      fc.add("2", dense(hidden, options.classes()));
    }
    root.add("fc", fc);
  }

  /** A dense layer that starts as {@code nn.Linear} does: uniform in ±1/√inputs, bias too. */
  private static Block dense(int inputs, int units) {
    Block fc = Layers.dense(units);
    Initializer uniform = new UniformInitializer((float) (1 / Math.sqrt(inputs)));
    fc.setInitializer(uniform, Parameter.Type.WEIGHT);
    fc.setInitializer(uniform, Parameter.Type.BIAS);
    return fc;
  }
}
