package io.github.flora.tensorflow;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.EagerEmitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.Tensor;
import io.github.flora.tensorflow.core.Variable;
import org.jspecify.annotations.Nullable;

/**
 * Where an array keeps its numbers. Arrays that share a cell change together: a weight and the leaf
 * through which a step reads it, a gradient and what {@code getGradient} returned before.
 */
final class Cell {

  private @Nullable Tensor tensor;
  private @Nullable Variable variable;
  private int users = 1;

  /** Holds a tensor; the cell retains it. */
  Cell(Tensor tensor) {
    tensor.retain();
    this.tensor = tensor;
  }

  /** Adds an array that shares this cell. */
  synchronized Cell share() {
    users++;
    return this;
  }

  /** Takes an array away; the last one frees the numbers. */
  synchronized void release() {
    users--;
    if (users == 0) {
      drop();
    }
  }

  private void drop() {
    if (tensor != null) {
      tensor.release();
      tensor = null;
    }
    if (variable != null) {
      variable.release();
      variable = null;
    }
  }

  private IllegalStateException closed() {
    return new IllegalStateException("the array has been closed already");
  }

  synchronized Shape shape() {
    if (variable != null) {
      return variable.shape();
    }
    if (tensor == null) {
      throw closed();
    }
    return tensor.shape();
  }

  synchronized DataType type() {
    if (variable != null) {
      return variable.type();
    }
    if (tensor == null) {
      throw closed();
    }
    return tensor.type();
  }

  /** Returns the tensor if there is one whose life the cell controls; for the nodes of a trace. */
  synchronized @Nullable Tensor tensor() {
    return tensor;
  }

  /** Returns the numbers, alive until the end of the frame. */
  synchronized Tensor read(EagerEmitter emitter) {
    if (variable != null) {
      return variable.read();
    }
    if (tensor == null) {
      throw closed();
    }
    return emitter.hold(tensor);
  }

  /** Replaces the numbers; the type and shape may change unless there is a variable. */
  synchronized void assign(Tensor value) {
    if (variable != null) {
      variable.assign(value);
      return;
    }
    if (tensor == null) {
      throw closed();
    }
    value.retain();
    tensor.release();
    tensor = value;
  }

  /**
   * Makes the numbers a variable, which optimizers change in place, unless they are one already.
   */
  synchronized Variable variable(EagerEmitter emitter) {
    return variable(emitter, tensor == null ? Layout.PLAIN : tensor.layout());
  }

  /**
   * Makes the numbers a variable of a layout, in which they then stay, unless they are one already.
   */
  synchronized Variable variable(EagerEmitter emitter, Layout layout) {
    if (variable == null) {
      if (tensor == null) {
        throw closed();
      }
      variable = new Variable(emitter, emitter.as(layout, tensor));
      tensor.release();
      tensor = null;
    }
    return variable;
  }
}
