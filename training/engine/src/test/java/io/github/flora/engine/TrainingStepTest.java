package io.github.flora.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.Parameter;
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

final class TrainingStepTest {

  private static final int BATCH = 32;

  private final PlainSupport support = new PlainSupport();
  private NDManager manager;
  private NDArray data;
  private NDArray labels;

  @BeforeEach
  void open() {
    Engine engine = Engine.getEngine("PyTorch");
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

  private static Block linear(int units) {
    return Linear.builder().setUnits(units).build();
  }

  private Block initialized(Block block) {
    block.initialize(manager, DataType.FLOAT32, new Shape(BATCH, 4));
    return block;
  }

  private TrainingStep step(Block block) {
    return TrainingStep.of(support, block, Loss.softmaxCrossEntropyLoss(), Optimizer.Adam.DEFAULT);
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

  /** One step by hand: the gradient of the mean cross-entropy of a linear model. */
  @Test
  void oneStepIsRateTimesGradient() {
    Block block = initialized(linear(2));
    float[][] x = new float[BATCH][];
    for (int n = 0; n < BATCH; n++) {
      x[n] = data.get(n).toFloatArray();
    }
    long[] y = labels.toLongArray();
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
      loss += (Math.log(sum) - z[(int) y[n]]) / BATCH;
      for (int c = 0; c < 2; c++) {
        double slope = Math.exp(z[c]) / sum - (y[n] == c ? 1 : 0);
        for (int k = 0; k < 4; k++) {
          expected[4 * c + k] -= (float) (0.1 * slope * x[n][k] / BATCH);
        }
      }
    }
    try (TrainingStep step = step(block);
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
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
          EngineException e =
              assertThrows(EngineException.class, () -> collector.backward(array.sum()));
          String message = String.valueOf(e.getMessage());
          assertTrue(message.contains("does not require grad"), message);
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

  @Test
  void aModelWithNothingToTrainIsRefused() {
    Block block = initialized(linear(2));
    block.freezeParameters(true);
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> step(block));
    assertEquals("the model has nothing to train", e.getMessage());
    assertEquals(0, support.updatersOpen);
  }

  @Test
  void theUpdaterIsToldOfEveryParameter() {
    Block block = initialized(new SequentialBlock().add(linear(8)).add(linear(2)));
    Parameter last = block.getParameters().valueAt(3);
    UpdateRule rule =
        new UpdateRule(Optimizer.Sgd.DEFAULT, 2, false, parameter -> parameter == last ? 1 : 0.1);
    try (TrainingStep step = support.newStep(block, Loss.softmaxCrossEntropyLoss(), rule)) {
      assertEquals(Optimizer.Sgd.DEFAULT, support.optimizer);
      assertEquals(2, support.clipNorm);
      assertEquals(block.getParameters().values(), step.parameters());
      assertEquals(
          step.parameters().stream().map(Parameter::getArray).toList(),
          support.weights.stream().map(Weight::array).toList());
      assertEquals(
          List.of(true, false, true, false),
          support.weights.stream().map(Weight::decays).toList(),
          "weights decay, biases don't");
      assertEquals(
          List.of(0.1, 0.1, 0.1, 1.0), support.weights.stream().map(Weight::rateFactor).toList());
    }
  }

  @Test
  void unlessToldOtherwiseAllParametersAreAlike() {
    Block block = initialized(linear(2));
    try (TrainingStep step = step(block)) {
      assertEquals(0, support.clipNorm);
      assertEquals(
          step.parameters().stream().map(p -> Weight.of(p.getArray())).toList(), support.weights);
    }
  }

  @Test
  void closesItsUpdater() {
    TrainingStep step = step(initialized(linear(2)));
    assertEquals(1, support.updatersOpen);
    step.close();
    assertEquals(0, support.updatersOpen);
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
