package io.github.flora.tensorflow;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.github.flora.engine.EngineException;
import io.github.flora.engine.Precision;
import io.github.flora.tensorflow.core.NotCompilableException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A program that is compiled if that can be done; if not, says so once. */
final class Compilable implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(Compilable.class);

  private final String label;
  private final Precision precision;
  private @Nullable TensorFlowFunction function;

  Compilable(String label, TensorFlowFunction.Program program, Precision precision) {
    this.label = label;
    this.precision = precision;
    this.function = new TensorFlowFunction(label, program, precision == Precision.BF16);
  }

  /** Calls the program; empty if it can't be compiled and nothing was done. */
  Optional<NDList> call(NDManager manager, NDList inputs) {
    if (function == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(function.call(manager, inputs));
    } catch (NotCompilableException e) {
      if (precision != Precision.FP32) {
        throw new EngineException(
            "TensorFlow computes in %s only what it compiles, and the %s can't be compiled (%s)"
                    .formatted(precision.id(), label, e.getMessage())
                + ": train in fp32");
      }
      LOGGER.warn(
          "the {} can't be compiled for TensorFlow and runs step by step, which is slower: {}",
          label,
          e.getMessage());
      close();
      return Optional.empty();
    }
  }

  /** Returns whether no call so far had to do without. */
  boolean isCompiled() {
    return function != null;
  }

  @Override
  public void close() {
    if (function != null) {
      function.close();
      function = null;
    }
  }
}
