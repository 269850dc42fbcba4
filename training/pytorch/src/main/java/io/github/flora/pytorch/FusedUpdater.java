package io.github.flora.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import io.github.flora.engine.Optimizer;
import io.github.flora.engine.UpdateRule;
import io.github.flora.engine.Updater;
import io.github.flora.engine.Weight;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An optimizer as one of PyTorch's fused kernels over all weights that share settings. DJL's {@code
 * adamUpdate} makes some ten passes over every weight instead, and took a third of the time of a
 * step of the MNIST MLP.
 */
final class FusedUpdater implements Updater {

  private final List<NDArray> weights;
  private final Map<String, List<NDArray>> state;
  private final NDManager manager;
  private final ScriptModule script;
  private final List<Group> groups = new ArrayList<>();
  private final List<IValue> constants = new ArrayList<>();
  private final @Nullable IValue clipNorm;

  FusedUpdater(Optimizer optimizer, List<Weight> weights, double clipNorm) {
    UpdateRule.checkClipNorm(clipNorm);
    this.weights = weights.stream().map(Weight::array).toList();
    this.manager = this.weights.get(0).getManager().newSubManager();
    this.script = ScriptModule.compile(manager, "Optimizers", "optimizers.py");
    this.state = zeroState(optimizer);
    this.clipNorm = clipNorm == 0 ? null : constant(IValue.from(clipNorm));
    Map<Settings, List<Integer>> members = new LinkedHashMap<>();
    for (int i = 0; i < weights.size(); i++) {
      members
          .computeIfAbsent(Settings.of(weights.get(i), optimizer), settings -> new ArrayList<>())
          .add(i);
    }
    members.forEach((settings, indices) -> groups.add(group(optimizer, settings, indices)));
  }

  /** What the weights of one call of a kernel have in common. */
  private record Settings(double decay, double rateFactor, DataType type) {

    static Settings of(Weight weight, Optimizer optimizer) {
      return new Settings(
          weight.decays() ? optimizer.weightDecay() : 0,
          weight.rateFactor(),
          weight.array().getDataType());
    }
  }

  /** One call of a kernel. */
  private static final class Group {

    private static final int GRADIENTS = 1;

    private final String method;
    private final List<Integer> indices;
    private final double rateFactor;

    /** Weights, gradients, states, rate, constants; gradients and rate are filled in per step. */
    private final IValue[] arguments;

    private final int rate;

    Group(
        String method,
        List<Integer> indices,
        double rateFactor,
        List<@Nullable IValue> arguments,
        int rate) {
      this.method = method;
      this.indices = indices;
      this.rateFactor = rateFactor;
      this.arguments = arguments.toArray(IValue[]::new);
      this.rate = rate;
    }

    void run(ScriptModule script, IValue gradients, double learningRate) {
      try (IValue value = IValue.from(learningRate * rateFactor)) {
        arguments[GRADIENTS] = gradients;
        arguments[rate] = value;
        script.call(method, arguments);
      }
    }
  }

  private Map<String, List<NDArray>> zeroState(Optimizer optimizer) {
    Map<String, List<NDArray>> zeros = new LinkedHashMap<>();
    if (optimizer instanceof Optimizer.Sgd sgd) {
      if (sgd.momentum() > 0) {
        zeros.put("momentum_buffer", zeros());
      }
    } else {
      zeros.put("exp_avg", zeros());
      zeros.put("exp_avg_sq", zeros());
      // One counter per weight, and as a float: the kernel wants it so.
      zeros.put(
          "step",
          weights.stream()
              .map(weight -> manager.zeros(new Shape(), DataType.FLOAT32, weight.getDevice()))
              .toList());
    }
    return Collections.unmodifiableMap(zeros);
  }

  private List<NDArray> zeros() {
    List<NDArray> zeros = new ArrayList<>();
    for (NDArray weight : weights) {
      // Like the weight, so that strides agree: the kernels walk through memory without them.
      NDArray zero = weight.zerosLike();
      zero.attach(manager);
      zeros.add(zero);
    }
    return List.copyOf(zeros);
  }

  private IValue constant(IValue value) {
    constants.add(value);
    return value;
  }

  private Group group(Optimizer optimizer, Settings settings, List<Integer> indices) {
    List<@Nullable IValue> arguments = new ArrayList<>();
    arguments.add(constant(ScriptModule.list(pick(weights, indices))));
    arguments.add(null);
    state
        .values()
        .forEach(arrays -> arguments.add(constant(ScriptModule.list(pick(arrays, indices)))));
    int rate = arguments.size();
    arguments.add(null);
    String method;
    if (optimizer instanceof Optimizer.Adam adam) {
      method = "adam";
      arguments.add(constant(IValue.from(adam.beta1())));
      arguments.add(constant(IValue.from(adam.beta2())));
      arguments.add(constant(IValue.from(adam.epsilon())));
    } else if (optimizer instanceof Optimizer.AdamW adam) {
      method = "adamw";
      arguments.add(constant(IValue.from(adam.beta1())));
      arguments.add(constant(IValue.from(adam.beta2())));
      arguments.add(constant(IValue.from(adam.epsilon())));
    } else if (optimizer instanceof Optimizer.Sgd sgd && sgd.momentum() > 0) {
      // Without dampening the kernel's first step is that of a buffer of zeros.
      method = "momentum";
      arguments.add(constant(IValue.from(sgd.momentum())));
      arguments.add(constant(IValue.from(sgd.nesterov())));
    } else {
      method = "descent";
    }
    arguments.add(constant(IValue.from(settings.decay())));
    return new Group(method, indices, settings.rateFactor(), arguments, rate);
  }

  private static List<NDArray> pick(List<NDArray> arrays, List<Integer> indices) {
    return indices.size() == arrays.size() ? arrays : indices.stream().map(arrays::get).toList();
  }

  @Override
  public NDArray leaf(int index, NDManager stepManager) {
    // Detaching shares the storage but not the gradient, so that backward hands over its own buffer
    // instead of adding to one that had to be zeroed before.
    NDArray leaf = weights.get(index).stopGradient();
    leaf.attach(stepManager);
    leaf.setRequiresGradient(true);
    return leaf;
  }

  @Override
  public void update(List<NDArray> leaves, double learningRate) {
    List<NDArray> gradients = new ArrayList<>(leaves.size());
    for (NDArray leaf : leaves) {
      gradients.add(leaf.getGradient());
    }
    try (IValue all = ScriptModule.list(gradients)) {
      if (clipNorm != null) {
        script.call("clip", all, clipNorm);
      }
      if (groups.size() == 1) {
        groups.get(0).run(script, all, learningRate);
        return;
      }
      for (Group group : groups) {
        try (IValue some = ScriptModule.list(pick(gradients, group.indices))) {
          group.run(script, some, learningRate);
        }
      }
    }
  }

  @Override
  public Map<String, List<NDArray>> state() {
    return state;
  }

  @Override
  public void load(Map<String, List<NDArray>> saved) {
    Updater.requireFit(state, saved);
    List<NDArray> into = new ArrayList<>();
    List<NDArray> from = new ArrayList<>();
    state.forEach(
        (name, arrays) -> {
          into.addAll(arrays);
          from.addAll(saved.getOrDefault(name, List.of()));
        });
    if (into.isEmpty()) {
      return;
    }
    try (NDManager copies = manager.newSubManager();
        IValue target = ScriptModule.list(into);
        IValue source = ScriptModule.list(from.stream().map(copies::from).toList())) {
      script.call("copy", target, source);
    }
  }

  @Override
  public void close() {
    constants.forEach(IValue::close);
    script.close();
    manager.close();
  }
}
