package io.github.flora.tensorflow.core;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteBuffer;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteGraph;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteImportGraphDefOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphImportGraphDef;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphOperationByName;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphToGraphDef;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewBuffer;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewBufferFromString;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewGraph;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewImportGraphDefOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_OperationName;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_ImportGraphDefOptions;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.TF_Output;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.TF_Tensor;
import org.tensorflow.proto.GraphDef;

/** Makes operations the nodes of a function. Used by one thread. */
public final class GraphEmitter extends Emitter implements AutoCloseable {

  private final TF_Graph graph = TF_NewGraph();
  private final Map<ConstantKey, Tensor> constants = new HashMap<>();
  private final List<GraphTensor> inputs = new ArrayList<>();
  private final List<TF_Operation> effects = new ArrayList<>();
  private @Nullable Tensor seed;
  private int randomOperations;
  private int nodes;

  /** Starts an empty function. */
  public GraphEmitter() {}

  private record ConstantKey(ByteBuffer data, Shape shape, DataType type) {}

  TF_Graph graph() {
    return graph;
  }

  @Override
  public GraphOp op(String type) {
    return new GraphOp(this, type, "n" + nodes++);
  }

  /** Remembers a node that has to run though nobody takes an output of it. */
  void effect(TF_Operation node) {
    effects.add(node);
  }

  List<TF_Operation> effects() {
    return effects;
  }

  List<GraphTensor> inputs() {
    return inputs;
  }

  /** The number of random operations; above 0 the first input is the seed. */
  int randomOperations() {
    return randomOperations;
  }

  /**
   * Adds an input.
   *
   * @param type the element type
   * @param shape the dimensions as callers see them
   * @param layout the order of memory
   * @return what stands for the input
   */
  public Tensor input(DataType type, Shape shape, Layout layout) {
    Tensor input = placeholder(type, shape, layout);
    inputs.add((GraphTensor) input);
    return input;
  }

  private Tensor placeholder(DataType type, Shape shape, Layout layout) {
    return op("Placeholder").attr("dtype", type).attr("shape", layout.inMemory(shape)).one(layout);
  }

  /**
   * Adds the handle of a variable as an input.
   *
   * @return what stands for the handle
   */
  public Tensor variable() {
    return input(DataType.UNKNOWN, new Shape(), Layout.PLAIN);
  }

  /**
   * Reads a variable.
   *
   * @param handle what {@link #variable} returned
   * @param type the variable's element type
   * @param shape its dimensions as callers see them
   * @param layout the order of memory
   * @return its value
   */
  public Tensor read(Tensor handle, DataType type, Shape shape, Layout layout) {
    GraphOp op = op("ReadVariableOp").shaped(layout.inMemory(shape));
    return op.raw(handle).attr("dtype", type).one(layout);
  }

  @Override
  public Op opAfter(String type, Tensor... before) {
    GraphOp op = op(type);
    for (Tensor tensor : before) {
      op.after(checked(tensor).node());
    }
    return op;
  }

  /**
   * Starts an operation that runs only after the last one that was run for its effect.
   *
   * @param type its name in TensorFlow
   * @return the operation
   */
  public Op opAfterEffect(String type) {
    return op(type).after(effects.get(effects.size() - 1));
  }

  private GraphTensor checked(Tensor tensor) {
    if (tensor instanceof GraphTensor own && own.graph() == this) {
      return own;
    }
    throw new NotCompilableException("an array from outside is used that isn't an input");
  }

  /**
   * Returns the operations so far as TensorFlow stores them.
   *
   * @return the graph
   */
  public GraphDef definition() {
    TF_Status status = Status.current();
    TF_Buffer buffer = TF_NewBuffer();
    try {
      TF_GraphToGraphDef(graph, buffer, status);
      Status.check(status, "storing a graph");
      BytePointer bytes = new BytePointer(buffer.data());
      bytes.capacity(buffer.length());
      return GraphDef.parseFrom(bytes.asByteBuffer());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("TensorFlow stored a graph that can't be read", e);
    } finally {
      TF_DeleteBuffer(buffer);
    }
  }

  /**
   * Adds the operations of a stored graph.
   *
   * @param definition the graph
   */
  public void add(GraphDef definition) {
    TF_Status status = Status.current();
    byte[] bytes = definition.toByteArray();
    TF_ImportGraphDefOptions options = TF_NewImportGraphDefOptions();
    try (BytePointer pointer = new BytePointer(bytes)) {
      TF_Buffer buffer = TF_NewBufferFromString(pointer, bytes.length);
      try {
        TF_GraphImportGraphDef(graph, buffer, options, status);
        Status.check(status, "reading a graph");
      } finally {
        TF_DeleteBuffer(buffer);
      }
    } finally {
      TF_DeleteImportGraphDefOptions(options);
    }
  }

  /**
   * Finds the first output of an operation of a stored graph.
   *
   * @param name the operation
   * @param type its element type
   * @param shape its dimensions, the batch's for the call that is to come
   * @return the output
   * @throws IllegalArgumentException if there is none of that name
   */
  public Tensor named(String name, DataType type, Shape shape) {
    TF_Operation node = TF_GraphOperationByName(graph, name);
    if (node == null) {
      throw new IllegalArgumentException("the graph has no operation " + name);
    }
    return new GraphTensor(this, node, 0, type, shape, Layout.PLAIN);
  }

  /**
   * Makes an operation of a stored graph an input.
   *
   * @param input what {@link #named} returned
   */
  public void addInput(Tensor input) {
    inputs.add(checked(input));
  }

  /**
   * Returns the name of the operation that gives a tensor.
   *
   * @param tensor a tensor of this graph
   * @return the name; unique within the graph
   */
  public String nameOf(Tensor tensor) {
    return TF_OperationName(checked(tensor).node()).getString();
  }

  TF_Output output(Tensor tensor) {
    GraphTensor own = checked(tensor);
    return new TF_Output(1).oper(own.node()).index(own.index());
  }

  TF_Output outputs(Tensor[] tensors) {
    TF_Output outputs = new TF_Output(Math.max(1, tensors.length));
    for (int i = 0; i < tensors.length; i++) {
      GraphTensor own = checked(tensors[i]);
      outputs.position(i).oper(own.node()).index(own.index());
    }
    return outputs.position(0);
  }

  @Override
  public Tensor constant(ByteBuffer data, Shape shape, DataType type) {
    TF_Tensor tensor = EagerEmitter.hostTensor(data, shape, type);
    try {
      return op("Const").value(tensor).attr("dtype", type).one();
    } finally {
      TF_DeleteTensor(tensor);
    }
  }

  @Override
  Tensor kept(ByteBuffer data, Shape shape, DataType type) {
    ConstantKey key = new ConstantKey(data, shape, type);
    Tensor known = constants.get(key);
    if (known == null) {
      known = constant(data, shape, type);
      constants.put(key, known);
    }
    return known;
  }

  @Override
  public <T> T framed(Supplier<T> work) {
    return work.get();
  }

  @Override
  public Tensor[] function(String name, List<?> settings, Body body, Tensor... arguments) {
    return Tape.unrecorded(() -> body.emit(this, arguments));
  }

  @Override
  public Tensor relabelled(Tensor tensor, Layout layout) {
    GraphTensor own = checked(tensor);
    return new GraphTensor(
        this, own.node(), own.index(), own.type(), own.layout().inMemory(own.shape()), layout);
  }

  @Override
  public Tensor nextSeed() {
    if (seed == null) {
      seed = placeholder(DataType.INT64, new Shape(2), Layout.PLAIN);
    }
    // The caller of the function gives the seed and the number of its first random operation.
    return op("AddV2").raw(seed, longs(0, randomOperations++)).one();
  }

  @Nullable Tensor seed() {
    return seed;
  }

  @Override
  public void close() {
    TF_DeleteGraph(graph);
  }
}
