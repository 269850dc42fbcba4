package io.github.flora.tensorflow;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.engine.Optimizer;
import io.github.flora.engine.UpdateRule;
import io.github.flora.engine.Updater;
import io.github.flora.engine.Weight;
import io.github.flora.tensorflow.core.EagerEmitter;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.Op;
import io.github.flora.tensorflow.core.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An optimizer as TensorFlow's own kernels, which change variables in place. The same operations
 * run eagerly or as the last part of a compiled step; what changes from step to step (rates,
 * corrections) goes in as numbers.
 */
final class VariableUpdater implements Updater {

  private final Optimizer optimizer;
  private final List<Weight> weights;
  private final List<TensorFlowArray> arrays;
  private final double clipNorm;
  private final TensorFlowManager manager;
  private final Map<String, List<NDArray>> state = new LinkedHashMap<>();

  /** Updates so far; what {@code step} of the state says. */
  private long steps;

  private @Nullable NDArray traced;
  private boolean mixed;

  VariableUpdater(Optimizer optimizer, List<Weight> weights, double clipNorm) {
    UpdateRule.checkClipNorm(clipNorm);
    this.optimizer = optimizer;
    this.weights = List.copyOf(weights);
    this.arrays = weights.stream().map(weight -> (TensorFlowArray) weight.array()).toList();
    this.clipNorm = clipNorm;
    TensorFlowManager owner = arrays.get(0).getManager();
    this.manager = owner.newSubManager(owner.getDevice());
    if (optimizer instanceof Optimizer.Sgd sgd) {
      if (sgd.momentum() > 0) {
        state.put("momentum_buffer", zeros());
      }
    } else {
      state.put("exp_avg", zeros());
      state.put("exp_avg_sq", zeros());
      state.put(
          "step",
          arrays.stream().map(array -> manager.zeros(new Shape(), DataType.FLOAT32)).toList());
    }
    manager
        .eager()
        .framed(
            () -> {
              arrays.forEach(VariableUpdater::settle);
              state.forEach(
                  (name, slots) -> {
                    if (!name.equals("step")) {
                      slots.forEach(slot -> settle((ArrayBase) slot));
                    }
                  });
              return state;
            });
  }

  /**
   * Makes an array a variable; filters lie as convolutions want them, and so need no transposing.
   */
  private static void settle(ArrayBase array) {
    array.variable(array.getShape().dimension() == 4 ? Layout.HWIO : Layout.PLAIN);
  }

  private List<NDArray> zeros() {
    List<NDArray> zeros = new ArrayList<>();
    for (TensorFlowArray array : arrays) {
      zeros.add(manager.zeros(array.getShape(), array.getDataType()));
    }
    return List.copyOf(zeros);
  }

  @Override
  public NDArray leaf(int index, NDManager stepManager) {
    NDArray leaf = arrays.get(index).shared((TensorFlowManager) stepManager);
    leaf.setRequiresGradient(true);
    return leaf;
  }

  @Override
  public void update(List<NDArray> leaves, double learningRate) {
    Trace trace = Trace.current();
    if (trace != null) {
      if (traced == null) {
        throw new IllegalStateException("an update is compiled without its numbers");
      }
      emit(trace.graph(), leaves, ((ArrayBase) traced).value());
      return;
    }
    EagerEmitter eager = manager.eager();
    eager.framed(
        () -> {
          try (NDArray numbers = numbers(learningRate)) {
            emit(eager, leaves, ((ArrayBase) numbers).value());
          }
          return leaves;
        });
    counted();
  }

  /**
   * Tells where an update that is being compiled finds what {@link #numbers} returns.
   *
   * @param numbers an input of the function, or null when it is done
   * @param mixed whether the function may compute in bfloat16 where that is usual
   */
  void trace(@Nullable NDArray numbers, boolean mixed) {
    traced = numbers;
    this.mixed = mixed;
  }

  /** Counts an update. */
  void counted() {
    steps++;
  }

  /**
   * Returns what the next update needs to know: the learning rate, the rate with Adam's corrections
   * in it, and Adam's epsilon as TensorFlow's kernel wants it.
   */
  NDArray numbers(double learningRate) {
    double rate = learningRate;
    double epsilon = 0;
    if (optimizer instanceof Optimizer.Adam adam) {
      rate *= correction(adam.beta1(), adam.beta2());
      epsilon = adam.epsilon() * secondRoot(adam.beta2());
    } else if (optimizer instanceof Optimizer.AdamW adam) {
      rate *= correction(adam.beta1(), adam.beta2());
      epsilon = adam.epsilon() * secondRoot(adam.beta2());
    }
    return manager.create(new float[] {(float) learningRate, (float) rate, (float) epsilon});
  }

  private double correction(double beta1, double beta2) {
    return secondRoot(beta2) / (1 - Math.pow(beta1, steps + 1.0));
  }

  private double secondRoot(double beta2) {
    return Math.sqrt(1 - Math.pow(beta2, steps + 1.0));
  }

  private void emit(Emitter e, List<NDArray> leaves, Tensor numbers) {
    List<Tensor> gradients = new ArrayList<>();
    for (NDArray leaf : leaves) {
      try (NDArray gradient = leaf.getGradient()) {
        Tensor value = ((ArrayBase) gradient).value();
        gradients.add(mixed ? apart(e, value) : value);
      }
    }
    if (clipNorm > 0) {
      gradients = clipped(e, gradients);
    }
    // No update before the last gradient: TensorFlow copies a weight that is changed while backward
    // still reads it, now this one, now that, so that steps would differ in the memory they take.
    Tensor[] parts =
        e.opAfter("Unpack", gradients.toArray(Tensor[]::new)).in(numbers).attr("num", 3).all(3);
    for (int i = 0; i < arrays.size(); i++) {
      Weight weight = weights.get(i);
      double decay = weight.decays() ? optimizer.weightDecay() : 0;
      DataType type = arrays.get(i).getDataType();
      Step step =
          new Step(
              e,
              i,
              scaled(e, cast(e, parts[0], type), weight.rateFactor()),
              scaled(e, cast(e, parts[1], type), weight.rateFactor()),
              cast(e, parts[2], type),
              decay);
      step.run(gradients.get(i));
    }
  }

  /**
   * The same numbers, at no cost, behind an operation that TensorFlow leaves in float32. Otherwise
   * it would take what follows a gradient for a part of the network, and a decay that is small
   * beside the gradient would be lost in bfloat16's rounding.
   */
  private static Tensor apart(Emitter e, Tensor x) {
    Tensor bits = e.op("Bitcast").raw(x).attr("type", DataType.INT32).one(x.layout());
    return e.op("Bitcast").raw(bits).attr("type", DataType.FLOAT32).one(x.layout());
  }

  private static Tensor cast(Emitter e, Tensor x, DataType type) {
    return x.type() == type ? x : e.op("Cast").in(x).attr("DstT", type).one();
  }

  private static Tensor scaled(Emitter e, Tensor x, double factor) {
    return factor == 1 ? x : e.op("Mul").in(x, e.scalar(factor, x.type())).one();
  }

  /** As {@code torch.nn.utils.clip_grad_norm_}. */
  private List<Tensor> clipped(Emitter e, List<Tensor> gradients) {
    Tensor[] clipped =
        e.function(
            "clip",
            List.of(clipNorm),
            (em, in) -> {
              Tensor[] squares = new Tensor[in.length];
              for (int i = 0; i < in.length; i++) {
                squares[i] = cast(em, em.op("L2Loss").raw(in[i]).one(), DataType.FLOAT32);
              }
              Tensor half = squares.length == 1 ? squares[0] : em.op("AddN").list(squares).one();
              Tensor twice = em.op("Mul").in(half, em.scalar(2, DataType.FLOAT32)).one();
              Tensor norm = em.op("Sqrt").in(twice).one();
              Tensor above = em.op("AddV2").in(norm, em.scalar(1e-6, DataType.FLOAT32)).one();
              Tensor ratio =
                  em.op("RealDiv").in(em.scalar(clipNorm, DataType.FLOAT32), above).one();
              Tensor factor = em.op("Minimum").in(ratio, em.scalar(1, DataType.FLOAT32)).one();
              Tensor[] out = new Tensor[in.length];
              for (int i = 0; i < in.length; i++) {
                out[i] =
                    em.op("Mul").raw(in[i], cast(em, factor, in[i].type())).one(in[i].layout());
              }
              return out;
            },
            gradients.toArray(Tensor[]::new));
    return List.of(clipped);
  }

  /** The update of one weight. */
  private final class Step {

    private final Emitter e;
    private final int index;
    private final Tensor learningRate;
    private final Tensor rate;
    private final Tensor epsilon;
    private final double decay;
    private final TensorFlowArray array;

    Step(Emitter e, int index, Tensor learningRate, Tensor rate, Tensor epsilon, double decay) {
      this.e = e;
      this.index = index;
      this.learningRate = learningRate;
      this.rate = rate;
      this.epsilon = epsilon;
      this.decay = decay;
      this.array = arrays.get(index);
    }

    void run(Tensor given) {
      Tensor value = array.value();
      Tensor gradient = e.as(value.layout(), given);
      if (optimizer instanceof Optimizer.Adam adam) {
        adam(decayed(value, gradient), adam.beta1(), adam.beta2(), false);
      } else if (optimizer instanceof Optimizer.AdamW adam) {
        adamW(value, gradient, adam);
      } else if (optimizer instanceof Optimizer.Sgd sgd) {
        descend(decayed(value, gradient), sgd);
      }
    }

    /** Adds the decay to the gradient, as all but AdamW do. */
    private Tensor decayed(Tensor value, Tensor gradient) {
      if (decay == 0) {
        return gradient;
      }
      Tensor pull =
          e.opAfter("Mul", gradient).raw(value, e.scalar(decay, value.type())).one(value.layout());
      return e.op("AddV2").raw(gradient, pull).one(value.layout());
    }

    private Tensor number(double value) {
      return e.scalar(value, array.getDataType());
    }

    private Op update(String type, String... slots) {
      Trace trace = Trace.current();
      if (trace != null) {
        Op op = trace.update(type, array.cell());
        for (String slot : slots) {
          op.raw(trace.handle(slot(slot).cell()));
        }
        return op;
      }
      Op op = e.op(type).raw(array.variable().handle());
      for (String slot : slots) {
        op.raw(slot(slot).variable().handle());
      }
      return op;
    }

    private ArrayBase slot(String name) {
      return (ArrayBase) state.getOrDefault(name, List.of()).get(index);
    }

    private void adam(Tensor gradient, double beta1, double beta2, boolean locking) {
      // The powers are 0, so that the kernel takes the rate as it is: the corrections are in it.
      update("ResourceApplyAdam", "exp_avg", "exp_avg_sq")
          .raw(number(0), number(0), rate, number(beta1), number(beta2), epsilon, gradient)
          .attr("use_locking", locking)
          .run();
    }

    private void adamW(Tensor value, Tensor gradient, Optimizer.AdamW adam) {
      if (decay == 0) {
        adam(gradient, adam.beta1(), adam.beta2(), false);
        return;
      }
      // What Adam adds doesn't depend on the weight; the trace keeps the order all the same.
      Tensor pull = e.op("Mul").in(learningRate, number(decay)).one();
      Tensor less = e.op("Mul").raw(value, pull).one(value.layout());
      update("AssignSubVariableOp").raw(less).run();
      adam(gradient, adam.beta1(), adam.beta2(), true);
    }

    private void descend(Tensor gradient, Optimizer.Sgd sgd) {
      if (sgd.momentum() > 0) {
        update("ResourceApplyMomentum", "momentum_buffer")
            .raw(learningRate, gradient, number(sgd.momentum()))
            .attr("use_nesterov", sgd.nesterov())
            .run();
      } else {
        update("ResourceApplyGradientDescent").raw(learningRate, gradient).run();
      }
    }
  }

  @Override
  public Map<String, List<NDArray>> state() {
    for (NDArray step : state.getOrDefault("step", List.of())) {
      step.set(new float[] {steps});
    }
    return Collections.unmodifiableMap(state);
  }

  @Override
  public void load(Map<String, List<NDArray>> saved) {
    Updater.requireFit(state, saved);
    List<NDArray> counts = saved.getOrDefault("step", List.of());
    Set<Float> different = new TreeSet<>();
    counts.forEach(count -> different.add(count.getFloat()));
    if (different.size() > 1) {
      throw new IllegalArgumentException(
          "weights that were updated %s times can't go on together".formatted(different));
    }
    different.forEach(count -> steps = count.longValue());
    state.forEach(
        (name, arrays) -> {
          if (!name.equals("step")) {
            List<NDArray> values = saved.getOrDefault(name, List.of());
            for (int i = 0; i < arrays.size(); i++) {
              ArrayBase array = (ArrayBase) arrays.get(i);
              NDArray value = values.get(i);
              array.assign(e -> array.value(value));
            }
          }
        });
  }

  @Override
  public void close() {
    manager.close();
  }
}
