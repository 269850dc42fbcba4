package io.github.flora.onnx.trace;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.onnx.graph.Attribute;
import io.github.flora.onnx.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Shapes: reshaping, transposing, joining, splitting, repeating, padding. */
final class ShapeOperators {

  private ShapeOperators() {}

  static void register(Operators all) {
    // Whatever the arguments, the result's shape says all.
    all.addAll(call -> call.result(call.self().value(), call.run()), "reshape", "flatten");
    all.add("expandDims", call -> axes(call, "Unsqueeze", call.integer(0)));
    all.add("squeeze", ShapeOperators::squeeze);
    all.add("transpose", ShapeOperators::transpose);
    all.add("broadcast", ShapeOperators::broadcast);
    all.add("stack", call -> join(call, true));
    all.add("concat", call -> join(call, false));
    // Engines understand lists of positions in different ways, but equal parts in the same.
    all.addAll(ShapeOperators::split, "split", "split(long,int)");
    all.add("tile", ShapeOperators::tile);
    all.add("repeat", ShapeOperators::repeat);
    all.add("pad", ShapeOperators::pad);
    all.add("flip", ShapeOperators::flip);
  }

  private static Object axes(Call call, String operator, int axis) {
    NDArray real = call.run();
    int at = axis < 0 ? axis + real.getShape().dimension() : axis;
    return call.result(
        call.node(operator, real, List.of(call.self().value(), call.graph().fixed(at))), real);
  }

  private static Object squeeze(Call call) {
    NDArray real = call.run();
    long[] axes =
        Arrays.stream(call.argument(0, int[].class)).map(call::axis).asLongStream().toArray();
    if (axes.length == 0) {
      return call.result(call.self().value(), real);
    }
    return call.result(
        call.node("Squeeze", real, List.of(call.self().value(), call.graph().fixed(axes))), real);
  }

  private static Object transpose(Call call) {
    NDArray real = call.run();
    int rank = real.getShape().dimension();
    int[] order =
        call.count() == 0
            ? IntStream.range(0, rank).map(i -> rank - 1 - i).toArray()
            : Arrays.stream(call.argument(0, int[].class)).map(call::axis).toArray();
    return call.result(call.transpose(call.self().value(), order), real);
  }

  private static Object broadcast(Call call) {
    NDArray real = call.run();
    Value shape = call.graph().sizes(real.getShape().getShape());
    return call.result(call.node("Expand", real, List.of(call.self().value(), shape)), real);
  }

  private static Object join(Call call, boolean stack) {
    NDArray real = call.run();
    DataType type = real.getDataType();
    int rank = real.getShape().dimension();
    int axis = call.integer(1) < 0 ? call.integer(1) + rank : call.integer(1);
    List<Value> parts = new ArrayList<>();
    parts.add(call.self().value());
    call.argument(0, NDList.class).forEach(array -> parts.add(call.valueOf(array)));
    List<Value> ready = new ArrayList<>();
    for (Value part : parts) {
      Value typed = call.cast(part, type);
      if (stack) {
        long[] dims = real.getShape().getShape().clone();
        dims[axis] = 1;
        typed =
            call.node("Unsqueeze", type, new Shape(dims), List.of(typed, call.graph().fixed(axis)));
      }
      ready.add(typed);
    }
    return call.result(call.node("Concat", real, ready, new Attribute.Int("axis", axis)), real);
  }

  private static Object split(Call call) {
    NDList real = call.runList();
    int axis = call.axis(call.integer(1));
    List<Shape> shapes = real.stream().map(NDArray::getShape).toList();
    long[] lengths = shapes.stream().mapToLong(shape -> shape.get(axis)).toArray();
    Value value = call.self().value();
    List<Value> parts =
        call.graph()
            .node(
                "Split",
                List.of(value, call.graph().sizes(lengths)),
                Collections.nCopies(shapes.size(), value.type()),
                shapes,
                new Attribute.Int("axis", axis));
    NDList result = new NDList();
    for (int i = 0; i < parts.size(); i++) {
      result.add(call.result(parts.get(i), real.get(i)));
    }
    return result;
  }

  private static Object tile(Call call) {
    NDArray real = call.run();
    Value value = aligned(call, real);
    long[] from = value.shape().getShape();
    long[] to = real.getShape().getShape();
    long[] repeats = new long[to.length];
    for (int i = 0; i < to.length; i++) {
      repeats[i] = from[i] == 0 ? 1 : to[i] / from[i];
    }
    return call.result(call.node("Tile", real, List.of(value, call.graph().sizes(repeats))), real);
  }

  /** The array with as many dimensions as the result has. */
  private static Value aligned(Call call, NDArray real) {
    Value value = call.self().value();
    int missing = real.getShape().dimension() - value.shape().dimension();
    return missing <= 0
        ? value
        : call.reshape(
            value,
            new Shape(
                LongStream.concat(
                        LongStream.generate(() -> 1).limit(missing),
                        Arrays.stream(value.shape().getShape()))
                    .toArray()));
  }

  /** Each element several times, one after the other, dimension by dimension. */
  private static Object repeat(Call call) {
    NDArray real = call.run();
    Value value = aligned(call, real);
    long[] to = real.getShape().getShape();
    for (int axis = 0; axis < to.length; axis++) {
      long size = value.shape().get(axis);
      if (size == to[axis]) {
        continue;
      }
      long[] dims = value.shape().getShape();
      long[] split = new long[dims.length + 1];
      System.arraycopy(dims, 0, split, 0, axis + 1);
      split[axis + 1] = 1;
      System.arraycopy(dims, axis + 1, split, axis + 2, dims.length - axis - 1);
      Value unsqueezed =
          call.node(
              "Unsqueeze",
              value.type(),
              new Shape(split),
              List.of(value, call.graph().fixed(axis + 1)));
      long[] wide = split.clone();
      wide[axis + 1] = to[axis] / size;
      Value expanded =
          call.node(
              "Expand",
              value.type(),
              new Shape(wide),
              List.of(unsqueezed, call.graph().sizes(wide)));
      long[] joined = dims.clone();
      joined[axis] = to[axis];
      value = call.reshape(expanded, new Shape(joined));
    }
    return call.result(value, real);
  }

  /** The shape lists pairs of before and after, the last dimension's first. */
  private static Object pad(Call call) {
    NDArray real = call.run();
    long[] pairs = call.argument(0, Shape.class).getShape();
    int rank = real.getShape().dimension();
    long[] pads = new long[2 * rank];
    for (int i = 0; i + 1 < pairs.length; i += 2) {
      int axis = rank - 1 - i / 2;
      pads[axis] = pairs[i];
      pads[rank + axis] = pairs[i + 1];
    }
    Value value = call.self().value();
    Value with = call.graph().scalar(value.type(), call.argument(1, Number.class));
    return call.result(
        call.node("Pad", real, List.of(value, call.graph().fixed(pads), with)), real);
  }

  private static Object flip(Call call) {
    NDArray real = call.run();
    long[] axes =
        Arrays.stream(call.argument(0, int[].class)).map(call::axis).asLongStream().toArray();
    long[] minusOne = new long[axes.length];
    Arrays.fill(minusOne, -1);
    long[] least = new long[axes.length];
    Arrays.fill(least, Long.MIN_VALUE + 1);
    Value value =
        call.node(
            "Slice",
            real,
            List.of(
                call.self().value(),
                call.graph().fixed(minusOne),
                call.graph().fixed(least),
                call.graph().fixed(axes),
                call.graph().fixed(minusOne)));
    return call.result(value, real);
  }
}
