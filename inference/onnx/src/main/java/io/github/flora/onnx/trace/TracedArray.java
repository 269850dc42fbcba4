package io.github.flora.onnx.trace;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.internal.NDArrayEx;
import io.github.flora.onnx.graph.Value;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind an array that a block sees while it is traced: the engine's array and the
 * graph's value. DJL's {@link NDArray} has about two hundred methods; a proxy handles all of them
 * in one place, so that none is forgotten and one that isn't known fails under its own name.
 */
final class TracedArray implements InvocationHandler {

  private final Tracer tracer;
  private final boolean constant;
  private final NDArray face;
  private final NDArrayEx extension;
  private NDArray real;
  private Value value;
  private @Nullable String name;

  TracedArray(Tracer tracer, NDArray real, Value value, boolean constant) {
    this.tracer = tracer;
    this.real = real;
    this.value = value;
    this.constant = constant;
    ClassLoader loader = TracedArray.class.getClassLoader();
    face = (NDArray) Proxy.newProxyInstance(loader, new Class<?>[] {NDArray.class}, this);
    extension = (NDArrayEx) Proxy.newProxyInstance(loader, new Class<?>[] {NDArrayEx.class}, this);
  }

  /** What is behind an array, or null if it isn't a traced one. */
  static @Nullable TracedArray behind(@Nullable Object array) {
    return array != null
            && Proxy.isProxyClass(array.getClass())
            && Proxy.getInvocationHandler(array) instanceof TracedArray traced
        ? traced
        : null;
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] given)
      throws Throwable {
    @Nullable Object[] arguments = given == null ? new Object[0] : given;
    if (method.getDeclaringClass() == Object.class) {
      return switch (method.getName()) {
        case "equals" -> proxy == arguments[0];
        case "hashCode" -> System.identityHashCode(proxy);
        default -> "traced " + value;
      };
    }
    return tracer.call(this, proxy, method, arguments);
  }

  Tracer tracer() {
    return tracer;
  }

  /** The array that the block sees. */
  NDArray face() {
    return face;
  }

  NDArrayEx extension() {
    return extension;
  }

  NDArray real() {
    return real;
  }

  Value value() {
    return value;
  }

  /** Whether the content is the same whatever the block's input is. */
  boolean constant() {
    return constant;
  }

  @Nullable String name() {
    return name;
  }

  void setName(@Nullable String name) {
    this.name = name;
  }

  /** What an operation in place does: the array stands for another value from now on. */
  void become(NDArray real, Value value) {
    this.real = real;
    this.value = value;
  }
}
