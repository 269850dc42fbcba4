package io.github.flora.onnx.graph;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.onnx.OnnxExportException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a graph valid for every batch size, from traces of one block at two of them. Whatever
 * differs between the two depends on the batch size: dimensions get a name, and lists of sizes that
 * nodes read are rewritten to take the size from the input. A difference that can't be expressed
 * (other operations, other constants) means that the block itself depends on the batch size.
 */
public final class SymbolicBatch {

  /** The dimension's name in the file. */
  public static final String NAME = "batch";

  private final Graph graph;
  private final Graph other;
  private final long size;
  private final long otherSize;
  private final List<Node> prelude = new ArrayList<>();
  // What stands for constants whose shape depends on the batch size; several nodes may read one.
  private final Map<Value, Value> filled = new HashMap<>();
  private @Nullable Value batch;

  private SymbolicBatch(Graph graph, long size, Graph other, long otherSize) {
    this.graph = graph;
    this.size = size;
    this.other = other;
    this.otherSize = otherSize;
  }

  /**
   * A number as a function of the batch size.
   *
   * @param factor how much one more image adds
   * @param rest what there is without images
   */
  private record Affine(long factor, long rest) {

    @Override
    public String toString() {
      String text = factor == 1 ? NAME : factor + "*" + NAME;
      return rest == 0 ? text : text + (rest > 0 ? "+" : "") + rest;
    }
  }

  /**
   * Rewrites a graph.
   *
   * @param graph the graph to change, traced at one batch size
   * @param size that batch size
   * @param other the same block traced at another batch size
   * @param otherSize that other batch size
   * @throws OnnxExportException if the traces differ in more than sizes
   */
  public static void apply(Graph graph, long size, Graph other, long otherSize) {
    new SymbolicBatch(graph, size, other, otherSize).apply();
  }

  private void apply() {
    compareNodes();
    for (int i = 0; i < graph.inputs().size(); i++) {
      name(graph.inputs().get(i), other.inputs().get(i));
    }
    for (int n = 0; n < graph.nodes().size(); n++) {
      Node node = graph.nodes().get(n);
      Node otherNode = other.nodes().get(n);
      for (int i = 0; i < node.outputs().size(); i++) {
        name(node.outputs().get(i), otherNode.outputs().get(i));
      }
    }
    List<Node> rewritten = new ArrayList<>();
    for (int n = 0; n < graph.nodes().size(); n++) {
      Node node = graph.nodes().get(n);
      Node otherNode = other.nodes().get(n);
      for (int i = 0; i < node.inputs().size(); i++) {
        Value value = node.inputs().get(i);
        Value otherValue = otherNode.inputs().get(i);
        if (value != null && otherValue != null && graph.initializers().containsKey(value)) {
          Value replacement = constant(node, i, value, otherValue);
          if (replacement != value) {
            node.setInput(i, replacement);
          }
        }
      }
      rewritten.addAll(prelude);
      prelude.clear();
      rewritten.add(node);
    }
    graph.setNodes(rewritten);
  }

  private void compareNodes() {
    List<Node> nodes = graph.nodes();
    List<Node> others = other.nodes();
    for (int i = 0; i < Math.max(nodes.size(), others.size()); i++) {
      Node node = i < nodes.size() ? nodes.get(i) : null;
      Node twin = i < others.size() ? others.get(i) : null;
      if (node == null
          || twin == null
          || !node.operator().equals(twin.operator())
          || !node.attributes().equals(twin.attributes())
          || !names(node).equals(names(twin))) {
        Node where = node == null ? twin : node;
        String block = where == null ? "" : where.block();
        throw new OnnxExportException(
            where == null ? "" : where.operator(),
            block,
            ("%s does other things with %d images than with %d, so that no one graph holds for all"
                    + " batch sizes: let its course depend on nothing but shapes without the batch")
                .formatted(block, size, otherSize),
            null);
      }
    }
  }

  /** Names are given in order, so twins have equal ones. */
  private static List<String> names(Node node) {
    List<String> names = new ArrayList<>();
    node.inputs().forEach(v -> names.add(v == null ? "" : v.name()));
    node.outputs().forEach(v -> names.add(v.name()));
    return names;
  }

  private void name(Value value, Value twin) {
    long[] dims = value.shape().getShape();
    long[] twins = twin.shape().getShape();
    List<String> result = new ArrayList<>();
    for (int i = 0; i < dims.length; i++) {
      result.add(
          dims[i] == twins[i] ? Long.toString(dims[i]) : affine(dims[i], twins[i]).toString());
    }
    value.setDimensions(result);
  }

  private Affine affine(long here, long there) {
    // A number that grows in another way is found by the proof, which takes other batch sizes.
    long factor = Math.floorDiv(there - here, otherSize - size);
    return new Affine(factor, here - factor * size);
  }

  private Value constant(Node node, int input, Value value, Value twin) {
    long[] here = graph.sizes().get(value);
    long[] there = other.sizes().get(twin);
    if (here != null && there != null) {
      if (Arrays.equals(here, there)) {
        return value;
      }
      Value result =
          node.operator().equals("Reshape") && input == 1
              ? reshapeTarget(node, here, there)
              : computed(node, here, there);
      return result;
    }
    Value known = filled.get(value);
    if (known != null) {
      return known;
    }
    Tensor content = content(graph, value);
    Tensor other = content(this.other, twin);
    if (content.sameAs(other)) {
      return value;
    }
    return filled(node, value, content, other);
  }

  private static Tensor content(Graph graph, Value value) {
    Tensor tensor = graph.initializers().get(value);
    if (tensor == null) {
      throw new IllegalStateException(value.name() + " is no constant");
    }
    return tensor;
  }

  /** In a Reshape, 0 copies the input's dimension and -1 is what is left over. */
  private Value reshapeTarget(Node node, long[] here, long[] there) {
    long[] target = new long[here.length];
    List<Integer> free = new ArrayList<>();
    Value reshaped = node.inputs().get(0);
    for (int i = 0; i < here.length; i++) {
      if (here[i] == there[i]) {
        target[i] = here[i];
      } else if (reshaped != null
          && i < reshaped.dimensions().size()
          && reshaped.dimensions().get(i).equals(affine(here[i], there[i]).toString())) {
        target[i] = 0;
      } else {
        target[i] = -1;
        free.add(i);
      }
    }
    return free.size() > 1 ? computed(node, here, there) : graph.fixed(target);
  }

  /** The same sizes, computed from the input's batch size by nodes. */
  private Value computed(Node node, long[] here, long[] there) {
    List<Value> parts = new ArrayList<>();
    for (int i = 0; i < here.length; i++) {
      if (here[i] == there[i]) {
        parts.add(graph.fixed(here[i]));
        continue;
      }
      Affine affine = affine(here[i], there[i]);
      Value part = batch();
      if (affine.factor() != 1) {
        part = prelude("Mul", node, 1, part, graph.fixed(affine.factor()));
      }
      if (affine.rest() != 0) {
        part = prelude("Add", node, 1, part, graph.fixed(affine.rest()));
      }
      parts.add(part);
    }
    if (parts.size() == 1) {
      return parts.get(0);
    }
    Node concat =
        graph.newNode(
            "Concat",
            parts,
            List.of(DataType.INT64),
            List.of(new Shape(here.length)),
            node.block(),
            new Attribute.Int("axis", 0));
    prelude.add(concat);
    return concat.outputs().get(0);
  }

  private Value prelude(String operator, Node node, int length, Value... inputs) {
    Node made =
        graph.newNode(
            operator,
            List.of(inputs),
            List.of(DataType.INT64),
            List.of(new Shape(length)),
            node.block());
    prelude.add(made);
    return made.outputs().get(0);
  }

  /** The batch size as a list of one number; made at its first use, so before all others. */
  private Value batch() {
    if (batch == null) {
      Value input = graph.inputs().get(0);
      Node shape =
          graph.newNode(
              "Shape",
              List.of(input),
              List.of(DataType.INT64),
              List.of(new Shape(1)),
              "",
              new Attribute.Int("start", 0),
              new Attribute.Int("end", 1));
      prelude.add(shape);
      batch = shape.outputs().get(0);
    }
    return batch;
  }

  /** A constant of one number all over, whose shape depends on the batch size. */
  private Value filled(Node node, Value value, Tensor content, Tensor twin) {
    byte @Nullable [] element = uniform(content);
    byte @Nullable [] otherElement = uniform(twin);
    if (content.type() != twin.type()
        || content.shape().dimension() != twin.shape().dimension()
        || element == null
        || !Arrays.equals(element, otherElement)) {
      throw new OnnxExportException(
          node.operator(),
          node.block(),
          ("%s computes with a constant that depends on the batch size (%s with %d images): derive"
                  + " it from the input by array operations")
              .formatted(node.block(), content.shape(), size),
          null);
    }
    Value shape = computed(node, content.shape().getShape(), twin.shape().getShape());
    Value scalar = graph.initializer("fill", content.first());
    Node expand =
        graph.newNode(
            "Expand",
            List.of(scalar, shape),
            List.of(content.type()),
            List.of(content.shape()),
            node.block());
    prelude.add(expand);
    name(expand.outputs().get(0), new Value(other, value.name(), value.type(), twin.shape()));
    filled.put(value, expand.outputs().get(0));
    return expand.outputs().get(0);
  }

  private static byte @Nullable [] uniform(Tensor content) {
    ByteBuffer bytes = content.bytes();
    int width = content.type().getNumOfBytes();
    if (bytes.remaining() < width) {
      return null;
    }
    byte[] first = new byte[width];
    bytes.get(0, first);
    byte[] next = new byte[width];
    while (bytes.hasRemaining()) {
      bytes.get(next);
      if (!Arrays.equals(first, next)) {
        return null;
      }
    }
    return first;
  }
}
