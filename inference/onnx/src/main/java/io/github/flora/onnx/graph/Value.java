package io.github.flora.onnx.graph;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;

/** What flows along an edge of a graph: a name, a type and a shape. Belongs to one graph. */
public final class Value {

  private final Graph owner;
  private final String name;
  private final DataType type;
  private final Shape shape;
  private List<String> dimensions;

  Value(Graph owner, String name, DataType type, Shape shape) {
    this.owner = owner;
    this.name = name;
    this.type = type;
    this.shape = shape;
    this.dimensions = Arrays.stream(shape.getShape()).mapToObj(Long::toString).toList();
  }

  Graph owner() {
    return owner;
  }

  /**
   * The name, unique in the graph.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * The elements' type.
   *
   * @return the type
   */
  public DataType type() {
    return type;
  }

  /**
   * The shape at the batch size of the trace.
   *
   * @return the shape
   */
  public Shape shape() {
    return shape;
  }

  /**
   * The dimensions as the file names them.
   *
   * @return numbers, or names where the dimension depends on the batch size
   */
  public List<String> dimensions() {
    return dimensions;
  }

  void setDimensions(List<String> dimensions) {
    this.dimensions = List.copyOf(dimensions);
  }

  @Override
  public String toString() {
    return name + " " + type + dimensions;
  }
}
