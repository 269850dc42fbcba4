package io.github.flora.tensorflow.core;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_AddControlInput;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_AddInput;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_AddInputList;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_FinishOperation;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphGetTensorNumDims;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphGetTensorShape;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphSetTensorShape;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewOperation;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_OperationOutputType;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetAttrBool;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetAttrFloat;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetAttrInt;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetAttrIntList;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetAttrShape;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetAttrString;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetAttrTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetAttrType;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.TF_OperationDescription;
import org.tensorflow.internal.c_api.TF_Output;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.TF_Tensor;

/** An operation that becomes a node when it is finished. */
final class GraphOp extends Op {

  private final GraphEmitter graph;
  private final String type;
  private final TF_OperationDescription description;
  private @Nullable Shape known;

  GraphOp(GraphEmitter graph, String type, String name) {
    super(graph);
    this.graph = graph;
    this.type = type;
    this.description = TF_NewOperation(graph.graph(), type, name);
  }

  @Override
  void input(Tensor tensor) {
    try (TF_Output output = graph.output(tensor)) {
      TF_AddInput(description, output);
    }
  }

  @Override
  void inputList(Tensor[] tensors) {
    try (TF_Output outputs = graph.outputs(tensors)) {
      TF_AddInputList(description, outputs, tensors.length);
    }
  }

  GraphOp after(TF_Operation node) {
    TF_AddControlInput(description, node);
    return this;
  }

  /** Tells the first output's shape in memory where TensorFlow can't infer it. */
  GraphOp shaped(Shape memoryShape) {
    known = memoryShape;
    return this;
  }

  GraphOp value(TF_Tensor tensor) {
    TF_Status status = Status.current();
    TF_SetAttrTensor(description, "value", tensor, status);
    Status.check(status, type);
    return this;
  }

  GraphOp number(String name, int type) {
    TF_SetAttrType(description, name, type);
    return this;
  }

  @Override
  public Op attr(String name, long value) {
    TF_SetAttrInt(description, name, value);
    return this;
  }

  @Override
  public Op attr(String name, float value) {
    TF_SetAttrFloat(description, name, value);
    return this;
  }

  @Override
  public Op attr(String name, boolean value) {
    TF_SetAttrBool(description, name, (byte) (value ? 1 : 0));
    return this;
  }

  @Override
  public Op attr(String name, String value) {
    try (BytePointer text = new BytePointer(value)) {
      TF_SetAttrString(description, name, text, value.length());
    }
    return this;
  }

  @Override
  public Op attr(String name, DataType value) {
    return number(name, Types.number(value));
  }

  @Override
  public Op attr(String name, long[] value) {
    TF_SetAttrIntList(description, name, value, value.length);
    return this;
  }

  @Override
  public Op attr(String name, Shape value) {
    TF_SetAttrShape(description, name, value.getShape(), value.dimension());
    return this;
  }

  /** Finishes the node. */
  TF_Operation finish() {
    TF_Status status = Status.current();
    TF_Operation node = TF_FinishOperation(description, status);
    Status.check(status, type);
    return node;
  }

  @Override
  public Tensor[] all(int outputs, Layout layout) {
    TF_Operation node = finish();
    Tensor[] tensors = new Tensor[outputs];
    for (int i = 0; i < outputs; i++) {
      tensors[i] = tensor(node, i, layout);
    }
    if (outputs == 0) {
      graph.effect(node);
    }
    return tensors;
  }

  private Tensor tensor(TF_Operation node, int index, Layout layout) {
    try (TF_Output output = new TF_Output(1).oper(node).index(index)) {
      TF_Status status = Status.current();
      if (known != null && index == 0) {
        TF_GraphSetTensorShape(graph.graph(), output, known.getShape(), known.dimension(), status);
        Status.check(status, type);
      }
      int rank = TF_GraphGetTensorNumDims(graph.graph(), output, status);
      Status.check(status, type);
      long[] dims = new long[Math.max(rank, 0)];
      if (rank > 0) {
        TF_GraphGetTensorShape(graph.graph(), output, dims, rank, status);
        Status.check(status, type);
      }
      for (long dim : dims) {
        if (dim < 0) {
          throw new NotCompilableException(type + " gives a shape that depends on the data");
        }
      }
      if (rank < 0 && index == 0) {
        throw new NotCompilableException(type + " gives a shape that depends on the data");
      }
      if (rank < 0) {
        // What FusedBatchNorm keeps for its gradient; nothing but that takes it.
        dims = new long[] {-1};
      }
      Layout own = layout.fromPlain().length == 0 || dims.length == 4 ? layout : Layout.PLAIN;
      return new GraphTensor(
          graph, node, index, Types.type(TF_OperationOutputType(output)), new Shape(dims), own);
    }
  }
}
