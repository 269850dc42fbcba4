package io.github.flora.onnx.trace;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.index.dim.NDIndexAll;
import ai.djl.ndarray.index.dim.NDIndexBooleans;
import ai.djl.ndarray.index.dim.NDIndexElement;
import ai.djl.ndarray.index.dim.NDIndexFixed;
import ai.djl.ndarray.index.dim.NDIndexNull;
import ai.djl.ndarray.index.dim.NDIndexPick;
import ai.djl.ndarray.index.dim.NDIndexSlice;
import ai.djl.ndarray.index.dim.NDIndexTake;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.onnx.graph.Attribute;
import io.github.flora.onnx.graph.Value;
import java.util.ArrayList;
import java.util.List;

/** Taking parts of an array by position. */
final class IndexOperators {

  private IndexOperators() {}

  static void register(Operators all) {
    all.add("get(NDManager,NDIndex)", call -> get(call, call.argument(1, NDIndex.class)));
    all.add("getScalar(long[])", call -> get(call, new NDIndex(call.argument(0, long[].class))));
    all.add("gather", IndexOperators::gather);
    all.add("gatherNd", IndexOperators::gatherNd);
    all.add("take", IndexOperators::take);
    // Engines have the short forms of their own and not always the long one.
    all.add("oneHot(int)", call -> oneHot(call, 1f, 0f));
    all.add("oneHot(int,DataType)", call -> oneHot(call, 1f, 0f));
    all.add("oneHot", call -> oneHot(call, call.real(1), call.real(2)));
  }

  /** The same index with the engine's arrays in it. */
  static NDIndex realIndex(Tracer tracer, NDIndex index) {
    List<NDIndexElement> elements = index.getIndices();
    if (elements.stream().anyMatch(NDIndexBooleans.class::isInstance)) {
      throw tracer.error(
          "get",
          "the size of what an index of booleans takes depends on the input: multiply by the mask,"
              + " or use where",
          null);
    }
    if (elements.stream().anyMatch(NDIndexPick.class::isInstance)) {
      NDIndex result = new NDIndex();
      for (NDIndexElement element : elements) {
        if (element instanceof NDIndexPick pick) {
          result.addPickDim(tracer.realArray(pick.getIndex()));
        } else {
          result.addAllDim();
        }
      }
      return result;
    }
    if (elements.stream().noneMatch(NDIndexTake.class::isInstance)) {
      return index;
    }
    // As text in one go: DJL loses count of the dimensions when parts are added to an ellipsis.
    List<String> parts = new ArrayList<>();
    List<NDArray> arrays = new ArrayList<>();
    for (NDIndexElement element : elements) {
      parts.add(part(element));
      if (element instanceof NDIndexTake take) {
        arrays.add(tracer.realArray(take.getIndex()));
      }
    }
    if (index.getEllipsisIndex() >= 0) {
      parts.add(index.getEllipsisIndex(), "...");
    }
    return new NDIndex(String.join(",", parts), arrays.toArray());
  }

  private static String part(NDIndexElement element) {
    if (element instanceof NDIndexFixed fixed) {
      return Long.toString(fixed.getIndex());
    }
    if (element instanceof NDIndexSlice slice) {
      String min = slice.getMin() == null ? "" : slice.getMin().toString();
      String max = slice.getMax() == null ? "" : slice.getMax().toString();
      return min + ":" + max + (slice.getStep() == null ? "" : ":" + slice.getStep());
    }
    if (element instanceof NDIndexNull) {
      return "null";
    }
    return element instanceof NDIndexTake ? "{}" : ":";
  }

  private static Object get(Call call, NDIndex index) {
    NDArray self = call.self().real();
    NDArray real = self.get(realIndex(call.tracer(), index));
    call.tracer().adopt(real, self, new Object[0]);
    Value value = call.self().value();
    List<NDIndexElement> elements = expand(index, self.getShape().dimension());
    for (int axis = 0, i = 0; i < elements.size(); i++) {
      NDIndexElement element = elements.get(i);
      if (element instanceof NDIndexPick pick) {
        return call.result(pick(call, value, axis, call.valueOf(pick.getIndex()), real), real);
      }
      if (!(element instanceof NDIndexNull)) {
        axis++;
      }
    }
    value = slice(call, value, elements);
    int axis = 0;
    int takes = 0;
    for (NDIndexElement element : elements) {
      if (element instanceof NDIndexTake take) {
        if (takes++ > 0) {
          throw call.error("it takes by arrays along two dimensions at once: take twice");
        }
        Value which = call.cast(call.valueOf(take.getIndex()), DataType.INT64);
        value = gatherAlong(call, value, which, axis);
        axis += which.shape().dimension();
      } else if (!(element instanceof NDIndexNull)) {
        axis++;
      }
    }
    // What fixed positions drop and new dimensions add is in the result's shape.
    return call.result(value, real);
  }

  /** One element for each dimension, and the new dimensions between them. */
  private static List<NDIndexElement> expand(NDIndex index, int rank) {
    List<NDIndexElement> elements = new ArrayList<>(index.getIndices());
    long used = elements.stream().filter(e -> !(e instanceof NDIndexNull)).count();
    int at = index.getEllipsisIndex() < 0 ? elements.size() : index.getEllipsisIndex();
    for (long i = used; i < rank; i++) {
      elements.add(at, new NDIndexAll());
    }
    return elements;
  }

  private static Value slice(Call call, Value value, List<NDIndexElement> elements) {
    List<Long> starts = new ArrayList<>();
    List<Long> ends = new ArrayList<>();
    List<Long> axes = new ArrayList<>();
    List<Long> steps = new ArrayList<>();
    long[] dims = value.shape().getShape().clone();
    int axis = 0;
    for (NDIndexElement element : elements) {
      if (element instanceof NDIndexFixed fixed) {
        starts.add(fixed.getIndex());
        ends.add(fixed.getIndex() == -1 ? Long.MAX_VALUE : fixed.getIndex() + 1);
        axes.add((long) axis);
        steps.add(1L);
        dims[axis] = 1;
      } else if (element instanceof NDIndexSlice slice) {
        long step = slice.getStep() == null ? 1 : slice.getStep();
        long min = slice.getMin() == null ? 0 : slice.getMin();
        long max = slice.getMax() == null ? Long.MAX_VALUE : slice.getMax();
        starts.add(min);
        ends.add(max);
        axes.add((long) axis);
        steps.add(step);
        dims[axis] = length(dims[axis], min, max, step);
      }
      if (!(element instanceof NDIndexNull)) {
        axis++;
      }
    }
    if (axes.isEmpty()) {
      return value;
    }
    return call.node(
        "Slice",
        value.type(),
        new Shape(dims),
        List.of(
            value,
            call.graph().sizes(array(starts)),
            call.graph().sizes(array(ends)),
            call.graph().fixed(array(axes)),
            call.graph().fixed(array(steps))));
  }

  private static long length(long size, long min, long max, long step) {
    long from = Math.max(0, min < 0 ? min + size : min);
    long to = Math.min(size, max < 0 ? max + size : max);
    return Math.max(0, (to - from + step - 1) / step);
  }

  private static long[] array(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  private static Value gatherAlong(Call call, Value value, Value which, int axis) {
    Shape shape = value.shape();
    Shape gathered = shape.slice(0, axis).addAll(which.shape()).addAll(shape.slice(axis + 1));
    return call.node(
        "Gather", value.type(), gathered, List.of(value, which), new Attribute.Int("axis", axis));
  }

  /** One element along a dimension for each position of the others. */
  private static Value pick(Call call, Value value, int axis, Value which, NDArray real) {
    Value index = call.cast(which, DataType.INT64);
    return gatherElements(call, value, call.reshape(index, real.getShape()), axis);
  }

  private static Value gatherElements(Call call, Value value, Value index, int axis) {
    return call.node(
        "GatherElements",
        value.type(),
        index.shape(),
        List.of(value, index),
        new Attribute.Int("axis", axis));
  }

  private static Object gather(Call call) {
    NDArray real = call.run();
    Value index = call.cast(call.value(0), DataType.INT64);
    int axis = call.axis(call.integer(1));
    return call.result(gatherElements(call, call.self().value(), index, axis), real);
  }

  /** The index's first dimension holds the coordinates. */
  private static Object gatherNd(Call call) {
    NDArray real = call.run();
    Value index = call.cast(call.value(0), DataType.INT64);
    int rank = index.shape().dimension();
    int[] order = new int[rank];
    for (int i = 0; i < rank; i++) {
      order[i] = (i + 1) % rank;
    }
    Value last = call.transpose(index, order);
    return call.result(call.node("GatherND", real, List.of(call.self().value(), last)), real);
  }

  /** By position in the flattened array. */
  private static Object take(Call call) {
    NDArray real = call.run();
    Value flat = call.reshape(call.self().value(), new Shape(call.self().value().shape().size()));
    Value index = call.cast(call.value(1), DataType.INT64);
    return call.result(gatherAlong(call, flat, index, 0), real);
  }

  private static Object oneHot(Call call, float onValue, float offValue) {
    NDArray real = call.run();
    Value index = call.cast(call.self().value(), DataType.INT64);
    DataType type = DataType.FLOAT32;
    Value on = call.graph().scalar(type, onValue);
    Value off = call.graph().scalar(type, offValue);
    List<Value> pair = new ArrayList<>();
    for (Value value : List.of(off, on)) {
      pair.add(call.node("Unsqueeze", type, new Shape(1), List.of(value, call.graph().fixed(0))));
    }
    Value values = call.node("Concat", type, new Shape(2), pair, new Attribute.Int("axis", 0));
    Value depth = call.graph().scalar(DataType.INT64, call.argument(0, Number.class));
    Value hot =
        call.node(
            "OneHot",
            type,
            real.getShape(),
            List.of(index, depth, values),
            new Attribute.Int("axis", -1));
    return call.result(hot, real);
  }
}
