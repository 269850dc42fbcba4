package io.github.flora.models;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.XavierInitializer;

/** The few layers that our networks are made of. */
final class Layers {

  /**
   * Glorot and Bengio 2010, as Keras's {@code GlorotUniform}: uniform in ±√(6 / (fan in + fan out))
   * = ±√(3 / mean fan), where a convolution's fans are channels × kernel area. DJL's own default
   * magnitude of 6 would be wider by √2, and its default for weights is another (He normal).
   */
  private static final Initializer GLOROT_UNIFORM =
      new XavierInitializer(
          XavierInitializer.RandomType.UNIFORM, XavierInitializer.FactorType.AVG, 3f);

  private Layers() {}

  /** Valid convolution with stride 1 and a square kernel. */
  static Block conv(int filters, int kernel, boolean bias) {
    return Conv2d.builder()
        .setKernelShape(new Shape(kernel, kernel))
        .setFilters(filters)
        .optBias(bias)
        .build();
  }

  /** Without bias, for a batch normalisation to follow; padding by zeros on all four sides. */
  static Block conv(int filters, int kernel, int stride, int padding) {
    return Conv2d.builder()
        .setKernelShape(new Shape(kernel, kernel))
        .setFilters(filters)
        .optStride(new Shape(stride, stride))
        .optPadding(new Shape(padding, padding))
        .optBias(false)
        .build();
  }

  static Block dense(int units) {
    return Linear.builder().setUnits(units).build();
  }

  static Block batchNorm() {
    return new BatchNorm();
  }

  static Block dropout(float rate) {
    return Dropout.builder().optRate(rate).build();
  }

  /** Makes all weights of a block start as Keras's do; biases start at zero in DJL already. */
  static Block glorotUniform(Block block) {
    block.setInitializer(GLOROT_UNIFORM, Parameter.Type.WEIGHT);
    return block;
  }
}
