package io.github.flora.tensorflow.core;

import static org.tensorflow.internal.c_api.global.tensorflow.TFE_DeleteOp;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_Execute;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_NewOp;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_OpAddInput;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_OpAddInputList;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_OpSetAttrBool;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_OpSetAttrFloat;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_OpSetAttrInt;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_OpSetAttrIntList;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_OpSetAttrShape;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_OpSetAttrString;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_OpSetAttrType;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_OpSetDevice;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_TensorHandleNumDims;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TFE_Op;
import org.tensorflow.internal.c_api.TFE_TensorHandle;
import org.tensorflow.internal.c_api.TF_Status;

/** An operation that is carried out when it is finished. */
final class EagerOp extends Op {

  /** The number of dimensions of every layout but plain. */
  private static final int LAID_OUT = 4;

  private final EagerEmitter emitter;
  private final Context context;
  private final String type;
  private final @Nullable String device;

  /** Inputs and attributes, applied in one go so that nothing native is left by an exception. */
  private final List<Consumer<TFE_Op>> parts = new ArrayList<>(8);

  EagerOp(EagerEmitter emitter, Context context, String type, @Nullable String device) {
    super(emitter);
    this.emitter = emitter;
    this.context = context;
    this.type = type;
    this.device = device;
  }

  @Override
  void input(Tensor tensor) {
    TFE_TensorHandle handle = handle(tensor);
    parts.add(
        op -> {
          TF_Status status = Status.current();
          TFE_OpAddInput(op, handle, status);
          Status.check(status, type);
        });
  }

  private static TFE_TensorHandle handle(Tensor tensor) {
    if (tensor instanceof EagerTensor eager) {
      return eager.handle();
    }
    throw new IllegalStateException(
        "an array of a model that is being compiled is used outside of it");
  }

  @Override
  void inputList(Tensor[] tensors) {
    parts.add(
        op -> {
          TF_Status status = Status.current();
          try (PointerPointer<TFE_TensorHandle> list = new PointerPointer<>(tensors.length)) {
            for (int i = 0; i < tensors.length; i++) {
              list.put(i, handle(tensors[i]));
            }
            TFE_OpAddInputList(op, list, tensors.length, status);
          }
          Status.check(status, type);
        });
  }

  @Override
  public Op attr(String name, long value) {
    parts.add(op -> TFE_OpSetAttrInt(op, name, value));
    return this;
  }

  @Override
  public Op attr(String name, float value) {
    parts.add(op -> TFE_OpSetAttrFloat(op, name, value));
    return this;
  }

  @Override
  public Op attr(String name, boolean value) {
    parts.add(op -> TFE_OpSetAttrBool(op, name, (byte) (value ? 1 : 0)));
    return this;
  }

  @Override
  public Op attr(String name, String value) {
    parts.add(
        op -> {
          try (BytePointer text = new BytePointer(value)) {
            TFE_OpSetAttrString(op, name, text, value.length());
          }
        });
    return this;
  }

  /** Sets an attribute of type string that holds a stored message instead of text. */
  EagerOp message(String name, byte[] value) {
    parts.add(
        op -> {
          try (BytePointer bytes = new BytePointer(value)) {
            TFE_OpSetAttrString(op, name, bytes, value.length);
          }
        });
    return this;
  }

  @Override
  public Op attr(String name, DataType value) {
    parts.add(op -> TFE_OpSetAttrType(op, name, Types.number(value)));
    return this;
  }

  @Override
  public Op attr(String name, long[] value) {
    parts.add(op -> TFE_OpSetAttrIntList(op, name, value, value.length));
    return this;
  }

  @Override
  public Op attr(String name, Shape value) {
    parts.add(
        op -> {
          TF_Status status = Status.current();
          TFE_OpSetAttrShape(op, name, value.getShape(), value.dimension(), status);
          Status.check(status, type);
        });
    return this;
  }

  @Override
  public Tensor[] all(int outputs, Layout layout) {
    TFE_TensorHandle[] handles = execute(outputs);
    Tensor[] tensors = new Tensor[outputs];
    for (int i = 0; i < outputs; i++) {
      boolean fits =
          outputs == 1
              || layout == Layout.PLAIN
              || TFE_TensorHandleNumDims(handles[i], Status.current()) == LAID_OUT;
      tensors[i] = emitter.own(handles[i], fits ? layout : Layout.PLAIN);
    }
    return tensors;
  }

  /** Carries the operation out; the handles are the caller's. */
  TFE_TensorHandle[] execute(int outputs) {
    TF_Status status = Status.current();
    TFE_Op op = TFE_NewOp(context.handle(), type, status);
    Status.check(status, type);
    try {
      if (device != null) {
        TFE_OpSetDevice(op, device, status);
        Status.check(status, type);
      }
      for (Consumer<TFE_Op> part : parts) {
        part.accept(op);
      }
      int[] number = {outputs};
      TFE_TensorHandle[] handles = new TFE_TensorHandle[outputs];
      if (outputs == 1) {
        TFE_TensorHandle handle = new TFE_TensorHandle();
        TFE_Execute(op, handle, number, status);
        Status.check(status, type);
        handles[0] = handle;
        return handles;
      }
      try (PointerPointer<TFE_TensorHandle> results = new PointerPointer<>(Math.max(1, outputs));
          IntPointer count = new IntPointer(number)) {
        TFE_Execute(op, results, count, status);
        Status.check(status, type);
        for (int i = 0; i < outputs; i++) {
          handles[i] = results.get(TFE_TensorHandle.class, i);
        }
      }
      return handles;
    } finally {
      TFE_DeleteOp(op);
    }
  }
}
