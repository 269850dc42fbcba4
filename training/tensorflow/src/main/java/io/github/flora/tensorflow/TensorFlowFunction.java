package io.github.flora.tensorflow;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.EagerEmitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.NotCompilableException;
import io.github.flora.tensorflow.core.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A part of a program, arrays in and arrays out, as one function that TensorFlow optimises and runs
 * as a whole. The part is carried out once per combination of the inputs' types and shapes, on
 * arrays that stand for others; after that TensorFlow alone does what was seen. So its course must
 * not depend on numbers, only on shapes.
 *
 * <p>Arrays from outside that it uses, such as weights, are read anew at every call, and those that
 * it changes in place, such as running statistics, are changed at every call.
 *
 * <p>Used by one thread at a time.
 */
public final class TensorFlowFunction implements AutoCloseable {

  /** Programs for more combinations of shapes than this are compiled again when they come back. */
  private static final int CAPACITY = 8;

  private final String label;
  private final Program program;
  private final boolean mixed;
  private final Map<List<Input>, CompiledTrace> compiled = new LinkedHashMap<>(8, 0.75f, true);

  /** What is to be compiled. */
  public interface Program {
    /**
     * Computes.
     *
     * @param manager owns what is made anew
     * @param inputs what stands for the inputs
     * @return the outputs
     */
    NDList run(NDManager manager, NDList inputs);
  }

  private record Input(DataType type, Shape shape, Layout layout) {}

  /**
   * Prepares; nothing is compiled before the first call.
   *
   * @param label says what the program does
   * @param program the program
   */
  public TensorFlowFunction(String label, Program program) {
    this(label, program, false);
  }

  /**
   * Prepares; nothing is compiled before the first call.
   *
   * @param label says what the program does
   * @param program the program
   * @param mixed whether convolutions, matrix products and what lies between them are computed in
   *     bfloat16; arrays stay float32. A processor without bfloat16 ignores it
   */
  public TensorFlowFunction(String label, Program program, boolean mixed) {
    this.label = label;
    this.program = program;
    this.mixed = mixed;
  }

  /**
   * Computes.
   *
   * @param manager owns the outputs
   * @param inputs arrays of this engine
   * @return the program's outputs
   * @throws NotCompilableException if the program's course depends on numbers; nothing was changed
   */
  public NDList call(NDManager manager, NDList inputs) {
    TensorFlowManager owner = (TensorFlowManager) manager;
    EagerEmitter eager = owner.eager();
    return eager.framed(
        () -> {
          Tensor[] values = new Tensor[inputs.size()];
          List<Input> signature = new ArrayList<>();
          for (int i = 0; i < values.length; i++) {
            values[i] = ((ArrayBase) owner.from(inputs.get(i))).cell().read(eager);
            signature.add(new Input(values[i].type(), values[i].shape(), values[i].layout()));
          }
          Tensor[] results = compiled(owner, signature).call(eager, values);
          NDList outputs = new NDList();
          for (Tensor result : results) {
            outputs.add(new TensorFlowArray(owner, new Cell(result)));
          }
          return outputs;
        });
  }

  private CompiledTrace compiled(TensorFlowManager owner, List<Input> signature) {
    CompiledTrace known = compiled.get(signature);
    if (known != null) {
      return known;
    }
    if (compiled.size() >= CAPACITY) {
      List<Input> eldest = compiled.keySet().iterator().next();
      CompiledTrace old = compiled.remove(eldest);
      if (old != null) {
        old.close();
      }
    }
    try (TensorFlowManager manager = owner.newSubManager(owner.getDevice());
        Trace trace = new Trace(owner.eager())) {
      NDList inputs = new NDList();
      for (Input input : signature) {
        Tensor tensor = trace.graph().input(input.type, input.shape, input.layout);
        inputs.add(new TensorFlowArray(manager, new Cell(tensor)));
      }
      Tensor[] outputs =
          program.run(manager, inputs).stream()
              .map(array -> trace.read(((ArrayBase) array).cell()))
              .toArray(Tensor[]::new);
      CompiledTrace made = trace.compile(label, outputs, mixed);
      compiled.put(signature, made);
      return made;
    }
  }

  /** Returns how many combinations of shapes are compiled now. */
  int size() {
    return compiled.size();
  }

  @Override
  public void close() {
    compiled.values().forEach(CompiledTrace::close);
    compiled.clear();
  }
}
