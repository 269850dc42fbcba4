package io.github.flora.onnx.trace;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.onnx.graph.Attribute;
import io.github.flora.onnx.graph.Graph;
import io.github.flora.onnx.graph.ModelWriter;
import io.github.flora.onnx.graph.Value;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One call of a method of a traced array: what it was called on and with, and ways to record it.
 */
final class Call {

  private final TracedArray self;
  private final Method method;
  private final @Nullable Object[] arguments;

  Call(TracedArray self, Method method, @Nullable Object[] arguments) {
    this.self = self;
    this.method = method;
    this.arguments = arguments;
  }

  TracedArray self() {
    return self;
  }

  Tracer tracer() {
    return self.tracer();
  }

  Graph graph() {
    return self.tracer().graph();
  }

  String name() {
    return method.getName();
  }

  int count() {
    return arguments.length;
  }

  @Nullable Object argument(int index) {
    return arguments[index];
  }

  <T> T argument(int index, Class<T> type) {
    return type.cast(Objects.requireNonNull(arguments[index]));
  }

  int integer(int index) {
    return argument(index, Number.class).intValue();
  }

  boolean flag(int index) {
    return argument(index, Boolean.class);
  }

  float real(int index) {
    return argument(index, Number.class).floatValue();
  }

  /** The graph's value of an array argument. */
  Value value(int index) {
    return valueOf(arguments[index]);
  }

  @Nullable Value optionalValue(int index) {
    return arguments[index] == null ? null : value(index);
  }

  /** The graph's value of any array; one that isn't traced becomes a constant. */
  Value valueOf(@Nullable Object array) {
    TracedArray traced = TracedArray.behind(array);
    if (traced == null) {
      return tracer().constant((NDArray) Objects.requireNonNull(array)).value();
    }
    if (traced.tracer() != tracer()) {
      throw tracer().error(name(), "its argument comes from another trace", null);
    }
    return traced.value();
  }

  /** Carries the call out on the engine's arrays. */
  NDArray run() {
    return (NDArray) Objects.requireNonNull(invoke(method));
  }

  /** As {@link #run}, for methods that return something else. */
  @Nullable Object raw() {
    return invoke(method);
  }

  /** As {@link #run}, for methods that return several arrays. */
  NDList runList() {
    return (NDList) Objects.requireNonNull(invoke(method));
  }

  /** Carries out another method of {@link NDArray} with the same arguments. */
  NDArray runAs(String other) {
    try {
      return (NDArray)
          Objects.requireNonNull(
              invoke(NDArray.class.getMethod(other, method.getParameterTypes())));
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
  }

  private @Nullable Object invoke(Method which) {
    Object target =
        which.getDeclaringClass() == NDArrayEx.class
            ? self.real().getNDArrayInternal()
            : self.real();
    @Nullable Object[] real = new Object[arguments.length];
    for (int i = 0; i < real.length; i++) {
      real[i] = tracer().real(arguments[i]);
    }
    try {
      Object result = which.invoke(target, real);
      tracer().adopt(result, self.real(), real);
      return result;
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      if (cause instanceof UnsupportedOperationException) {
        throw tracer()
            .error(
                name(),
                "the engine %s doesn't carry it out: trace the block on an engine that does"
                    .formatted(tracer().manager().getEngine().getEngineName()),
                cause);
      }
      if (cause instanceof RuntimeException runtime) {
        throw runtime;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(cause);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Records a node whose output is like an engine's array. */
  Value node(
      String operator, NDArray like, List<? extends @Nullable Value> in, Attribute... attributes) {
    return graph().node(operator, in, like.getDataType(), like.getShape(), attributes);
  }

  /** Records a node of type and shape that no engine's array shows. */
  Value node(
      String operator,
      DataType type,
      Shape shape,
      List<? extends @Nullable Value> in,
      Attribute... attributes) {
    return graph().node(operator, in, type, shape, attributes);
  }

  /** A value in another type. */
  Value cast(Value value, DataType type) {
    if (value.type() == type) {
      return value;
    }
    return graph()
        .node(
            "Cast",
            List.of(value),
            type,
            value.shape(),
            new Attribute.Int("to", ModelWriter.code(type)));
  }

  /** A value in another shape with as many elements. */
  Value reshape(Value value, Shape shape) {
    if (value.shape().equals(shape)) {
      return value;
    }
    return graph()
        .node("Reshape", List.of(value, graph().sizes(shape.getShape())), value.type(), shape);
  }

  Value transpose(Value value, int... axes) {
    long[] dims = new long[axes.length];
    long[] permutation = new long[axes.length];
    for (int i = 0; i < axes.length; i++) {
      dims[i] = value.shape().get(axes[i]);
      permutation[i] = axes[i];
    }
    return graph()
        .node(
            "Transpose",
            List.of(value),
            value.type(),
            new Shape(dims),
            new Attribute.Ints("perm", permutation));
  }

  /** The array that the block gets for a recorded value, brought into the engine's type. */
  NDArray result(Value value, NDArray real) {
    Value typed = cast(value, real.getDataType());
    return tracer().wrap(real, reshape(typed, real.getShape()), constant()).face();
  }

  /** As {@link #result}, for a method that changes the array itself. */
  NDArray resultInPlace(Value value, NDArray real) {
    if (self.constant() && !constant()) {
      throw tracer()
          .error(name(), "it changes a constant in place: use the operation without the i", null);
    }
    self.become(real, cast(value, real.getDataType()));
    return self.face();
  }

  NDList list(NDArray array) {
    return new NDList(array);
  }

  /** Whether the result is the same whatever the block's input is. */
  boolean constant() {
    if (!self.constant()) {
      return false;
    }
    List<@Nullable Object> all = new ArrayList<>(Arrays.asList(arguments));
    for (Object argument : arguments) {
      if (argument instanceof NDList list) {
        all.addAll(list);
      }
    }
    return all.stream()
        .map(TracedArray::behind)
        .filter(Objects::nonNull)
        .allMatch(TracedArray::constant);
  }

  /** An axis counted from the front. */
  int axis(int given) {
    return given < 0 ? given + self.real().getShape().dimension() : given;
  }

  RuntimeException error(String what) {
    return tracer().error(name(), what, null);
  }
}
