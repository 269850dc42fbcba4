package io.github.flora.onnx.trace;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind the manager that a block sees: new arrays become constants, and closing does
 * nothing, since the trace needs all of them to its end.
 */
final class TracedManager implements InvocationHandler {

  private static final Set<String> MAKES =
      Set.of("create", "zeros", "ones", "full", "arange", "eye", "linspace");
  private static final Set<String> RANDOM =
      Set.of(
          "randomInteger",
          "randomPermutation",
          "randomUniform",
          "randomNormal",
          "truncatedNormal",
          "randomMultinomial",
          "sampleNormal",
          "samplePoisson",
          "sampleGamma");
  private static final Set<String> LIFETIME =
      Set.of(
          "close",
          "attachInternal",
          "attachUncappedInternal",
          "tempAttachInternal",
          "detachInternal",
          "attachAll",
          "tempAttachAll",
          "cap",
          "setName");

  private final Tracer tracer;

  TracedManager(Tracer tracer) {
    this.tracer = tracer;
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] given)
      throws Throwable {
    @Nullable Object[] arguments = given == null ? new Object[0] : given;
    String name = method.getName();
    if (method.getDeclaringClass() == Object.class) {
      return switch (name) {
        case "equals" -> proxy == arguments[0];
        case "hashCode" -> System.identityHashCode(proxy);
        default -> "traced manager";
      };
    }
    if (MAKES.contains(name)) {
      NDArray made = (NDArray) Objects.requireNonNull(run(method, arguments));
      return tracer.constant(made).face();
    }
    if (name.equals("from")) {
      return TracedArray.behind(arguments[0]) != null
          ? arguments[0]
          : tracer.constant((NDArray) Objects.requireNonNull(arguments[0])).face();
    }
    if (name.equals("newSubManager") || name.equals("getParentManager")) {
      return proxy;
    }
    if (name.equals("ret")) {
      return arguments[0];
    }
    if (LIFETIME.contains(name)) {
      return null;
    }
    if (RANDOM.contains(name)) {
      throw tracer.error(
          name, "the block's answer would be random: draw random numbers in training only", null);
    }
    if (Set.of("getDevice", "defaultDevice", "getEngine", "isOpen", "getName", "allocateDirect")
        .contains(name)) {
      return run(method, arguments);
    }
    throw tracer.error(name, "a manager's " + name + " has no counterpart in ONNX", null);
  }

  private @Nullable Object run(Method method, @Nullable Object[] arguments) throws Throwable {
    NDManager manager = tracer.manager();
    try {
      return method.invoke(manager, arguments);
    } catch (InvocationTargetException e) {
      throw Objects.requireNonNullElse(e.getCause(), e);
    }
  }
}
