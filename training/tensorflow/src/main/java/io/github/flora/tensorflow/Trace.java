package io.github.flora.tensorflow;

import io.github.flora.tensorflow.core.CompiledFunction;
import io.github.flora.tensorflow.core.EagerEmitter;
import io.github.flora.tensorflow.core.EagerTensor;
import io.github.flora.tensorflow.core.GraphEmitter;
import io.github.flora.tensorflow.core.NotCompilableException;
import io.github.flora.tensorflow.core.Op;
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
  private final boolean frozen;
  private boolean compiled;

  Trace(EagerEmitter eager) {
    this(eager, false);
  }

  /**
   * Opens a trace.
   *
   * @param eager where arrays from outside live
   * @param frozen whether they become constants of the graph instead of inputs of a function
   */
  Trace(EagerEmitter eager, boolean frozen) {
    if (CURRENT.get() != null) {
      throw new NotCompilableException("a function is being compiled inside another");
    }
    this.eager = eager;
    this.frozen = frozen;
    CURRENT.set(this);
  }

  /** An array from outside: what stands for it, and what it becomes. */
  private static final class Capture {

    private final Tensor input;
    private final Tensor read;
    private Tensor value;

    /** The variable was updated by TensorFlow since it was read. */
    private boolean updated;

    Capture(Tensor input, Tensor read) {
      this.input = input;
      this.read = read;
      this.value = read;
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
    if (own != null) {
      return own;
    }
    Capture capture = capture(cell);
    if (capture.updated) {
      throw new NotCompilableException("a weight is read after its update in the same step");
    }
    return capture.value;
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
    if (frozen) {
      Tensor constant = eager.framed(() -> constant((EagerTensor) cell.read(eager)));
      made = new Capture(constant, constant);
    } else if (tensor == null) {
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

  private Tensor constant(EagerTensor value) {
    Tensor constant =
        graph.constant(value.copy(false), value.layout().inMemory(value.shape()), value.type());
    return graph.relabelled(constant, value.layout());
  }

  /**
   * Starts TensorFlow's update of a variable in place, after what was read of it; a further update
   * of it comes after the one before, or sums would be rounded now this way and now that.
   *
   * @param type the operation, such as {@code ResourceApplyAdam}
   * @param cell the variable's
   * @return the operation, whose first input is the handle
   */
  Op update(String type, Cell cell) {
    cell.variable(eager);
    Capture capture = capture(cell);
    Op op = capture.updated ? graph.opAfterEffect(type) : graph.opAfter(type, capture.read);
    capture.updated = true;
    return op.raw(capture.input);
  }

  /** Returns the handle of a variable, a further input of an update. */
  Tensor handle(Cell cell) {
    cell.variable(eager);
    Capture capture = capture(cell);
    capture.updated = true;
    return capture.input;
  }

  /**
   * Makes what was traced a function.
   *
   * @param label says what it does
   * @param outputs what the caller wants of it
   * @param mixed whether to compute in bfloat16 where that is usual
   * @return the function
   */
  CompiledTrace compile(String label, Tensor[] outputs, boolean mixed) {
    List<CompiledTrace.Read> reads = new ArrayList<>();
    List<Cell> changed = new ArrayList<>();
    List<Tensor> all = new ArrayList<>(List.of(outputs));
    captures.forEach(
        (cell, capture) -> {
          boolean variable = capture.input != capture.read;
          reads.add(new CompiledTrace.Read(cell, variable, capture.read.layout()));
          if (capture.value != capture.read) {
            changed.add(cell);
            all.add(capture.value);
          }
        });
    CompiledFunction function =
        new CompiledFunction(eager, label, graph, all.toArray(Tensor[]::new), mixed);
    compiled = true;
    return new CompiledTrace(function, reads, changed);
  }

  @Override
  public void close() {
    CURRENT.remove();
    arrays.forEach(ArrayBase::close);
    if (!compiled) {
      captures.keySet().forEach(Cell::release);
    }
    graph.close();
  }
}
