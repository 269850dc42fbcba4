package io.github.flora.onnx.trace;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.AbstractSymbolBlock;
import ai.djl.nn.Block;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import io.github.flora.onnx.OnnxExportException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Runs a block forward in a trace, in inference mode, and knows which child is running. */
public final class BlockTracer {

  private final Tracer tracer;
  private final ParameterStore store;

  /**
   * Prepares a run.
   *
   * @param tracer the trace to record in
   */
  public BlockTracer(Tracer tracer) {
    this.tracer = tracer;
    store = new TracedStore(tracer);
  }

  /**
   * Runs a block.
   *
   * @param block an initialised block
   * @param inputs traced arrays
   * @return what the block returns, traced arrays
   * @throws OnnxExportException if the block does something that can't be exported
   */
  public NDList forward(Block block, NDList inputs) {
    return forward(block, block.getClass().getSimpleName(), inputs);
  }

  private NDList forward(Block block, String path, NDList inputs) {
    String before = tracer.graph().block();
    tracer.graph().setBlock(path);
    tracer.forgetParameter();
    if (block instanceof AbstractSymbolBlock) {
      throw tracer.error(
          "forward",
          "%s is a model that its engine has compiled, which can't be traced: export it by the tools"
                  .formatted(block.getClass().getSimpleName())
              + " that made it",
          null);
    }
    try {
      if (isPlainSequential(block)) {
        // Child by child, which is what the block does, so that each has its own path.
        NDList current = inputs;
        for (Pair<String, Block> child : block.getChildren()) {
          current = forward(child.getValue(), path + "/" + child.getKey(), current);
        }
        return current;
      }
      return block.forward(store, inputs, false);
    } catch (OnnxExportException e) {
      if (block instanceof ParallelBlock && runsAs(block.getClass(), ParallelBlock.class)) {
        // Which of the children was it? The one that fails alone; its error has the longer path.
        for (Pair<String, Block> child : block.getChildren()) {
          NDList unused = forward(child.getValue(), path + "/" + child.getKey(), inputs);
        }
      }
      throw e;
    } catch (ClassCastException e) {
      throw tracer.error(
          "forward", "it asks for arrays of its own engine: let it use DJL's NDArray alone", e);
    } catch (RuntimeException e) {
      throw tracer.error(
          "forward",
          "the block itself fails with inputs of %s: %s"
              .formatted(
                  Arrays.toString(inputs.getShapes()),
                  String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    } finally {
      // An error keeps its path.
      tracer.graph().setBlock(before);
    }
  }

  private static boolean isPlainSequential(Block block) {
    return block instanceof SequentialBlock sequential
        && !sequential.isReturnIntermediate()
        && runsAs(block.getClass(), SequentialBlock.class);
  }

  /** Whether a class runs forward by the code of another, from which it inherits. */
  private static boolean runsAs(Class<?> type, Class<?> origin) {
    for (Class<?> c = type; c != null && c != origin; c = c.getSuperclass()) {
      for (var method : c.getDeclaredMethods()) {
        if (method.getName().equals("forwardInternal") || method.getName().equals("forward")) {
          return false;
        }
      }
    }
    return true;
  }

  /** Hands out traced parameters under their own names. */
  private static final class TracedStore extends ParameterStore {

    private final Tracer tracer;

    TracedStore(Tracer tracer) {
      super(tracer.manager(), false);
      this.tracer = tracer;
    }

    @Override
    @SuppressWarnings(
        "NullAway") // DJL's blocks ask for parameters that they don't have: null is null.
    public @Nullable NDArray getValue(
        @Nullable Parameter parameter, Device device, boolean training) {
      return parameter == null ? null : tracer.parameter(parameter);
    }

    @Override
    public NDManager getManager() {
      return tracer.managerFace();
    }
  }
}
