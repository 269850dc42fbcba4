package io.github.flora.onnx.trace;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.onnx.graph.Attribute;
import io.github.flora.onnx.graph.Tensor;
import io.github.flora.onnx.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Layers with weights: dense, convolutional, embedding, normalisation; and products of matrices.
 */
final class LayerOperators {

  private LayerOperators() {}

  static void register(Operators all) {
    all.add("linear", LayerOperators::linear);
    all.addAll(LayerOperators::product, "matMul", "dot", "batchMatMul");
    all.add("convolution", LayerOperators::convolution);
    all.add("deconvolution", LayerOperators::deconvolution);
    all.add("embedding", LayerOperators::embedding);
    all.add("batchNorm", LayerOperators::batchNorm);
    all.add("layerNorm", LayerOperators::layerNorm);
    all.add("dropout", LayerOperators::dropout);
  }

  /** x·Wᵀ + b over the last dimension. */
  private static NDList linear(Call call) {
    NDArray real = call.runList().singletonOrThrow();
    DataType type = real.getDataType();
    Value input = call.cast(call.value(0), type);
    Value weight = call.value(1);
    Value bias = call.optionalValue(2);
    if (input.shape().dimension() == 2) {
      return call.list(
          call.result(
              call.node(
                  "Gemm",
                  real,
                  bias == null ? List.of(input, weight) : List.of(input, weight, bias),
                  new Attribute.Int("transB", 1)),
              real));
    }
    Value product = call.node("MatMul", real, List.of(input, call.transpose(weight, 1, 0)));
    return call.list(
        call.result(bias == null ? product : call.node("Add", real, List.of(product, bias)), real));
  }

  private static Object product(Call call) {
    NDArray real = call.run();
    DataType type = real.getDataType();
    return call.result(
        call.node(
            "MatMul",
            real,
            List.of(call.cast(call.self().value(), type), call.cast(call.value(0), type))),
        real);
  }

  private static List<Value> withBias(Call call) {
    Value bias = call.optionalValue(2);
    return bias == null
        ? List.of(call.value(0), call.value(1))
        : List.of(call.value(0), call.value(1), bias);
  }

  private static NDList convolution(Call call) {
    NDArray real = call.runList().singletonOrThrow();
    Value value =
        call.node(
            "Conv",
            real,
            withBias(call),
            new Attribute.Ints("kernel_shape", kernel(call.value(1))),
            new Attribute.Ints("strides", call.argument(3, Shape.class).getShape()),
            new Attribute.Ints("pads", twice(call.argument(4, Shape.class))),
            new Attribute.Ints("dilations", call.argument(5, Shape.class).getShape()),
            new Attribute.Int("group", call.integer(6)));
    return call.list(call.result(value, real));
  }

  private static NDList deconvolution(Call call) {
    NDArray real = call.runList().singletonOrThrow();
    Value value =
        call.node(
            "ConvTranspose",
            real,
            withBias(call),
            new Attribute.Ints("kernel_shape", kernel(call.value(1))),
            new Attribute.Ints("strides", call.argument(3, Shape.class).getShape()),
            new Attribute.Ints("pads", twice(call.argument(4, Shape.class))),
            new Attribute.Ints("output_padding", call.argument(5, Shape.class).getShape()),
            new Attribute.Ints("dilations", call.argument(6, Shape.class).getShape()),
            new Attribute.Int("group", call.integer(7)));
    return call.list(call.result(value, real));
  }

  private static long[] kernel(Value weight) {
    return weight.shape().slice(2).getShape();
  }

  /** The same padding before and after. */
  static long[] twice(Shape padding) {
    long[] one = padding.getShape();
    long[] both = Arrays.copyOf(one, 2 * one.length);
    System.arraycopy(one, 0, both, one.length, one.length);
    return both;
  }

  private static NDList embedding(Call call) {
    NDArray real = call.runList().singletonOrThrow();
    Value index = call.cast(call.value(0), DataType.INT64);
    Value value =
        call.node("Gather", real, List.of(call.value(1), index), new Attribute.Int("axis", 0));
    return call.list(call.result(value, real));
  }

  private static NDList batchNorm(Call call) {
    NDArray real = call.runList().singletonOrThrow();
    Value input = call.value(0);
    Value mean = call.value(1);
    Value variance = call.value(2);
    long channels = mean.shape().size();
    Value gamma = orFilled(call, call.optionalValue(3), channels, 1);
    Value beta = orFilled(call, call.optionalValue(4), channels, 0);
    int rank = input.shape().dimension();
    int axis = call.integer(5);
    if (axis < 0) {
      // DJL's PyTorch engine takes -1 for the channels of N×C×…, others for the last dimension.
      axis = rank > 1 && input.shape().get(1) == channels ? 1 : rank + axis;
    }
    int[] swap = IntStream.range(0, rank).toArray();
    swap[axis] = 1;
    swap[1] = axis;
    Value channelsFirst = axis == 1 ? input : call.transpose(input, swap);
    Value normed =
        call.node(
            "BatchNormalization",
            channelsFirst.type(),
            channelsFirst.shape(),
            List.of(channelsFirst, gamma, beta, mean, variance),
            new Attribute.Real("epsilon", call.real(7)));
    return call.list(call.result(axis == 1 ? normed : call.transpose(normed, swap), real));
  }

  private static Value orFilled(Call call, @Nullable Value given, long size, float with) {
    if (given != null) {
      return given;
    }
    float[] values = new float[Math.toIntExact(size)];
    Arrays.fill(values, with);
    return call.graph().initializer("const", Tensor.of(new Shape(size), values));
  }

  private static NDList layerNorm(Call call) {
    NDArray real = call.runList().singletonOrThrow();
    Shape over = call.argument(1, Shape.class);
    int axis = real.getShape().dimension() - over.dimension();
    List<Value> in = new ArrayList<>(List.of(centred(call, call.value(0), axis)));
    in.add(orOnes(call, call.optionalValue(2), over));
    Value beta = call.optionalValue(3);
    if (beta != null) {
      in.add(beta);
    }
    Value value =
        call.node(
            "LayerNormalization",
            real,
            in,
            new Attribute.Int("axis", axis),
            new Attribute.Real("epsilon", call.real(4)));
    return call.list(call.result(value, real));
  }

  /**
   * Takes the mean off, which changes nothing for a normalisation but its accuracy: ONNX Runtime
   * computes the variance as E[x²] − E[x]² in 32 bits, which loses percents of it where the numbers
   * are large against their spread.
   */
  private static Value centred(Call call, Value value, int axis) {
    int rank = value.shape().dimension();
    long[] dims = value.shape().getShape().clone();
    Arrays.fill(dims, axis, rank, 1);
    Value mean =
        call.node(
            "ReduceMean",
            value.type(),
            new Shape(dims),
            List.of(value, call.graph().fixed(LongStream.range(axis, rank).toArray())),
            new Attribute.Int("keepdims", 1));
    return call.node("Sub", value.type(), value.shape(), List.of(value, mean));
  }

  private static Value orOnes(Call call, @Nullable Value given, Shape shape) {
    return given != null ? given : call.reshape(orFilled(call, null, shape.size(), 1), shape);
  }

  /** Does nothing in inference. */
  private static NDList dropout(Call call) {
    TracedArray input = TracedArray.behind(call.argument(0));
    if (call.flag(2) || input == null) {
      throw call.error("it is asked to train, but only inference is exported");
    }
    return call.list(call.tracer().wrap(input.real(), input.value(), input.constant()).face());
  }
}
