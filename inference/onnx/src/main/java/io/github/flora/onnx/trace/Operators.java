package io.github.flora.onnx.trace;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All operations that can be recorded, by the method's name, or by name and parameter types for one
 * overload. Methods that DJL's interfaces implement themselves out of others needn't be here.
 */
final class Operators {

  static final Operators ALL = new Operators();

  private final Map<String, Operator> table = new HashMap<>();

  private Operators() {
    AccessOperators.register(this);
    ElementwiseOperators.register(this);
    ActivationOperators.register(this);
    ReductionOperators.register(this);
    ShapeOperators.register(this);
    IndexOperators.register(this);
    LayerOperators.register(this);
    PoolingOperators.register(this);
    RecurrentOperators.register(this);
  }

  void add(String method, Operator operator) {
    if (table.put(method, operator) != null) {
      throw new IllegalArgumentException(method + " is there twice");
    }
  }

  void addAll(Operator operator, String... methods) {
    for (String method : methods) {
      add(method, operator);
    }
  }

  /** A name alone stands for all overloads that the interface doesn't implement itself. */
  @Nullable Operator find(Method method) {
    Operator exact = table.get(signature(method));
    if (exact != null) {
      return exact;
    }
    return method.isDefault() ? null : table.get(method.getName());
  }

  static String signature(Method method) {
    return method.getName()
        + Arrays.stream(method.getParameterTypes())
            .map(Class::getSimpleName)
            .collect(Collectors.joining(",", "(", ")"));
  }

  /** The names, without overloads. */
  List<String> names() {
    return table.keySet().stream().map(s -> s.replaceAll("\\(.*", "")).distinct().sorted().toList();
  }
}
