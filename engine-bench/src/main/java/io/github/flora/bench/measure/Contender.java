package io.github.flora.bench.measure;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** An engine as the comparison knows it: what DJL calls it, and in which form it takes a model. */
public enum Contender {
  /** DJL's PyTorch engine, operation by operation. */
  PYTORCH("PyTorch", "PyTorch", Form.BLOCK),
  /** Our TensorFlow engine, a forward pass or a training step as one compiled function. */
  TENSORFLOW("TensorFlow", "TensorFlow", Form.BLOCK),
  /** Our TensorFlow engine, operation by operation. */
  TENSORFLOW_EAGER("TensorFlow-eager", "TensorFlow", Form.BLOCK),
  /** ONNX Runtime on the exported file. */
  ONNXRUNTIME("OnnxRuntime", "OnnxRuntime", Form.ONNX),
  /** DJL's own TensorFlow engine on the exported SavedModel, in a process without ours. */
  TENSORFLOW_STOCK("TensorFlow-stock", "TensorFlow", Form.SAVED_MODEL);

  /** The form in which an engine takes a model. */
  public enum Form {
    /** A DJL block and its weights. */
    BLOCK,
    /** An {@code .onnx} file. */
    ONNX,
    /** TensorFlow's SavedModel. */
    SAVED_MODEL
  }

  private final String label;
  private final String engine;
  private final Form form;

  Contender(String label, String engine, Form form) {
    this.label = label;
    this.engine = engine;
    this.form = form;
  }

  /**
   * Returns the name on the command line and in reports.
   *
   * @return the name
   */
  public String label() {
    return label;
  }

  /**
   * Returns DJL's name of the engine.
   *
   * @return the name as DJL spells it
   */
  public String engine() {
    return engine;
  }

  /**
   * Returns the form in which the engine takes a model.
   *
   * @return the form
   */
  public Form form() {
    return form;
  }

  /**
   * Says what the engine can do.
   *
   * @param task the task
   * @return whether it can be measured at it
   */
  public boolean can(Task task) {
    return task == Task.INFERENCE || form == Form.BLOCK;
  }

  /**
   * Finds an engine by its name, which ignores case.
   *
   * @param name the name
   * @return the engine
   * @throws IllegalArgumentException if there is none; the message lists all
   */
  public static Contender of(String name) {
    for (Contender each : values()) {
      if (each.label.toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "no engine named '%s'; there are: %s"
            .formatted(
                name,
                Arrays.stream(values()).map(Contender::label).collect(Collectors.joining(", "))));
  }
}
