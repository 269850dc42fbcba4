package io.github.flora.onnx.trace;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.Parameter;
import io.github.flora.onnx.OnnxExportException;
import io.github.flora.onnx.graph.Graph;
import io.github.flora.onnx.graph.Tensor;
import io.github.flora.onnx.graph.Value;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One trace of a block: the graph, and the engine's managers that hold its constants and everything
 * computed on the way. Single-threaded; closing it frees the engine's arrays.
 */
public final class Tracer implements AutoCloseable {

  private final Graph graph = new Graph();
  private final NDManager manager;
  private final NDManager constants;
  private final NDManager managerFace;
  private final Map<Parameter, String> names;
  private final Map<Parameter, TracedArray> parameters = new HashMap<>();
  private final Map<String, Value> numbers = new HashMap<>();
  // Methods that DJL's interfaces implement out of others: the outermost is what the block called.
  private final Deque<String> composed = new ArrayDeque<>();
  private @Nullable String lastParameter;

  /**
   * Begins a trace.
   *
   * @param manager a manager of the engine to compute on; the trace makes one below it
   * @param names a name for every parameter of the block, by identity
   */
  public Tracer(NDManager manager, Map<Parameter, String> names) {
    this.manager = manager.newSubManager();
    constants = manager.newSubManager();
    this.names = names;
    managerFace =
        (NDManager)
            Proxy.newProxyInstance(
                Tracer.class.getClassLoader(),
                new Class<?>[] {NDManager.class},
                new TracedManager(this));
  }

  /**
   * What was recorded.
   *
   * @return the graph
   */
  public Graph graph() {
    return graph;
  }

  NDManager manager() {
    return manager;
  }

  /**
   * The manager of the engine's arrays.
   *
   * @return the manager, open until {@link #release}
   */
  public NDManager engineManager() {
    return manager;
  }

  NDManager managerFace() {
    return managerFace;
  }

  /** The last parameter that the block asked for, a hint to where it is. */
  @Nullable String lastParameter() {
    return lastParameter;
  }

  void forgetParameter() {
    lastParameter = null;
  }

  /**
   * Makes an array an input of the graph.
   *
   * @param name the input's name
   * @param array the engine's array
   * @return the array to hand to the block
   */
  public NDArray input(String name, NDArray array) {
    Value value = graph.input(name, array.getDataType(), array.getShape());
    return wrap(array, value, false).face();
  }

  /**
   * Makes an array that the block returned an output of the graph.
   *
   * @param name the output's name
   * @param array what the block returned
   */
  public void output(String name, NDArray array) {
    TracedArray traced = TracedArray.behind(array);
    if (traced == null) {
      traced = constant(array);
    }
    graph.output(name, traced.value());
  }

  /**
   * The engine's array behind a traced one.
   *
   * @param array an array of this trace
   * @return the engine's array, open until {@link #release}
   */
  public NDArray realArray(NDArray array) {
    TracedArray traced = TracedArray.behind(array);
    return traced == null ? array : traced.real();
  }

  NDArray parameter(Parameter parameter) {
    TracedArray traced = parameters.get(parameter);
    if (traced == null) {
      String name = names.getOrDefault(parameter, parameter.getName());
      NDArray array = parameter.getArray();
      traced = wrap(array, graph.initializer(name, Tensor.of(array)), true);
      parameters.put(parameter, traced);
    }
    lastParameter = traced.value().name();
    return traced.face();
  }

  TracedArray wrap(NDArray real, Value value, boolean constant) {
    return new TracedArray(this, real, value, constant);
  }

  /** An array that doesn't come from the input, made by the engine; equal numbers are shared. */
  TracedArray constant(NDArray array) {
    if (array.getManager() == manager) {
      array.attach(constants);
    }
    Tensor content = Tensor.of(array);
    if (!array.getShape().isScalar()) {
      return wrap(array, graph.initializer("const", content), true);
    }
    // The values are shared, the arrays aren't: one may be changed in place.
    Value value =
        numbers.computeIfAbsent(
            array.getDataType() + " " + hex(content), key -> graph.initializer("const", content));
    return wrap(array, value, true);
  }

  private static String hex(Tensor content) {
    ByteBuffer bytes = content.bytes();
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return Arrays.toString(copy);
  }

  /** An argument as the engine knows it. */
  @Nullable Object real(@Nullable Object argument) {
    TracedArray traced = TracedArray.behind(argument);
    if (traced != null) {
      return traced.real();
    }
    if (argument == managerFace) {
      return manager;
    }
    if (argument instanceof NDList list) {
      NDList result = new NDList(list.size());
      list.forEach(array -> result.add(realArray(array)));
      return result;
    }
    if (argument instanceof NDArray[] arrays) {
      return Arrays.stream(arrays).map(this::realArray).toArray(NDArray[]::new);
    }
    if (argument instanceof NDIndex index) {
      return IndexOperators.realIndex(this, index);
    }
    return argument;
  }

  /** Results live in the trace's manager, not in that of, say, a parameter. */
  void adopt(@Nullable Object result, NDArray self, @Nullable Object[] arguments) {
    if (result instanceof NDList list) {
      list.forEach(array -> adopt(array, self, arguments));
    } else if (result instanceof NDArray array && array != self) {
      for (Object argument : arguments) {
        if (argument == array) {
          return;
        }
      }
      array.attach(manager);
    }
  }

  @Nullable Object call(TracedArray self, Object proxy, Method method, @Nullable Object[] arguments)
      throws Throwable {
    Operator operator = Operators.ALL.find(method);
    if (operator != null) {
      return operator.apply(new Call(self, method, arguments));
    }
    if (!method.isDefault()) {
      throw error(
          method.getName(),
          "there is no way to write it in ONNX: use other operations, or leave it out of the block",
          null);
    }
    composed.addLast(method.getName());
    try {
      return InvocationHandler.invokeDefault(proxy, method, arguments);
    } finally {
      composed.removeLast();
    }
  }

  /** The error that stops the export. */
  OnnxExportException error(String method, String what, @Nullable Throwable cause) {
    String operation = composed.isEmpty() ? method : composed.getFirst();
    String path = graph.block();
    String near = lastParameter == null ? "" : " (after " + lastParameter + ")";
    return new OnnxExportException(
        operation,
        path,
        "can't export '%s' in %s%s: %s".formatted(operation, path, near, what),
        cause);
  }

  /** Frees all that was computed on the way, once the graph is whole; its constants stay. */
  public void release() {
    manager.close();
  }

  @Override
  public void close() {
    manager.close();
    constants.close();
  }
}
