package io.github.flora.onnx.trace;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.github.flora.onnx.graph.Attribute;
import io.github.flora.onnx.graph.Value;
import io.github.flora.onnx.trace.ElementwiseOperators.Operand;
import java.util.Arrays;
import java.util.List;

/** Activation functions. Swish and Mish are made of other operations by DJL itself. */
final class ActivationOperators {

  private ActivationOperators() {}

  static void register(Operators all) {
    plain(all, "relu", "Relu");
    plain(all, "sigmoid", "Sigmoid");
    plain(all, "softPlus", "Softplus");
    plain(all, "softSign", "Softsign");
    plain(all, "selu", "Selu");
    withAlpha(all, "leakyRelu", "LeakyRelu");
    withAlpha(all, "elu", "Elu");
    all.add("gelu", call -> ElementwiseOperators.composed(call, x -> gelu(call, x)));
    all.add("softmax", call -> alongAxis(call, "Softmax"));
    all.add("logSoftmax", call -> alongAxis(call, "LogSoftmax"));
    all.add("prelu", ActivationOperators::prelu);
  }

  private static void plain(Operators all, String name, String operator) {
    all.add(
        name,
        call ->
            ElementwiseOperators.composed(
                call, x -> call.node(operator, x.like(), List.of(x.value()))));
  }

  private static void withAlpha(Operators all, String name, String operator) {
    all.add(
        name,
        call ->
            ElementwiseOperators.composed(
                call,
                x ->
                    call.node(
                        operator,
                        x.like(),
                        List.of(x.value()),
                        new Attribute.Real("alpha", call.real(0)))));
  }

  /** x/2 · (1 + erf(x/√2)), in the form that ONNX Runtime recognises and fuses. */
  private static Value gelu(Call call, Operand x) {
    NDArray like = x.like();
    Value root = call.graph().scalar(x.value().type(), Math.sqrt(2));
    Value one = call.graph().scalar(x.value().type(), 1.0);
    Value erf = call.node("Erf", like, List.of(call.node("Div", like, List.of(x.value(), root))));
    Value product =
        call.node("Mul", like, List.of(x.value(), call.node("Add", like, List.of(erf, one))));
    return ElementwiseOperators.times(call, x, product, 0.5);
  }

  private static NDArray alongAxis(Call call, String operator) {
    NDArray real = call.run();
    Value value =
        call.node(
            operator,
            real,
            List.of(call.cast(call.self().value(), real.getDataType())),
            new Attribute.Int("axis", call.axis(call.integer(0))));
    return call.result(value, real);
  }

  /** One slope, or one for each channel (dimension 1). */
  private static NDList prelu(Call call) {
    NDList real = call.runList();
    NDArray like = real.singletonOrThrow();
    Value input = call.value(0);
    Value slope = call.value(1);
    if (slope.shape().dimension() == 1 && slope.shape().get(0) > 1) {
      long[] dims = new long[input.shape().dimension() - 1];
      Arrays.fill(dims, 1);
      dims[0] = slope.shape().get(0);
      slope = call.reshape(slope, new Shape(dims));
    }
    return call.list(call.result(call.node("PRelu", like, List.of(input, slope)), like));
  }
}
