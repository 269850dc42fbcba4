package io.github.flora.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.GradientCollector;
import ai.djl.training.loss.Loss;
import io.github.flora.engine.TrainingStep.Outcome;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every engine's step has to do, however it is carried out. */
public abstract class AbstractTrainingStepTest {

  private static final int BATCH = 32;

  private final EngineSupport support;
  private NDManager manager;
  private NDArray data;
  private NDArray labels;

  protected AbstractTrainingStepTest(EngineSupport support) {
    this.support = support;
  }

  protected final EngineSupport support() {
    return support;
  }

  @BeforeEach
  final void open() {
    Engine engine = Engine.getEngine(support.engineName());
    engine.setRandomSeed(1);
    manager = engine.newBaseManager();
    data = manager.randomNormal(new Shape(BATCH, 4));
    // Which of the first two numbers is larger: a linear model can learn it.
    labels = data.get(":, 0").gt(data.get(":, 1")).toType(DataType.INT64, true);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  protected static Block linear(int units) {
    return Linear.builder().setUnits(units).build();
  }

  protected final Block initialized(Block block) {
    block.initialize(manager, DataType.FLOAT32, new Shape(BATCH, 4));
    return block;
  }

  /** Returns a step of a small linear model. */
  protected final TrainingStep newStep() {
    return step(newBlock());
  }

  /** Returns a small linear model. */
  protected final Block newBlock() {
    return initialized(linear(2));
  }

  protected final TrainingStep step(Block block) {
    return step(block, Loss.softmaxCrossEntropyLoss());
  }

  private TrainingStep step(Block block, Loss loss) {
    return TrainingStep.of(support, block, loss, new Optimizer.Sgd(0, false, 0));
  }

  /** A step as the loop takes it: the batch owns its data, and so what follows from them. */
  private Outcome run(TrainingStep step, NDManager batch, double rate) {
    NDArray images = data.duplicate();
    NDArray truth = labels.duplicate();
    images.attach(batch);
    truth.attach(batch);
    return step.step(batch, images, truth, rate);
  }

  private static Map<String, float[]> weights(Block block) {
    Map<String, float[]> values = new LinkedHashMap<>();
    block
        .getParameters()
        .forEach(p -> values.put(p.getKey(), p.getValue().getArray().toFloatArray()));
    return values;
  }

  /**
   * Counts what hangs on the engine's root manager, so that nothing can escape to a manager above.
   */
  private static int arraysOf(NDManager any) {
    NDManager top = any;
    while (top.getParentManager() != null && top.getParentManager() != top) {
      top = top.getParentManager();
    }
    return top.getManagedArrays().size();
  }

  @Test
  void lossGoesDown() {
    Block block = initialized(linear(2));
    double first = 0;
    double last = 0;
    try (TrainingStep step = step(block)) {
      for (int i = 0; i < 50; i++) {
        try (NDManager batch = manager.newSubManager()) {
          last = run(step, batch, 0.5).loss().getFloat();
        }
        first = i == 0 ? last : first;
      }
    }
    assertTrue(last < first / 2, first + " to " + last);
  }

  /**
   * One step by hand: the gradient of the mean cross-entropy of a linear model to labels, or to
   * probabilities as mixed images have them.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void oneStepIsRateTimesGradient(boolean mixed) {
    Block block = initialized(linear(2));
    float[][] x = new float[BATCH][];
    for (int n = 0; n < BATCH; n++) {
      x[n] = data.get(n).toFloatArray();
    }
    float[] y = new float[2 * BATCH];
    for (int n = 0; n < BATCH; n++) {
      int label = (int) labels.getLong(n);
      y[2 * n + label] = mixed ? 0.3f + 0.02f * n : 1;
      y[2 * n + 1 - label] = 1 - y[2 * n + label];
    }
    if (mixed) {
      labels = manager.create(y, new Shape(BATCH, 2));
    }
    float[] w = block.getParameters().get("weight").getArray().toFloatArray();
    float[] expected = w.clone();
    double loss = 0;
    for (int n = 0; n < BATCH; n++) {
      double[] z = new double[2];
      for (int c = 0; c < 2; c++) {
        for (int k = 0; k < 4; k++) {
          z[c] += (double) w[4 * c + k] * x[n][k];
        }
      }
      double sum = Math.exp(z[0]) + Math.exp(z[1]);
      for (int c = 0; c < 2; c++) {
        loss += y[2 * n + c] * (Math.log(sum) - z[c]) / BATCH;
        double slope = Math.exp(z[c]) / sum - y[2 * n + c];
        for (int k = 0; k < 4; k++) {
          expected[4 * c + k] -= (float) (0.1 * slope * x[n][k] / BATCH);
        }
      }
    }
    try (TrainingStep step = step(block, new CrossEntropy());
        NDManager batch = manager.newSubManager()) {
      Outcome outcome = run(step, batch, 0.1);
      assertEquals(loss, outcome.loss().getFloat(), 1e-5);
      assertEquals(new Shape(BATCH, 2), outcome.output().getShape());
    }
    assertArrayEquals(
        expected, block.getParameters().get("weight").getArray().toFloatArray(), 1e-5f);
  }

  @Test
  void rateZeroChangesNothing() {
    Block block = initialized(linear(2));
    Map<String, float[]> before = weights(block);
    try (TrainingStep step = step(block);
        NDManager batch = manager.newSubManager()) {
      run(step, batch, 0);
    }
    weights(block).forEach((name, values) -> assertArrayEquals(before.get(name), values, name));
  }

  @Test
  void frozenParametersStay() {
    Block frozen = linear(8);
    Block block =
        initialized(new SequentialBlock().add(frozen).add(Activation.reluBlock()).add(linear(2)));
    frozen.freezeParameters(true);
    Map<String, float[]> before = weights(block);
    try (TrainingStep step = step(block);
        NDManager batch = manager.newSubManager()) {
      run(step, batch, 0.5);
    }
    int changed = 0;
    for (var parameter : block.getParameters()) {
      float[] now = parameter.getValue().getArray().toFloatArray();
      if (!parameter.getValue().requiresGradient()) {
        assertArrayEquals(before.get(parameter.getKey()), now, parameter.getKey());
      } else {
        assertFalse(Arrays.equals(before.get(parameter.getKey()), now), parameter.getKey());
        changed++;
      }
    }
    assertEquals(2, changed, "weight and bias of the second layer");
  }

  @Test
  void weightsStayTheSameArrays() {
    Block block = initialized(linear(2));
    NDArray before = block.getParameters().get("weight").getArray();
    try (TrainingStep step = step(block);
        NDManager batch = manager.newSubManager()) {
      run(step, batch, 0.5);
    }
    assertSame(before, block.getParameters().get("weight").getArray());
  }

  @Test
  void theOutcomeHasNoGradient() {
    Block block = initialized(linear(2));
    try (TrainingStep step = step(block);
        NDManager batch = manager.newSubManager()) {
      Outcome outcome = run(step, batch, 0.5);
      for (NDArray array : List.of(outcome.loss(), outcome.output())) {
        try (GradientCollector collector = Engine.getEngine(support.engineName()).newGradientCollector()) {
          assertThrows(RuntimeException.class, () -> collector.backward(array.sum()));
        }
      }
    }
  }

  @Test
  void leavesNothingBehindOnceTheBatchIsClosed() {
    Block block = initialized(linear(2));
    try (TrainingStep step = step(block)) {
      int before = arraysOf(manager);
      for (int i = 0; i < 3; i++) {
        try (NDManager batch = manager.newSubManager()) {
          run(step, batch, 0.5);
        }
        assertEquals(before, arraysOf(manager), "after step " + (i + 1));
      }
    }
  }

  /** DJL allows one gradient collector at a time in the whole process. */
  @Test
  void aStepThatThrowsLetsTheNextOneWork() {
    AtomicBoolean broken = new AtomicBoolean();
    Block fragile =
        LambdaBlock.singleton(
            array -> {
              if (broken.get()) {
                throw new IllegalStateException("broken on purpose");
              }
              return array;
            });
    Block block = initialized(new SequentialBlock().add(linear(2)).add(fragile));
    Map<String, float[]> weights = weights(block);
    try (TrainingStep step = step(block)) {
      int before = arraysOf(manager);
      broken.set(true);
      try (NDManager batch = manager.newSubManager()) {
        assertThrows(IllegalStateException.class, () -> run(step, batch, 0.5));
      }
      assertEquals(before, arraysOf(manager));
      weights(block).forEach((name, values) -> assertArrayEquals(weights.get(name), values, name));
      broken.set(false);
      try (NDManager batch = manager.newSubManager()) {
        run(step, batch, 0.5);
      }
    }
    weights(block)
        .forEach((name, values) -> assertFalse(Arrays.equals(weights.get(name), values), name));
  }
}
