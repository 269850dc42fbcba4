package io.github.flora.onnx.trace;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.recurrent.RNN;
import io.github.flora.onnx.graph.Attribute;
import io.github.flora.onnx.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Recurrent layers. Each layer is one node; directions are stacked in its weights. DJL's gates come
 * in PyTorch's order, ONNX's in another.
 */
final class RecurrentOperators {

  private RecurrentOperators() {}

  private enum Kind {
    RNN,
    GRU,
    LSTM;

    /**
     * Where ONNX's gates are in DJL's order: update, reset, hidden; input, output, forget, cell.
     */
    int[] gates() {
      return switch (this) {
        case RNN -> new int[] {0};
        case GRU -> new int[] {1, 0, 2};
        case LSTM -> new int[] {0, 3, 1, 2};
      };
    }
  }

  static void register(Operators all) {
    all.add("rnn", call -> recur(call, Kind.RNN));
    all.add("gru", call -> recur(call, Kind.GRU));
    all.add("lstm", call -> recur(call, Kind.LSTM));
  }

  private static NDList recur(Call call, Kind kind) {
    NDList real = call.runList();
    int shift = kind == Kind.RNN ? 1 : 0;
    NDList parameters = call.argument(2, NDList.class);
    boolean biases = call.flag(3);
    int layers = call.integer(4);
    boolean bidirectional = call.flag(7 + shift);
    boolean batchFirst = call.flag(8 + shift);
    int directions = bidirectional ? 2 : 1;

    Value input = call.value(0);
    Value x = batchFirst ? call.transpose(input, 1, 0, 2) : input;
    List<Value> states = states(call, kind);
    List<List<Value>> lasts = new ArrayList<>();
    states.forEach(state -> lasts.add(new ArrayList<>()));
    int each = biases ? 4 : 2;
    for (int layer = 0; layer < layers; layer++) {
      List<NDArray> weights =
          byDirection(
              parameters.subList(layer * directions * each, (layer + 1) * directions * each));
      List<Value> outputs =
          layer(call, kind, x, states, weights, new Size(layer, directions, each));
      x = flattenDirections(call, outputs.get(0));
      for (int s = 0; s < states.size(); s++) {
        lasts.get(s).add(outputs.get(1 + s));
      }
    }
    NDList result = new NDList();
    result.add(call.result(batchFirst ? call.transpose(x, 1, 0, 2) : x, real.get(0)));
    for (int s = 0; s < states.size(); s++) {
      NDArray last = real.get(1 + s);
      result.add(
          call.result(call.node("Concat", last, lasts.get(s), new Attribute.Int("axis", 0)), last));
    }
    return result;
  }

  /** DJL's blocks list the weights of both directions first, then the biases of both. */
  private static List<NDArray> byDirection(List<NDArray> all) {
    if (all.size() != 8 || all.get(2).getShape().dimension() == 1) {
      return all;
    }
    return List.of(
        all.get(0),
        all.get(1),
        all.get(4),
        all.get(5),
        all.get(2),
        all.get(3),
        all.get(6),
        all.get(7));
  }

  /**
   * Where a layer stands.
   *
   * @param each arrays of weights for one direction
   */
  private record Size(int layer, int directions, int each) {}

  private static List<Value> states(Call call, Kind kind) {
    if (kind != Kind.LSTM) {
      return List.of(call.value(1));
    }
    NDList both = call.argument(1, NDList.class);
    return List.of(call.valueOf(both.get(0)), call.valueOf(both.get(1)));
  }

  private static List<Value> layer(
      Call call, Kind kind, Value x, List<Value> states, List<NDArray> weights, Size size) {
    int directions = size.directions();
    List<Value> w = new ArrayList<>();
    List<Value> r = new ArrayList<>();
    List<Value> b = new ArrayList<>();
    for (int d = 0; d < directions; d++) {
      List<NDArray> own = weights.subList(d * size.each(), (d + 1) * size.each());
      w.add(gates(call, kind, call.valueOf(own.get(0))));
      r.add(gates(call, kind, call.valueOf(own.get(1))));
      if (size.each() == 4) {
        b.add(
            joined(
                call,
                List.of(
                    gates(call, kind, call.valueOf(own.get(2))),
                    gates(call, kind, call.valueOf(own.get(3))))));
      }
    }
    long hidden = r.get(0).shape().get(1);
    List<@Nullable Value> in = new ArrayList<>();
    in.add(x);
    in.add(stacked(call, w));
    in.add(stacked(call, r));
    in.add(b.isEmpty() ? null : stacked(call, b));
    in.add(null);
    for (Value state : states) {
      in.add(part(call, state, (long) size.layer() * directions, directions));
    }
    long length = x.shape().get(0);
    long batch = x.shape().get(1);
    List<Shape> shapes = new ArrayList<>();
    shapes.add(new Shape(length, directions, batch, hidden));
    states.forEach(state -> shapes.add(new Shape(directions, batch, hidden)));
    List<Attribute> attributes = new ArrayList<>();
    attributes.add(new Attribute.Int("hidden_size", hidden));
    attributes.add(new Attribute.Text("direction", directions == 2 ? "bidirectional" : "forward"));
    if (kind == Kind.GRU) {
      // As in PyTorch and cuDNN, the reset gate acts after the product with the weights.
      attributes.add(new Attribute.Int("linear_before_reset", 1));
    }
    if (kind == Kind.RNN) {
      attributes.add(
          new Attribute.Texts("activations", Collections.nCopies(directions, activation(call))));
    }
    return call.graph()
        .node(
            kind.name().toUpperCase(Locale.ROOT),
            in,
            Collections.nCopies(shapes.size(), DataType.FLOAT32),
            shapes,
            attributes.toArray(Attribute[]::new));
  }

  private static String activation(Call call) {
    return call.argument(5, RNN.Activation.class) == RNN.Activation.RELU ? "Relu" : "Tanh";
  }

  /** Brings gates into ONNX's order. */
  private static Value gates(Call call, Kind kind, Value weight) {
    if (kind.gates().length == 1) {
      return weight;
    }
    long size = weight.shape().get(0) / kind.gates().length;
    List<Value> parts = new ArrayList<>();
    for (int gate : kind.gates()) {
      parts.add(part(call, weight, gate * size, size));
    }
    return joined(call, parts);
  }

  private static Value part(Call call, Value value, long from, long count) {
    if (from == 0 && value.shape().get(0) == count) {
      return value;
    }
    long[] dims = value.shape().getShape().clone();
    dims[0] = count;
    return call.node(
        "Slice",
        value.type(),
        new Shape(dims),
        List.of(
            value,
            call.graph().fixed(from),
            call.graph().fixed(from + count),
            call.graph().fixed(0)));
  }

  private static Value joined(Call call, List<Value> parts) {
    long[] dims = parts.get(0).shape().getShape().clone();
    dims[0] = parts.stream().mapToLong(part -> part.shape().get(0)).sum();
    return call.node(
        "Concat", parts.get(0).type(), new Shape(dims), parts, new Attribute.Int("axis", 0));
  }

  /** Puts directions side by side in a new first dimension. */
  private static Value stacked(Call call, List<Value> parts) {
    List<Value> wide = new ArrayList<>();
    for (Value part : parts) {
      wide.add(
          call.node(
              "Unsqueeze",
              part.type(),
              new Shape(1).addAll(part.shape()),
              List.of(part, call.graph().fixed(0))));
    }
    return wide.size() == 1 ? wide.get(0) : joined(call, wide);
  }

  /** From length × directions × batch × hidden to length × batch × (directions · hidden). */
  private static Value flattenDirections(Call call, Value y) {
    Shape shape = y.shape();
    return call.reshape(
        call.transpose(y, 0, 2, 1, 3),
        new Shape(shape.get(0), shape.get(2), shape.get(1) * shape.get(3)));
  }
}
