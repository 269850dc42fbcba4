package io.github.flora.tensorflow;

import io.github.flora.tensorflow.core.EagerEmitter;
import io.github.flora.tensorflow.core.EagerTensor;
import io.github.flora.tensorflow.core.GraphEmitter;
import io.github.flora.tensorflow.core.NotCompilableException;
import io.github.flora.tensorflow.core.Tensor;
import io.github.flora.tensorflow.core.Variable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes what a program does with arrays the nodes of a function, while it is open on this thread.
 * Arrays from outside become inputs, read anew at every call; those that are changed in place
 * become outputs, written back after every call.
 */
final class Trace implements AutoCloseable {

  private static final ThreadLocal<@Nullable Trace> CURRENT = new ThreadLocal<>();

  private final GraphEmitter graph = new GraphEmitter();
  private final EagerEmitter eager;
  private final Map<Cell, Capture> captures = new LinkedHashMap<>();
  private final List<ArrayBase> arrays = new ArrayList<>();

  Trace(EagerEmitter eager) {
    if (CURRENT.get() != null) {
      throw new NotCompilableException("a function is being compiled inside another");
    }
    this.eager = eager;
    CURRENT.set(this);
  }

  /** An array from outside: what stands for it, and what it becomes. */
  private static final class Capture {

    private final Tensor input;
    private Tensor value;

    Capture(Tensor input, Tensor value) {
      this.input = input;
      this.value = value;
    }
  }

  static @Nullable Trace current() {
    return CURRENT.get();
  }

  GraphEmitter graph() {
    return graph;
  }

  /** Remembers an array that must not outlive the trace. */
  void register(ArrayBase array) {
    arrays.add(array);
  }

  /** Returns what stands for a cell's numbers at this point of the program. */
  Tensor read(Cell cell) {
    Tensor own = own(cell);
    return own != null ? own : capture(cell).value;
  }

  /** Changes a cell's numbers at this point of the program. */
  void assign(Cell cell, Tensor value) {
    if (own(cell) != null) {
      cell.assign(value);
    } else {
      capture(cell).value = value;
    }
  }

  /** The cell's tensor if it is a node. */
  private static @Nullable Tensor own(Cell cell) {
    Tensor tensor = cell.tensor();
    return tensor == null || tensor instanceof EagerTensor ? null : tensor;
  }

  private Capture capture(Cell cell) {
    Capture known = captures.get(cell);
    if (known != null) {
      return known;
    }
    Tensor tensor = cell.tensor();
    Capture made;
    if (tensor == null) {
      Variable variable = cell.variable(eager);
      Tensor handle = graph.variable();
      Tensor value = graph.read(handle, variable.type(), variable.shape(), variable.layout());
      made = new Capture(handle, value);
    } else {
      Tensor input = graph.input(tensor.type(), tensor.shape(), tensor.layout());
      made = new Capture(input, input);
    }
    captures.put(cell.share(), made);
    return made;
  }

  /** Returns the handle of a variable, an input of TensorFlow's operations on variables. */
  Tensor handle(Cell cell) {
    cell.variable(eager);
    return capture(cell).input;
  }

  @Override
  public void close() {
    CURRENT.remove();
    arrays.forEach(ArrayBase::close);
    captures.keySet().forEach(Cell::release);
    graph.close();
  }
}
