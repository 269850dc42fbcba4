package io.github.flora.onnx.graph;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A graph under construction. It makes all of its values itself and refuses those of other graphs;
 * nodes stand in the order in which they were made, which is an order in which they can run.
 */
public final class Graph {

  private final List<Value> inputs = new ArrayList<>();
  private final Map<Value, Tensor> initializers = new LinkedHashMap<>();
  // Lists of dimensions and the like, which may depend on the batch size; see SymbolicBatch.
  private final Map<Value, long[]> sizes = new LinkedHashMap<>();
  private final Map<String, Value> constants = new HashMap<>();
  private List<Node> nodes = new ArrayList<>();
  private final List<Value> outputs = new ArrayList<>();
  private final Set<String> names = new LinkedHashSet<>();
  private String block = "";

  /** Makes an empty graph. */
  public Graph() {}

  /**
   * Says which block runs, for the names of nodes and for messages.
   *
   * @param path the block's path
   */
  public void setBlock(String path) {
    block = path;
  }

  /**
   * The block that runs.
   *
   * @return its path
   */
  public String block() {
    return block;
  }

  /**
   * Adds an input.
   *
   * @param name the input's name
   * @param type the elements' type
   * @param shape the shape
   * @return the input
   */
  public Value input(String name, DataType type, Shape shape) {
    Value value = new Value(this, reserve(name), type, shape);
    inputs.add(value);
    return value;
  }

  /**
   * Adds a constant under a name of its own.
   *
   * @param name the constant's name, made unique by a number if it is taken
   * @param content the content
   * @return the constant
   */
  public Value initializer(String name, Tensor content) {
    Value value = new Value(this, reserve(name), content.type(), content.shape());
    initializers.put(value, content);
    return value;
  }

  /**
   * Adds a number.
   *
   * @param type its type
   * @param number its value
   * @return the constant, one for all places that need the same
   */
  public Value scalar(DataType type, Number number) {
    return constants.computeIfAbsent(
        type + " " + number, key -> initializer("const", Tensor.scalar(type, number)));
  }

  /**
   * Adds whole numbers that stay the same at every batch size, such as axes.
   *
   * @param values the numbers
   * @return the constant, one for all places that need the same
   */
  public Value fixed(long... values) {
    return constants.computeIfAbsent(
        Arrays.toString(values),
        key -> initializer("const", Tensor.of(new Shape(values.length), values)));
  }

  /**
   * Adds whole numbers that may depend on the batch size, such as the dimensions of a shape.
   *
   * @param values the numbers at the batch size of this trace
   * @return the constant
   */
  public Value sizes(long... values) {
    Value value = initializer("sizes", Tensor.of(new Shape(values.length), values));
    sizes.put(value, values.clone());
    return value;
  }

  /**
   * Adds a node with one output.
   *
   * @param operator an operator of ONNX's default domain
   * @param inputs its inputs, null where an optional one is left out
   * @param type type of the output
   * @param shape shape of the output
   * @param attributes the node's attributes
   * @return the output
   * @throws IllegalArgumentException if an input belongs to another graph
   */
  public Value node(
      String operator,
      List<? extends @Nullable Value> inputs,
      DataType type,
      Shape shape,
      Attribute... attributes) {
    return node(operator, inputs, List.of(type), List.of(shape), attributes).get(0);
  }

  /**
   * Adds a node with several outputs.
   *
   * @param operator an operator of ONNX's default domain
   * @param inputs its inputs, null where an optional one is left out
   * @param types type of each output
   * @param shapes shape of each output
   * @param attributes the node's attributes
   * @return the outputs
   * @throws IllegalArgumentException if an input belongs to another graph
   */
  public List<Value> node(
      String operator,
      List<? extends @Nullable Value> inputs,
      List<DataType> types,
      List<Shape> shapes,
      Attribute... attributes) {
    Node node = newNode(operator, inputs, types, shapes, block, attributes);
    nodes.add(node);
    return node.outputs();
  }

  /** Makes a node without putting it anywhere, for passes that have a place for it. */
  Node newNode(
      String operator,
      List<? extends @Nullable Value> inputs,
      List<DataType> types,
      List<Shape> shapes,
      String path,
      Attribute... attributes) {
    for (Value input : inputs) {
      if (input != null && input.owner() != this) {
        throw new IllegalArgumentException(input.name() + " belongs to another graph");
      }
    }
    String name = reserve(path.isEmpty() ? operator : path + "/" + operator);
    List<Value> made = new ArrayList<>();
    for (int i = 0; i < shapes.size(); i++) {
      String output = shapes.size() == 1 ? name + ":0" : name + ":" + i;
      made.add(new Value(this, reserve(output), types.get(i), shapes.get(i)));
    }
    return new Node(
        name, operator, new ArrayList<@Nullable Value>(inputs), List.of(attributes), made, path);
  }

  /**
   * Makes a value an output of the graph.
   *
   * @param name the output's name
   * @param value the value
   * @return the output
   */
  public Value output(String name, Value value) {
    // An input or another output couldn't be an output under this name, so all go through a node.
    Value output = new Value(this, reserve(name), value.type(), value.shape());
    nodes.add(
        new Node(reserve("Identity"), "Identity", List.of(value), List.of(), List.of(output), ""));
    outputs.add(output);
    return output;
  }

  /**
   * The graph's inputs.
   *
   * @return the inputs in order
   */
  public List<Value> inputs() {
    return Collections.unmodifiableList(inputs);
  }

  /**
   * The graph's outputs.
   *
   * @return the outputs in order
   */
  public List<Value> outputs() {
    return Collections.unmodifiableList(outputs);
  }

  /**
   * The graph's nodes.
   *
   * @return the nodes in an order in which they can run
   */
  public List<Node> nodes() {
    return Collections.unmodifiableList(nodes);
  }

  /**
   * The constants.
   *
   * @return content by value
   */
  public Map<Value, Tensor> initializers() {
    return Collections.unmodifiableMap(initializers);
  }

  Map<Value, long[]> sizes() {
    return Collections.unmodifiableMap(sizes);
  }

  /** Drops a constant that a node computes from now on. */
  void removeInitializer(Value value) {
    initializers.remove(value);
    sizes.remove(value);
  }

  void setNodes(List<Node> nodes) {
    this.nodes = new ArrayList<>(nodes);
  }

  private String reserve(String wanted) {
    String name = wanted;
    for (int i = 1; !names.add(name); i++) {
      name = wanted + "_" + i;
    }
    return name;
  }
}
