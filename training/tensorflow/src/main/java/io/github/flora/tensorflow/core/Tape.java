package io.github.flora.tensorflow.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Records operations on one thread, to walk back through them. Only what depends on a watched
 * tensor is recorded, and each recorded operation is walked once, as in PyTorch.
 */
public final class Tape implements AutoCloseable {

  private static final ThreadLocal<@Nullable Tape> CURRENT = new ThreadLocal<>();

  private final @Nullable Tape outer = CURRENT.get();
  private final List<Node> nodes = new ArrayList<>();
  private final IdentityHashMap<Tensor, Leaf> leaves = new IdentityHashMap<>();
  private final Set<Tensor> tracked = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean paused;

  /** Opens a tape on this thread; operations are recorded until it is closed. */
  public Tape() {
    CURRENT.set(this);
  }

  /** The gradient of an operation. */
  public interface Gradient {
    /**
     * Computes the gradient with respect to the inputs.
     *
     * @param outputs the gradient with respect to each output; null for one that nothing depends on
     * @return the gradient with respect to each input, shaped like it; null where there is none
     */
    @Nullable Tensor[] of(@Nullable Tensor[] outputs);
  }

  /** What collects a watched tensor's gradient. */
  public interface Leaf {
    /**
     * Adds a gradient.
     *
     * @param emitter where to emit operations to
     * @param gradient shaped like the watched tensor
     */
    void accumulate(Emitter emitter, Tensor gradient);
  }

  /** A recorded operation; keeps its tensors until it is released. */
  private static final class Node {

    private final Tensor[] outputs;
    private final Tensor[] inputs;
    private final Gradient gradient;

    Node(Tensor[] outputs, Tensor[] inputs, Gradient gradient) {
      this.outputs = outputs;
      this.inputs = inputs;
      this.gradient = gradient;
    }

    void release() {
      for (Tensor tensor : outputs) {
        tensor.release();
      }
      for (Tensor tensor : inputs) {
        tensor.release();
      }
    }
  }

  /**
   * Returns this thread's tape.
   *
   * @return the tape, or null if nothing is to be recorded now
   */
  public static @Nullable Tape current() {
    Tape tape = CURRENT.get();
    return tape == null || tape.paused ? null : tape;
  }

  /**
   * Runs something without recording it.
   *
   * @param <T> what comes of it
   * @param work what to run
   * @return its result
   */
  public static <T> T unrecorded(Supplier<T> work) {
    Tape tape = CURRENT.get();
    if (tape == null || tape.paused) {
      return work.get();
    }
    tape.paused = true;
    try {
      return work.get();
    } finally {
      tape.paused = false;
    }
  }

  /**
   * Watches a tensor.
   *
   * @param tensor whose gradient is wanted
   * @param leaf what collects it
   */
  public void watch(Tensor tensor, Leaf leaf) {
    if (leaves.putIfAbsent(tensor, leaf) == null) {
      tensor.retain();
      tracked.add(tensor);
    }
  }

  /**
   * Records an operation on this thread's tape, if there is one and an input is tracked. The
   * gradient may use the inputs and outputs: they are kept.
   *
   * @param output the output
   * @param gradient the gradient; gets one array of one element, never null
   * @param inputs the inputs
   * @return the output
   */
  public static Tensor record(Tensor output, Gradient gradient, Tensor... inputs) {
    record(new Tensor[] {output}, gradient, inputs);
    return output;
  }

  /**
   * Records an operation of several outputs.
   *
   * @param outputs the outputs
   * @param gradient the gradient
   * @param inputs the inputs, and whatever else the gradient needs to be kept
   */
  public static void record(Tensor[] outputs, Gradient gradient, Tensor... inputs) {
    Tape tape = current();
    if (tape != null && tape.tracksAny(inputs)) {
      Node node = new Node(outputs, inputs, gradient);
      for (Tensor tensor : outputs) {
        tensor.retain();
        tape.tracked.add(tensor);
      }
      for (Tensor tensor : inputs) {
        tensor.retain();
      }
      tape.nodes.add(node);
    }
  }

  /**
   * Tells whether anything that depends on a tensor is recorded now, so that a gradient that nobody
   * asks for needn't be computed.
   *
   * @param tensor the tensor
   * @return whether its gradient will be wanted
   */
  public static boolean tracks(Tensor tensor) {
    Tape tape = current();
    return tape != null && tape.tracked.contains(tensor);
  }

  private boolean tracksAny(Tensor[] tensors) {
    for (Tensor tensor : tensors) {
      if (tracked.contains(tensor)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Walks back from a tensor and hands every leaf its gradient. What was walked is forgotten.
   *
   * @param emitter where the gradients' operations go
   * @param target a recorded tensor
   * @param seed the gradient with respect to it
   * @throws IllegalStateException if the target depends on nothing that is watched
   */
  public void backward(Emitter emitter, Tensor target, Tensor seed) {
    if (!tracked.contains(target)) {
      throw new IllegalStateException(
          "there is nothing to differentiate: no operation on an array that requires a gradient led"
              + " to this one since the gradient collector was opened, or it was differentiated"
              + " before");
    }
    IdentityHashMap<Tensor, Tensor> gradients = new IdentityHashMap<>();
    unrecorded(
        () -> {
          try {
            seed.retain();
            gradients.put(target, seed);
            walk(emitter, gradients);
            leaves.forEach(
                (tensor, leaf) -> {
                  Tensor gradient = gradients.get(tensor);
                  if (gradient != null) {
                    emitter.framed(
                        () -> {
                          leaf.accumulate(emitter, gradient);
                          return gradient;
                        });
                  }
                });
          } finally {
            gradients.values().forEach(Tensor::release);
          }
          return true;
        });
  }

  private void walk(Emitter emitter, IdentityHashMap<Tensor, Tensor> gradients) {
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      @Nullable Tensor[] outputs = new @Nullable Tensor[node.outputs.length];
      boolean reached = false;
      for (int j = 0; j < outputs.length; j++) {
        outputs[j] = gradients.remove(node.outputs[j]);
        reached |= outputs[j] != null;
      }
      if (!reached) {
        continue;
      }
      try {
        emitter.framed(
            () -> {
              @Nullable Tensor[] inputs = node.gradient.of(outputs);
              for (int j = 0; j < inputs.length; j++) {
                Tensor gradient = inputs[j];
                if (gradient != null && tracked.contains(node.inputs[j])) {
                  add(emitter, gradients, node.inputs[j], gradient);
                }
              }
              return node;
            });
      } finally {
        for (Tensor gradient : outputs) {
          if (gradient != null) {
            gradient.release();
          }
        }
      }
      for (Tensor output : node.outputs) {
        tracked.remove(output);
      }
      node.release();
      nodes.remove(i);
    }
  }

  private static void add(
      Emitter emitter, IdentityHashMap<Tensor, Tensor> gradients, Tensor of, Tensor gradient) {
    Tensor before = gradients.get(of);
    Tensor sum = before == null ? gradient : sum(emitter, before, gradient);
    sum.retain();
    gradients.put(of, sum);
    if (before != null) {
      before.release();
    }
  }

  /**
   * Adds two gradients of the same tensor, in the layout of the first.
   *
   * @param emitter where to
   * @param a one
   * @param b the other
   * @return the sum
   */
  public static Tensor sum(Emitter emitter, Tensor a, Tensor b) {
    return emitter.op("AddV2").raw(a, emitter.as(a.layout(), b)).one(a.layout());
  }

  @Override
  public void close() {
    nodes.forEach(Node::release);
    nodes.clear();
    leaves.keySet().forEach(Tensor::release);
    leaves.clear();
    tracked.clear();
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
    }
  }
}
