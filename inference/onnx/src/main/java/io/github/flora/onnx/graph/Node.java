package io.github.flora.onnx.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One operation of a graph. */
public final class Node {

  private final String name;
  private final String operator;
  private final List<@Nullable Value> inputs;
  private final List<Attribute> attributes;
  private final List<Value> outputs;
  private final String block;

  Node(
      String name,
      String operator,
      List<@Nullable Value> inputs,
      List<Attribute> attributes,
      List<Value> outputs,
      String block) {
    this.name = name;
    this.operator = operator;
    this.inputs = new ArrayList<>(inputs);
    this.attributes = List.copyOf(attributes);
    this.outputs = List.copyOf(outputs);
    this.block = block;
  }

  /**
   * The name, unique in the graph: the block's path and the operator.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * What the node does.
   *
   * @return an operator of ONNX's default domain
   */
  public String operator() {
    return operator;
  }

  /**
   * What the node reads.
   *
   * @return the inputs in the operator's order; null where an optional one is left out
   */
  public List<@Nullable Value> inputs() {
    return Collections.unmodifiableList(inputs);
  }

  /**
   * The node's constant arguments.
   *
   * @return the attributes
   */
  public List<Attribute> attributes() {
    return attributes;
  }

  /**
   * What the node gives.
   *
   * @return the outputs in the operator's order
   */
  public List<Value> outputs() {
    return outputs;
  }

  /**
   * Where the node comes from.
   *
   * @return the path of the block that was running
   */
  public String block() {
    return block;
  }

  void setInput(int index, Value value) {
    inputs.set(index, value);
  }

  @Override
  public String toString() {
    return operator + " " + name;
  }
}
