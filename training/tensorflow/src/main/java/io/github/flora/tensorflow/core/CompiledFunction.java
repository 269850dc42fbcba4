package io.github.flora.tensorflow.core;

import static org.tensorflow.internal.c_api.global.tensorflow.TFE_ContextAddFunction;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_ContextRemoveFunction;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteFunction;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphToFunctionWithControlOutputs;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TFE_TensorHandle;
import org.tensorflow.internal.c_api.TF_Function;
import org.tensorflow.internal.c_api.TF_FunctionOptions;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.TF_Output;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;

/** A function that TensorFlow knows by name and optimises as a whole at its first call. */
public final class CompiledFunction implements AutoCloseable {

  private static final AtomicLong NUMBER = new AtomicLong();

  /**
   * Makes TensorFlow compute matrix products and convolutions, their gradients and what lies
   * between two of them in bfloat16; softmax, reductions and optimizers stay in float32. Which
   * operations are which: {@code auto_mixed_precision_lists.h} of its grappler.
   */
  private static final byte[] MIXED =
      ConfigProto.newBuilder()
          .setGraphOptions(
              GraphOptions.newBuilder()
                  .setRewriteOptions(
                      RewriterConfig.newBuilder()
                          .setAutoMixedPrecisionOnednnBfloat16(RewriterConfig.Toggle.ON)
                          // However few operations there are.
                          .setMinGraphNodes(-1)))
          .build()
          .toByteArray();

  private final EagerEmitter emitter;
  private final String name;
  private final Layout[] layouts;
  private final int randomOperations;
  private final boolean mixed;

  /**
   * Makes a function of a graph; the graph may be closed afterwards.
   *
   * @param emitter carries the function out
   * @param label says what it does
   * @param graph the operations, their inputs in order
   * @param outputs what the function returns
   */
  public CompiledFunction(
      EagerEmitter emitter, String label, GraphEmitter graph, Tensor[] outputs) {
    this(emitter, label, graph, outputs, false);
  }

  /**
   * Makes a function of a graph; the graph may be closed afterwards.
   *
   * @param emitter carries the function out
   * @param label says what it does
   * @param graph the operations, their inputs in order
   * @param outputs what the function returns
   * @param mixed whether what is float32 may be computed in bfloat16 inside where that is usual
   */
  public CompiledFunction(
      EagerEmitter emitter, String label, GraphEmitter graph, Tensor[] outputs, boolean mixed) {
    this.emitter = emitter;
    this.mixed = mixed;
    this.name = "flora_" + label.replaceAll("\\W", "_") + "_" + NUMBER.incrementAndGet();
    this.randomOperations = graph.randomOperations();
    this.layouts = new Layout[outputs.length];
    for (int i = 0; i < outputs.length; i++) {
      layouts[i] = outputs[i].layout();
    }
    List<Tensor> inputs = new ArrayList<>(graph.inputs());
    Tensor seed = graph.seed();
    if (seed != null) {
      inputs.add(seed);
    }
    List<TF_Operation> effects = graph.effects();
    TF_Status status = Status.current();
    try (TF_Output in = graph.outputs(inputs.toArray(Tensor[]::new));
        TF_Output out = graph.outputs(outputs);
        PointerPointer<TF_Operation> control = new PointerPointer<>(Math.max(1, effects.size()))) {
      for (int i = 0; i < effects.size(); i++) {
        control.put(i, effects.get(i));
      }
      try (BytePointer text = new BytePointer(name)) {
        TF_Function function =
            TF_GraphToFunctionWithControlOutputs(
                graph.graph(),
                text,
                (byte) 0,
                -1,
                (PointerPointer<?>) null,
                inputs.size(),
                in,
                outputs.length,
                out,
                (PointerPointer<?>) null,
                effects.size(),
                control,
                (PointerPointer<?>) null,
                (TF_FunctionOptions) null,
                (BytePointer) null,
                status);
        Status.check(status, label);
        try {
          TFE_ContextAddFunction(Context.get().handle(), function, status);
          Status.check(status, label);
        } finally {
          TF_DeleteFunction(function);
        }
      }
    }
  }

  /**
   * Calls the function.
   *
   * @param inputs its inputs in the order in which they were added
   * @return its outputs, in the caller's frame
   */
  public Tensor[] call(Tensor... inputs) {
    EagerOp op = new EagerOp(emitter, Context.get(), name, null);
    return tensors(mixed ? op.message("config_proto", MIXED) : op, inputs);
  }

  private Tensor[] tensors(EagerOp op, Tensor[] inputs) {
    op.raw(inputs);
    if (randomOperations > 0) {
      ByteBuffer data = Emitter.buffer(2 * Long.BYTES);
      data.asLongBuffer().put(RandomState.take(randomOperations));
      op.raw(emitter.constant(data, new Shape(2), DataType.INT64));
    }
    TFE_TensorHandle[] handles = op.execute(layouts.length);
    Tensor[] outputs = new Tensor[handles.length];
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] = emitter.own(handles[i], layouts[i]);
    }
    return outputs;
  }

  @Override
  public void close() {
    @Nullable TF_Status status = Status.current();
    TFE_ContextRemoveFunction(Context.get().handle(), name, status);
    Status.check(status, name);
  }
}
