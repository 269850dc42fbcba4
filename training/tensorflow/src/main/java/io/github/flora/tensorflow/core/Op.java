package io.github.flora.tensorflow.core;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * One operation of TensorFlow's under construction: inputs in the order of its definition,
 * attributes by name, then one of the ways to finish. Attributes that follow from the inputs
 * (types, numbers of inputs) needn't be set.
 */
public abstract class Op {

  private final Emitter emitter;

  Op(Emitter emitter) {
    this.emitter = emitter;
  }

  /**
   * Adds inputs as callers see them; one whose memory is ordered otherwise is transposed before.
   *
   * @param tensors the inputs
   * @return this
   */
  public final Op in(Tensor... tensors) {
    for (Tensor tensor : tensors) {
      input(emitter.plain(tensor));
    }
    return this;
  }

  /**
   * Adds inputs as they lie in memory. The caller knows about their layout.
   *
   * @param tensors the inputs
   * @return this
   */
  public final Op raw(Tensor... tensors) {
    for (Tensor tensor : tensors) {
      input(tensor);
    }
    return this;
  }

  /**
   * Adds one input that is a list, as callers see its tensors.
   *
   * @param tensors the list
   * @return this
   */
  public final Op list(Tensor... tensors) {
    Tensor[] plain = new Tensor[tensors.length];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = emitter.plain(tensors[i]);
    }
    inputList(plain);
    return this;
  }

  /**
   * Adds one input that is a list, its tensors as they lie in memory.
   *
   * @param tensors the list
   * @return this
   */
  public final Op rawList(Tensor... tensors) {
    inputList(tensors);
    return this;
  }

  abstract void input(Tensor tensor);

  abstract void inputList(Tensor[] tensors);

  /**
   * Sets an attribute of type int.
   *
   * @param name the attribute
   * @param value its value
   * @return this
   */
  public abstract Op attr(String name, long value);

  /**
   * Sets an attribute of type float.
   *
   * @param name the attribute
   * @param value its value
   * @return this
   */
  public abstract Op attr(String name, float value);

  /**
   * Sets an attribute of type bool.
   *
   * @param name the attribute
   * @param value its value
   * @return this
   */
  public abstract Op attr(String name, boolean value);

  /**
   * Sets an attribute of type string.
   *
   * @param name the attribute
   * @param value its value
   * @return this
   */
  public abstract Op attr(String name, String value);

  /**
   * Sets an attribute of type type.
   *
   * @param name the attribute
   * @param value its value
   * @return this
   */
  public abstract Op attr(String name, DataType value);

  /**
   * Sets an attribute of type list(int).
   *
   * @param name the attribute
   * @param value its value
   * @return this
   */
  public abstract Op attr(String name, long[] value);

  /**
   * Sets an attribute of type shape.
   *
   * @param name the attribute
   * @param value its value
   * @return this
   */
  public abstract Op attr(String name, Shape value);

  /**
   * Finishes an operation with one output.
   *
   * @return the output, laid out as its shape says
   */
  public final Tensor one() {
    return one(Layout.PLAIN);
  }

  /**
   * Finishes an operation with one output.
   *
   * @param layout how the output lies in memory
   * @return the output
   */
  public final Tensor one(Layout layout) {
    return all(1, layout)[0];
  }

  /**
   * Finishes an operation.
   *
   * @param outputs number of outputs
   * @return the outputs, laid out as their shapes say
   */
  public final Tensor[] all(int outputs) {
    return all(outputs, Layout.PLAIN);
  }

  /**
   * Finishes an operation.
   *
   * @param outputs number of outputs
   * @param layout how those outputs lie in memory that have as many dimensions as the layout; the
   *     others lie as their shapes say
   * @return the outputs
   */
  public abstract Tensor[] all(int outputs, Layout layout);

  /** Finishes an operation without outputs, for what it does. */
  public final void run() {
    all(0, Layout.PLAIN);
  }
}
