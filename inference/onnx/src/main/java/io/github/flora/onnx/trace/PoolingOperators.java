package io.github.flora.onnx.trace;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.flora.onnx.graph.Attribute;
import io.github.flora.onnx.graph.Value;
import java.util.Arrays;
import java.util.List;

/** Pooling, over windows and over everything but batch and channels. */
final class PoolingOperators {

  private PoolingOperators() {}

  static void register(Operators all) {
    all.add("maxPool", PoolingOperators::maxPool);
    all.add("avgPool", PoolingOperators::avgPool);
    all.add("lpPool", PoolingOperators::lpPool);
    all.add("globalMaxPool", call -> global(call, "GlobalMaxPool"));
    all.add("globalAvgPool", call -> global(call, "GlobalAveragePool"));
    all.add("globalLpPool", PoolingOperators::globalLpPool);
  }

  /** Windows along each dimension. */
  private static final class Windows {

    private final long[] kernel;
    private final long[] strides;
    // Before each dimension, then after each.
    private final long[] pads;

    Windows(long[] kernel, long[] strides, long[] pads) {
      this.kernel = kernel;
      this.strides = strides;
      this.pads = pads;
    }

    /**
     * Padding that gives just the output's size. An engine that rounds sizes up lets the last
     * window reach beyond the padding; runtimes differ in what they do then, so it is spelt out.
     */
    static Windows of(Shape kernel, Shape strides, Shape padding, Shape input, Shape output) {
      int n = kernel.dimension();
      long[] pads = LayerOperators.twice(padding);
      for (int i = 0; i < n; i++) {
        long covered = (output.get(2 + i) - 1) * strides.get(i) + kernel.get(i);
        pads[n + i] = Math.max(pads[n + i], covered - input.get(2 + i) - pads[i]);
      }
      return new Windows(kernel.getShape(), strides.getShape(), pads);
    }

    boolean evenlyPadded() {
      int n = kernel.length;
      for (int i = 0; i < n; i++) {
        if (pads[i] != pads[n + i]) {
          return false;
        }
      }
      return true;
    }

    Value pool(Call call, String operator, NDArray like, Value value, Attribute... more) {
      Attribute[] attributes = new Attribute[3 + more.length];
      attributes[0] = new Attribute.Ints("kernel_shape", kernel);
      attributes[1] = new Attribute.Ints("strides", strides);
      attributes[2] = new Attribute.Ints("pads", pads);
      System.arraycopy(more, 0, attributes, 3, more.length);
      return call.node(operator, like, List.of(value), attributes);
    }
  }

  private static Windows windows(Call call, NDArray real, int first) {
    return Windows.of(
        call.argument(first, Shape.class),
        call.argument(first + 1, Shape.class),
        call.argument(first + 2, Shape.class),
        call.self().real().getShape(),
        real.getShape());
  }

  private static Object maxPool(Call call) {
    NDArray real = call.run();
    Windows windows = windows(call, real, 0);
    return call.result(windows.pool(call, "MaxPool", real, call.self().value()), real);
  }

  private static Object avgPool(Call call) {
    NDArray real = call.run();
    Windows windows = windows(call, real, 0);
    Value value = call.self().value();
    boolean countPadding = countsPadding(call);
    if (countPadding && !windows.evenlyPadded()) {
      // Zeros of the padding count, what a window reaches beyond it doesn't.
      Shape padding = call.argument(2, Shape.class);
      int n = padding.dimension();
      long[] outer = new long[2 * (n + 2)];
      long[] inner = windows.pads.clone();
      long[] dims = value.shape().getShape().clone();
      for (int i = 0; i < n; i++) {
        outer[2 + i] = padding.get(i);
        outer[n + 4 + i] = padding.get(i);
        inner[i] -= padding.get(i);
        inner[n + i] -= padding.get(i);
        dims[2 + i] += 2 * padding.get(i);
      }
      Value zero = call.graph().scalar(value.type(), 0);
      value =
          call.node(
              "Pad",
              value.type(),
              new Shape(dims),
              List.of(value, call.graph().fixed(outer), zero));
      windows = new Windows(windows.kernel, windows.strides, inner);
      countPadding = false;
    }
    return call.result(
        windows.pool(
            call,
            "AveragePool",
            real,
            value,
            new Attribute.Int("count_include_pad", countPadding ? 1 : 0)),
        real);
  }

  /**
   * Whether zeros of the padding count. Engines don't all do what they are asked to (DJL's PyTorch
   * engine always counts them), so it is read off from what this one does to ones.
   */
  private static boolean countsPadding(Call call) {
    NDArray self = call.self().real();
    try (NDArray ones = self.onesLike();
        NDArray means =
            ones.getNDArrayInternal()
                .avgPool(
                    call.argument(0, Shape.class),
                    call.argument(1, Shape.class),
                    call.argument(2, Shape.class),
                    call.flag(3),
                    call.flag(4))) {
      for (float mean : means.toFloatArray()) {
        if (mean < 0.999f) {
          return true;
        }
      }
      return false;
    }
  }

  private static Object global(Call call, String operator) {
    NDArray real = call.run();
    Value value = call.self().value();
    long[] dims = value.shape().getShape().clone();
    Arrays.fill(dims, 2, dims.length, 1);
    return call.result(call.node(operator, value.type(), new Shape(dims), List.of(value)), real);
  }

  private static Object lpPool(Call call) {
    NDArray real = call.run();
    Shape kernel = call.argument(1, Shape.class);
    Shape zeros = new Shape(new long[kernel.dimension()]);
    Windows windows =
        Windows.of(
            kernel,
            call.argument(2, Shape.class),
            zeros,
            call.self().real().getShape(),
            real.getShape());
    if (!windows.evenlyPadded()) {
      throw call.error("rounding sizes up isn't supported for it: choose sizes that fit");
    }
    return call.result(powerMean(call, windows, call.self().value()), real);
  }

  private static Object globalLpPool(Call call) {
    NDArray real = call.run();
    Value value = call.self().value();
    int n = value.shape().dimension() - 2;
    long[] ones = new long[n];
    Arrays.fill(ones, 1);
    Windows windows = new Windows(value.shape().slice(2).getShape(), ones, new long[2 * n]);
    Value pooled = powerMean(call, windows, value);
    return call.result(pooled, real);
  }

  /** The p-th root of the sum of p-th powers, signs kept as engines keep them. */
  private static Value powerMean(Call call, Windows windows, Value value) {
    double p = call.argument(0, Number.class).doubleValue();
    long[] dims = value.shape().getShape().clone();
    long count = 1;
    for (int i = 0; i < windows.kernel.length; i++) {
      count *= windows.kernel[i];
      dims[2 + i] = (dims[2 + i] - windows.kernel[i]) / windows.strides[i] + 1;
    }
    Shape shape = new Shape(dims);
    Value power = call.graph().scalar(value.type(), p);
    Value powers = call.node("Pow", value.type(), value.shape(), List.of(value, power));
    Value mean =
        call.node(
            "AveragePool",
            value.type(),
            shape,
            List.of(powers),
            new Attribute.Ints("kernel_shape", windows.kernel),
            new Attribute.Ints("strides", windows.strides));
    Value sum =
        call.node(
            "Mul", value.type(), shape, List.of(mean, call.graph().scalar(value.type(), count)));
    Value root = call.graph().scalar(value.type(), 1 / p);
    return call.node("Pow", value.type(), shape, List.of(sum, root));
  }
}
