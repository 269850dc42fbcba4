package io.github.flora.tensorflow;

import io.github.flora.tensorflow.core.CompiledFunction;
import io.github.flora.tensorflow.core.EagerEmitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.Tensor;
import java.util.Arrays;
import java.util.List;

/** A trace that became a function, with the arrays from outside that it reads and changes. */
final class CompiledTrace implements AutoCloseable {

  private final CompiledFunction function;
  private final List<Read> reads;
  private final List<Cell> changed;

  /** An input that is read from a cell at every call. */
  record Read(Cell cell, boolean variable, Layout layout) {}

  /**
   * Owns the function and shares of the cells.
   *
   * @param function its inputs are the caller's, then the reads; its outputs the caller's, then the
   *     new numbers of the changed cells
   */
  CompiledTrace(CompiledFunction function, List<Read> reads, List<Cell> changed) {
    this.function = function;
    this.reads = List.copyOf(reads);
    this.changed = List.copyOf(changed);
  }

  /** Calls the function, in the caller's frame. */
  Tensor[] call(EagerEmitter eager, Tensor[] inputs) {
    Tensor[] all = Arrays.copyOf(inputs, inputs.length + reads.size());
    int at = inputs.length;
    for (Read read : reads) {
      all[at++] =
          read.variable
              ? read.cell.variable(eager).handle()
              : eager.as(read.layout, read.cell.read(eager));
    }
    Tensor[] results = function.call(all);
    int outputs = results.length - changed.size();
    for (int i = 0; i < changed.size(); i++) {
      changed.get(i).assign(results[outputs + i]);
    }
    return Arrays.copyOf(results, outputs);
  }

  @Override
  public void close() {
    function.close();
    reads.forEach(read -> read.cell.release());
  }
}
