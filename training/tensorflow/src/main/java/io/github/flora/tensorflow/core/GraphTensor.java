package io.github.flora.tensorflow.core;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.tensorflow.internal.c_api.TF_Operation;

/** An output of a node of a function under construction; lives as long as the graph. */
final class GraphTensor extends Tensor {

  private final GraphEmitter graph;
  private final TF_Operation node;
  private final int index;
  private final DataType type;
  private final Shape shape;

  GraphTensor(
      GraphEmitter graph,
      TF_Operation node,
      int index,
      DataType type,
      Shape memoryShape,
      Layout layout) {
    super(layout);
    this.graph = graph;
    this.node = node;
    this.index = index;
    this.type = type;
    this.shape = layout.seen(memoryShape);
  }

  GraphEmitter graph() {
    return graph;
  }

  TF_Operation node() {
    return node;
  }

  int index() {
    return index;
  }

  @Override
  public DataType type() {
    return type;
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public void retain() {
    // Nothing is held: the graph owns its nodes.
  }

  @Override
  public void release() {
    // Nothing is held: the graph owns its nodes.
  }
}
