package io.github.flora.onnx.graph;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Changes to a whole graph that keep what it computes. */
public final class Passes {

  private Passes() {}

  /**
   * Folds each batch normalisation into the convolution before it, where nothing else reads that
   * convolution: W' = W·γ/√(σ²+ε) per filter, b' = (b−μ)·γ/√(σ²+ε) + β, computed in double.
   *
   * @param graph the graph to change
   * @return how many were folded
   */
  public static int foldBatchNorm(Graph graph) {
    Map<Value, Node> producers = new HashMap<>();
    Map<Value, Integer> readers = new HashMap<>();
    for (Node node : graph.nodes()) {
      node.outputs().forEach(v -> producers.put(v, node));
      for (Value input : node.inputs()) {
        if (input != null) {
          readers.merge(input, 1, Integer::sum);
        }
      }
    }
    List<Node> result = new ArrayList<>(graph.nodes());
    int folded = 0;
    for (Node norm : graph.nodes()) {
      Value before = norm.inputs().isEmpty() ? null : norm.inputs().get(0);
      Node conv = before == null ? null : producers.get(before);
      if (!norm.operator().equals("BatchNormalization")
          || conv == null
          || !conv.operator().equals("Conv")
          || readers.getOrDefault(before, 0) != 1) {
        continue;
      }
      Node fused = fold(graph, conv, norm);
      if (fused != null) {
        result.set(result.indexOf(conv), fused);
        result.remove(norm);
        folded++;
      }
    }
    graph.setNodes(result);
    return folded;
  }

  private static @Nullable Node fold(Graph graph, Node conv, Node norm) {
    FloatBuffer weight = floats(graph, conv.inputs().get(1));
    FloatBuffer gamma = floats(graph, norm.inputs().get(1));
    FloatBuffer beta = floats(graph, norm.inputs().get(2));
    FloatBuffer mean = floats(graph, norm.inputs().get(3));
    FloatBuffer variance = floats(graph, norm.inputs().get(4));
    if (weight == null || gamma == null || beta == null || mean == null || variance == null) {
      return null;
    }
    int filters = gamma.remaining();
    Value given = conv.inputs().size() > 2 ? conv.inputs().get(2) : null;
    FloatBuffer bias = given == null ? FloatBuffer.allocate(filters) : floats(graph, given);
    if (bias == null) {
      return null;
    }
    float epsilon =
        norm.attributes().stream()
            .filter(a -> a instanceof Attribute.Real real && real.name().equals("epsilon"))
            .map(a -> ((Attribute.Real) a).value())
            .findFirst()
            .orElseThrow();
    int size = weight.remaining() / filters;
    double[] scale = new double[filters];
    for (int c = 0; c < filters; c++) {
      scale[c] = gamma.get(c) / Math.sqrt((double) variance.get(c) + epsilon);
    }
    Value kernel = Objects.requireNonNull(conv.inputs().get(1));
    Value foldedWeight =
        graph.initializer(
            kernel.name() + ".folded",
            Tensor.floats(kernel.shape(), i -> weight.get(i) * scale[i / size]));
    Value foldedBias =
        graph.initializer(
            biasName(kernel.name()),
            Tensor.floats(
                new Shape(filters),
                c -> ((double) bias.get(c) - mean.get(c)) * scale[c] + beta.get(c)));
    return new Node(
        conv.name(),
        conv.operator(),
        Arrays.asList(conv.inputs().get(0), foldedWeight, foldedBias),
        conv.attributes(),
        norm.outputs(),
        conv.block());
  }

  private static String biasName(String weight) {
    return weight.replaceFirst("weight$", "bias") + ".folded";
  }

  private static @Nullable FloatBuffer floats(Graph graph, @Nullable Value value) {
    Tensor tensor = value == null ? null : graph.initializers().get(value);
    return tensor == null || tensor.type() != DataType.FLOAT32 ? null : tensor.floats();
  }

  /**
   * Drops nodes and constants that no output depends on.
   *
   * @param graph the graph to change
   */
  public static void removeUnused(Graph graph) {
    Set<Value> needed = new HashSet<>(graph.outputs());
    List<Node> kept = new ArrayList<>();
    List<Node> nodes = graph.nodes();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      if (node.outputs().stream().anyMatch(needed::contains)) {
        kept.add(0, node);
        node.inputs().stream().filter(Objects::nonNull).forEach(needed::add);
      }
    }
    graph.setNodes(kept);
    for (Value value : List.copyOf(graph.initializers().keySet())) {
      if (!needed.contains(value)) {
        graph.removeInitializer(value);
      }
    }
  }
}
