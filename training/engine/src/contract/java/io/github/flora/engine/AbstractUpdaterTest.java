package io.github.flora.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.flora.engine.Optimizer.Adam;
import io.github.flora.engine.Optimizer.AdamW;
import io.github.flora.engine.Optimizer.Sgd;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every engine's updater has to do, whatever it is made of: the numbers of {@code torch.optim}
 * (2.13, in double precision) over 20 steps. They lie in {@code optimizers.csv}, which this script
 * printed:
 *
 * <pre>{@code
 * import torch
 *
 * def run(name, make, rate, decay_b=True, factor_a=1.0, clip=0.0):
 *     a = torch.tensor([(-1) ** i * (8 + i) / 16 for i in range(18)], dtype=torch.float64)
 *     a = a.reshape(3, 6).requires_grad_()
 *     b = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64, requires_grad=True)
 *     groups = [{"params": [a]}, {"params": [b]}]
 *     if not decay_b:
 *         groups[1]["weight_decay"] = 0.0
 *     optimizer = make(groups)
 *     for step in range(1, 21):
 *         for group, factor in zip(optimizer.param_groups, (factor_a, 1.0)):
 *             group["lr"] = rate / (1 + 0.1 * (step - 1)) * factor
 *         optimizer.zero_grad()
 *         ((a ** 4).sum() / 4 + (b ** 4).sum() / 4 + 0.1 * a.sum() * b.sum()).backward()
 *         if clip:
 *             torch.nn.utils.clip_grad_norm_([a, b], clip)
 *         optimizer.step()
 *         if step in (1, 20):
 *             values = torch.cat([a.flatten(), b]).tolist()
 *             print(name, step, *("%.9g" % v for v in values), sep=",")
 *
 * def adam(decay=0.0):
 *     return lambda p: torch.optim.Adam(p, betas=(0.9, 0.99), eps=1e-7, weight_decay=decay)
 * def adamw(decay):
 *     return lambda p: torch.optim.AdamW(p, betas=(0.9, 0.99), eps=1e-7, weight_decay=decay)
 * def sgd(momentum=0.9, nesterov=False, decay=0.0):
 *     return lambda p: torch.optim.SGD(
 *         p, lr=1, momentum=momentum, nesterov=nesterov, weight_decay=decay)
 *
 * run("adam", adam(), 0.01)
 * run("adam + decay", adam(0.5), 0.01)
 * run("adam + decay of matrices", adam(0.5), 0.01, decay_b=False)
 * run("adam + two rates", adam(), 0.01, factor_a=0.1)
 * run("adam + clipped", adam(), 0.01, clip=4)
 * run("adamw", adamw(0.5), 0.01)
 * run("adamw + no decay", adamw(0.0), 0.01)
 * run("adamw + everything", adamw(0.5), 0.01, decay_b=False, factor_a=0.1, clip=4)
 * run("sgd", sgd(), 0.01)
 * run("sgd + decay", sgd(decay=0.5), 0.01)
 * run("sgd + nesterov", sgd(nesterov=True), 0.01)
 * run("sgd + nesterov + decay of matrices", sgd(nesterov=True, decay=0.5), 0.01, decay_b=False)
 * run("sgd + no momentum", sgd(0), 0.01)
 * run("sgd + no momentum + decay", sgd(0, decay=0.5), 0.01)
 * run("sgd + two rates", sgd(), 0.01, factor_a=0.1)
 * run("sgd + clipped", sgd(), 0.01, clip=4)
 * }</pre>
 */
public abstract class AbstractUpdaterTest {

  private static final Adam ADAM = new Adam(0.9, 0.99, 1e-7, 0);
  private static final AdamW ADAMW = new AdamW(0.9, 0.99, 1e-7, 0.5);
  private static final Sgd SGD = new Sgd(0.9, false, 0);
  private static final Sgd NESTEROV = new Sgd(0.9, true, 0);
  private static final Sgd DESCENT = new Sgd(0, false, 0);

  private final String engine;
  private NDManager manager;
  private NDArray a;
  private NDArray b;

  protected AbstractUpdaterTest(String engine) {
    this.engine = engine;
  }

  @BeforeEach
  final void open() {
    manager = Engine.getEngine(engine).newBaseManager();
    float[] values = new float[18];
    for (int i = 0; i < 18; i++) {
      values[i] = (i % 2 == 0 ? 1 : -1) * (8 + i) / 16f;
    }
    a = manager.create(values, new Shape(3, 6));
    b = manager.create(new float[] {0.5f, -1, 2});
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /** A run of the script, under the same name. */
  record Case(
      String name, Optimizer optimizer, boolean decaysB, double rateFactorA, double clipNorm) {

    Case(String name, Optimizer optimizer) {
      this(name, optimizer, true, 1, 0);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case("adam", ADAM),
        new Case("adam + decay", ADAM.withWeightDecay(0.5)),
        new Case("adam + decay of matrices", ADAM.withWeightDecay(0.5), false, 1, 0),
        new Case("adam + two rates", ADAM, true, 0.1, 0),
        new Case("adam + clipped", ADAM, true, 1, 4),
        new Case("adamw", ADAMW),
        new Case("adamw + no decay", ADAMW.withWeightDecay(0)),
        new Case("adamw + everything", ADAMW, false, 0.1, 4),
        new Case("sgd", SGD),
        new Case("sgd + decay", SGD.withWeightDecay(0.5)),
        new Case("sgd + nesterov", NESTEROV),
        new Case("sgd + nesterov + decay of matrices", NESTEROV.withWeightDecay(0.5), false, 1, 0),
        new Case("sgd + no momentum", DESCENT),
        new Case("sgd + no momentum + decay", DESCENT.withWeightDecay(0.5)),
        new Case("sgd + two rates", SGD, true, 0.1, 0),
        new Case("sgd + clipped", SGD, true, 1, 4));
  }

  private static float[] expected(String name, int step) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    AbstractUpdaterTest.class.getResourceAsStream("optimizers.csv")),
                StandardCharsets.UTF_8))) {
      List<String> lines = reader.lines().toList();
      for (String line : lines) {
        String[] fields = line.split(",", -1);
        if (fields[0].equals(name) && fields[1].equals(Integer.toString(step))) {
          float[] values = new float[fields.length - 2];
          for (int i = 0; i < values.length; i++) {
            values[i] = Float.parseFloat(fields[i + 2]);
          }
          return values;
        }
      }
      throw new IllegalStateException("%s, step %d isn't in the file".formatted(name, step));
    }
  }

  private Updater updater(Case c) {
    return Engines.trainingSupport(engine)
        .newUpdater(
            c.optimizer,
            List.of(new Weight(a, true, c.rateFactorA), new Weight(b, c.decaysB, 1)),
            c.clipNorm);
  }

  /** One step of the script. */
  private void step(Updater updater, int number, double rate) {
    try (NDManager sub = manager.newSubManager();
        GradientCollector collector = Engine.getEngine(engine).newGradientCollector()) {
      NDArray x = updater.leaf(0, sub);
      NDArray y = updater.leaf(1, sub);
      NDArray loss = x.pow(4).sum().div(4).add(y.pow(4).sum().div(4));
      collector.backward(loss.add(x.sum().mul(y.sum()).mul(0.1f)));
      updater.update(List.of(x, y), rate / (1 + 0.1 * (number - 1)));
    }
  }

  private NDArray copy(NDArray array) {
    NDArray copy = array.duplicate();
    copy.attach(manager);
    return copy;
  }

  private float[] weights() {
    return a.flatten().concat(b).toFloatArray();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void equalsTorchOver20Steps(Case c) throws IOException {
    try (Updater updater = updater(c)) {
      for (int number = 1; number <= 20; number++) {
        step(updater, number, 0.01);
        if (number == 1 || number == 20) {
          float[] expected = expected(c.name, number);
          float[] actual = weights();
          assertEquals(21, expected.length);
          for (int i = 0; i < 21; i++) {
            assertEquals(
                expected[i],
                actual[i],
                1e-5f * Math.abs(expected[i]),
                "weight %d after step %d".formatted(i, number));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void goesOnFromASavedStateAsIfNothingHadHappened(Case c) {
    float[] start = weights();
    try (Updater updater = updater(c)) {
      for (int number = 1; number <= 20; number++) {
        step(updater, number, 0.01);
      }
    }
    float[] uninterrupted = weights();

    a.set(Arrays.copyOf(start, 18));
    b.set(Arrays.copyOfRange(start, 18, 21));
    Map<String, List<NDArray>> saved = new LinkedHashMap<>();
    try (Updater updater = updater(c)) {
      for (int number = 1; number <= 10; number++) {
        step(updater, number, 0.01);
      }
      updater
          .state()
          .forEach((name, arrays) -> saved.put(name, arrays.stream().map(this::copy).toList()));
    }
    try (Updater updater = updater(c)) {
      updater.load(saved);
      for (int number = 11; number <= 20; number++) {
        step(updater, number, 0.01);
      }
    }
    assertArrayEquals(uninterrupted, weights());
  }

  @Test
  void theStateHasTheNamesThatOtherEnginesKnow() {
    Map<Optimizer, List<String>> names =
        Map.of(
            ADAM, List.of("exp_avg", "exp_avg_sq", "step"),
            ADAMW, List.of("exp_avg", "exp_avg_sq", "step"),
            SGD, List.of("momentum_buffer"),
            DESCENT, List.of());
    names.forEach(
        (optimizer, expected) -> {
          try (Updater updater = updater(new Case("", optimizer))) {
            assertEquals(expected, List.copyOf(updater.state().keySet()));
          }
        });
  }

  /** One step from 0 by hand, gradients 1, 2 and 3. */
  @Test
  void theStateMeansWhatItSays() {
    NDArray weight = manager.create(new float[] {0, 0, 0});
    NDArray slope = manager.create(new float[] {1, 2, 3});
    for (Optimizer optimizer : List.of(ADAM, SGD)) {
      try (Updater updater =
              Engines.trainingSupport(engine).newUpdater(optimizer, List.of(Weight.of(weight)), 0);
          NDManager sub = manager.newSubManager();
          GradientCollector collector = Engine.getEngine(engine).newGradientCollector()) {
        NDArray leaf = updater.leaf(0, sub);
        collector.backward(leaf.mul(slope).sum());
        updater.update(List.of(leaf), 0.1);
        Map<String, List<NDArray>> state = updater.state();
        if (optimizer == SGD) {
          assertState(state, "momentum_buffer", 1, 2, 3);
        } else {
          assertState(state, "exp_avg", 0.1f, 0.2f, 0.3f);
          assertState(state, "exp_avg_sq", 0.01f, 0.04f, 0.09f);
          assertState(state, "step", 1);
        }
      }
    }
  }

  private static NDArray first(Map<String, List<NDArray>> state, String name) {
    return Objects.requireNonNull(state.get(name), name).get(0);
  }

  private static void assertState(
      Map<String, List<NDArray>> state, String name, float... expected) {
    assertArrayEquals(expected, first(state, name).toFloatArray(), 1e-6f, name);
  }

  @Test
  void aStateThatDoesNotFitIsRefusedAndChangesNothing() {
    try (Updater updater = updater(new Case("", SGD))) {
      assertThrows(IllegalArgumentException.class, () -> updater.load(Map.of()));
      NDArray ones = manager.ones(new Shape(3, 6));
      assertThrows(
          IllegalArgumentException.class,
          () -> updater.load(Map.of("momentum_buffer", List.of(ones))));
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> updater.load(Map.of("momentum_buffer", List.of(ones, ones))));
      assertEquals(
          "momentum_buffer of weight 1 has to be of shape (3), not (3, 6)", e.getMessage());
      assertEquals(0, first(updater.state(), "momentum_buffer").sum().getFloat());
    }
  }

  @Test
  void leavesNothingBehind() {
    List<Optimizer> optimizers = new ArrayList<>(List.of(ADAM, ADAMW, SGD, DESCENT));
    int before = manager.getManagedArrays().size();
    for (Optimizer optimizer : optimizers) {
      try (Updater updater = updater(new Case("", optimizer, false, 0.5, 1))) {
        int open = manager.getManagedArrays().size();
        step(updater, 1, 0.01);
        assertEquals(open, manager.getManagedArrays().size());
      }
      assertEquals(before, manager.getManagedArrays().size());
    }
  }
}
