package io.github.flora.onnx.trace;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.onnx.graph.Attribute;
import io.github.flora.onnx.graph.Value;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reductions, positions of extremes, sorting and running sums. */
final class ReductionOperators {

  private ReductionOperators() {}

  static void register(Operators all) {
    reduction(all, "sum", "ReduceSum");
    reduction(all, "mean", "ReduceMean");
    reduction(all, "max", "ReduceMax");
    reduction(all, "min", "ReduceMin");
    reduction(all, "prod", "ReduceProd");
    all.add("norm(boolean)", call -> norm(call, 2, null, call.flag(0)));
    all.add(
        "norm(int,int[],boolean)",
        call -> norm(call, call.integer(0), call.argument(1, int[].class), call.flag(2)));
    all.add("normalize(double,long,double)", ReductionOperators::normalize);
    all.add("argMax", call -> extreme(call, "ArgMax"));
    all.add("argMin", call -> extreme(call, "ArgMin"));
    all.add("cumSum", ReductionOperators::cumulativeSum);
    all.add("sort", call -> sorted(call, call.count() == 0 ? -1 : call.integer(0), true, 0));
    all.add("argSort", call -> sorted(call, call.integer(0), call.flag(1), 1));
    all.add("topK", ReductionOperators::topK);
  }

  private static void reduction(Operators all, String name, String operator) {
    all.add(
        name,
        call -> {
          NDArray real = call.run();
          int @Nullable [] axes = call.count() == 0 ? null : call.argument(0, int[].class);
          boolean keep = call.count() > 1 && call.flag(1);
          Value value = call.cast(call.self().value(), real.getDataType());
          return call.result(reduce(call, operator, value, real, axes, keep), real);
        });
  }

  private static Value reduce(
      Call call, String operator, Value value, NDArray like, int @Nullable [] axes, boolean keep) {
    Value which =
        axes == null
            ? null
            : call.graph()
                .fixed(Arrays.stream(axes).map(call::axis).sorted().asLongStream().toArray());
    return call.node(
        operator,
        like,
        which == null ? List.of(value) : List.of(value, which),
        new Attribute.Int("keepdims", keep ? 1 : 0));
  }

  private static Object norm(Call call, int order, int @Nullable [] axes, boolean keep) {
    NDArray real = call.run();
    String operator =
        switch (order) {
          case 1 -> "ReduceL1";
          case 2 -> "ReduceL2";
          default -> throw call.error("ONNX has norms of order 1 and 2, not " + order);
        };
    Value value = call.cast(call.self().value(), real.getDataType());
    return call.result(reduce(call, operator, value, real, axes, keep), real);
  }

  /** Divides by the norm along one dimension, or by a small number where that is smaller. */
  private static Object normalize(Call call) {
    NDArray real = call.run();
    double exponent = call.argument(0, Number.class).doubleValue();
    if (exponent != 1 && exponent != 2) {
      throw call.error("ONNX has norms of order 1 and 2, not " + exponent);
    }
    int axis = call.axis(call.integer(1));
    Value value = call.cast(call.self().value(), real.getDataType());
    long[] dims = real.getShape().getShape().clone();
    dims[axis] = 1;
    Shape reduced = new Shape(dims);
    Value norm =
        call.node(
            exponent == 1 ? "ReduceL1" : "ReduceL2",
            real.getDataType(),
            reduced,
            List.of(value, call.graph().fixed(axis)),
            new Attribute.Int("keepdims", 1));
    Value least = call.graph().scalar(real.getDataType(), call.argument(2, Number.class));
    Value divisor = call.node("Max", real.getDataType(), reduced, List.of(norm, least));
    return call.result(call.node("Div", real, List.of(value, divisor)), real);
  }

  private static Object extreme(Call call, String operator) {
    NDArray real = call.run();
    Value value = call.self().value();
    int axis = 0;
    if (call.count() == 0) {
      value = call.reshape(value, new Shape(value.shape().size()));
    } else {
      axis = call.axis(call.integer(0));
    }
    Value index =
        call.node(
            operator,
            DataType.INT64,
            real.getShape(),
            List.of(value),
            new Attribute.Int("axis", axis),
            new Attribute.Int("keepdims", 0));
    return call.result(index, real);
  }

  private static Object cumulativeSum(Call call) {
    NDArray real = call.run();
    Value value = call.cast(call.self().value(), real.getDataType());
    int axis = 0;
    if (call.count() == 0) {
      value = call.reshape(value, new Shape(value.shape().size()));
    } else {
      axis = call.axis(call.integer(0));
    }
    Value where = call.graph().scalar(DataType.INT64, (long) axis);
    return call.result(call.node("CumSum", real, List.of(value, where)), real);
  }

  private static Object sorted(Call call, int axis, boolean ascending, int which) {
    NDArray real = call.run();
    long size = real.getShape().get(call.axis(axis));
    List<Value> both = top(call, real.getShape(), size, call.axis(axis), !ascending);
    return call.result(both.get(which), real);
  }

  private static Object topK(Call call) {
    NDList real = call.runList();
    List<Value> both =
        top(
            call,
            real.get(0).getShape(),
            call.integer(0),
            call.axis(call.integer(1)),
            call.flag(2));
    return new NDList(call.result(both.get(0), real.get(0)), call.result(both.get(1), real.get(1)));
  }

  /** The largest or smallest in order, and where they were. */
  private static List<Value> top(Call call, Shape shape, long k, int axis, boolean largest) {
    Value value = call.self().value();
    return call.graph()
        .node(
            "TopK",
            List.of(value, call.graph().sizes(k)),
            List.of(value.type(), DataType.INT64),
            List.of(shape, shape),
            new Attribute.Int("axis", axis),
            new Attribute.Int("largest", largest ? 1 : 0),
            new Attribute.Int("sorted", 1));
  }
}
