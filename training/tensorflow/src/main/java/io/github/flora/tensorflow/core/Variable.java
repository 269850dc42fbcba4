package io.github.flora.tensorflow.core;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * Numbers that TensorFlow's optimizers change in place. Reading one shares its memory; while a
 * reader holds on to it, a change goes to a copy.
 */
public final class Variable {

  /** Tells TensorFlow to make a new variable that goes away with its handle. */
  private static final String ANONYMOUS = "cd2c89b7-88b7-44c8-ad83-06c2a9158347";

  private final EagerEmitter emitter;
  private final Tensor handle;
  private final DataType type;
  private final Shape shape;
  private final Layout layout;

  /**
   * Makes a variable, in this thread's frame.
   *
   * @param emitter where it lives
   * @param initial its first value; also says how it lies in memory
   */
  public Variable(EagerEmitter emitter, Tensor initial) {
    this.emitter = emitter;
    this.type = initial.type();
    this.shape = initial.shape();
    this.layout = initial.layout();
    this.handle =
        emitter
            .op("VarHandleOp")
            .attr("container", "")
            .attr("shared_name", ANONYMOUS)
            .attr("dtype", type)
            .attr("shape", layout.inMemory(shape))
            .one();
    handle.retain();
    assign(initial);
  }

  /**
   * Returns the handle, an input of TensorFlow's operations on variables.
   *
   * @return the handle; stays the variable's
   */
  public Tensor handle() {
    return handle;
  }

  /**
   * Returns the element type.
   *
   * @return the type
   */
  public DataType type() {
    return type;
  }

  /**
   * Returns the dimensions as callers see them.
   *
   * @return the shape
   */
  public Shape shape() {
    return shape;
  }

  /**
   * Returns the order of memory.
   *
   * @return the layout
   */
  public Layout layout() {
    return layout;
  }

  /**
   * Reads the value.
   *
   * @return a tensor in this thread's frame that shares the numbers
   */
  public Tensor read() {
    return emitter.op("ReadVariableOp").raw(handle).attr("dtype", type).one(layout);
  }

  /**
   * Replaces the value.
   *
   * @param value of the same type and shape
   */
  public void assign(Tensor value) {
    emitter.op("AssignVariableOp").raw(handle, emitter.as(layout, value)).attr("dtype", type).run();
  }

  /** Frees the numbers. */
  public void release() {
    handle.release();
  }
}
