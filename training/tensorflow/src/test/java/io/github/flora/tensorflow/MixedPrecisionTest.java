package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.util.Pair;
import io.github.flora.engine.CrossEntropy;
import io.github.flora.engine.EngineException;
import io.github.flora.engine.Inference;
import io.github.flora.engine.Optimizer;
import io.github.flora.engine.Precision;
import io.github.flora.engine.TrainingStep;
import io.github.flora.engine.UpdateRule;
import io.github.flora.models.Network;
import io.github.flora.models.NetworkOptions;
import io.github.flora.models.Networks;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training in bfloat16 follows training in float32, on weights that stay float32. */
final class MixedPrecisionTest {

  /** bfloat16 has 8 bits: one rounding changes a number by up to this share of it. */
  private static final double ROUNDING = 0x1p-8;

  private final TensorFlowSupport support = new TensorFlowSupport();
  private final NDManager manager = Engine.getEngine(TensorFlowEngine.NAME).newBaseManager();

  @AfterEach
  void close() {
    manager.close();
  }

  /** The same block at every call, weights included. */
  private Block block(String name) {
    Network network = Networks.get(name);
    manager.getEngine().setRandomSeed(7);
    Block block = network.newBlock(NetworkOptions.of(10));
    block.initialize(manager, DataType.FLOAT32, input(network, 1));
    return block;
  }

  private static Shape input(Network network, long n) {
    long size = network.anySize() ? network.smallestSize() : network.inputShape().get(1);
    return new Shape(n, network.inputShape().get(0), size, size);
  }

  /** Images of class c have a lighter stripe at c, so that there is something to learn. */
  private NDList batch(String name, int n) {
    Shape shape = input(Networks.get(name), n);
    manager.getEngine().setRandomSeed(8);
    NDArray images = manager.randomNormal(shape);
    long[] labels = new long[n];
    for (int i = 0; i < n; i++) {
      labels[i] = i % 10;
      long row = labels[i] * shape.get(2) / 10;
      images.set(new NDIndex("{}, :, {}", i, row), array -> array.add(2));
    }
    return new NDList(images, manager.create(labels));
  }

  private static UpdateRule sgd(double decay) {
    return UpdateRule.of(new Optimizer.Sgd(0.9, false, decay));
  }

  private TrainingStep step(Block block, UpdateRule rule, Precision precision) {
    return support.newStep(block, new CrossEntropy(), rule, precision);
  }

  /**
   * The losses of some steps on one batch, whose labels are the targets unless others are given.
   */
  private double[] losses(
      String name, Precision precision, int steps, UnaryOperator<NDArray> targets) {
    double[] losses = new double[steps];
    Block block = block(name);
    NDList batch = batch(name, 40);
    NDArray target = targets.apply(batch.get(1));
    try (TrainingStep step = step(block, sgd(0), precision)) {
      for (int i = 0; i < steps; i++) {
        // So that dropout drops the same.
        manager.getEngine().setRandomSeed(i);
        losses[i] = step.step(manager, batch.get(0), target, 0.01).loss().getFloat();
      }
    }
    for (Pair<String, Parameter> parameter : block.getParameters()) {
      assertEquals(
          DataType.FLOAT32, parameter.getValue().getArray().getDataType(), parameter.getKey());
    }
    return losses;
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlp", "cnn", "lenet5", "resnet18-small"})
  void lossesFollowThoseOfFloat32(String name) {
    follow(
        losses(name, Precision.FP32, 30, labels -> labels),
        losses(name, Precision.BF16, 30, labels -> labels));
  }

  /** Nearly certain, so that the loss can fall as far as for labels. */
  @ParameterizedTest
  @ValueSource(strings = {"cnn", "resnet18-small"})
  void lossesToProbabilitiesFollowThoseOfFloat32(String name) {
    UnaryOperator<NDArray> mixed = labels -> labels.oneHot(10, 0.991f, 0.001f, DataType.FLOAT32);
    follow(losses(name, Precision.FP32, 30, mixed), losses(name, Precision.BF16, 30, mixed));
  }

  private static void follow(double[] exact, double[] mixed) {
    double sum = 0;
    double difference = 0;
    for (int i = 0; i < exact.length; i++) {
      sum += exact[i];
      difference += Math.abs(mixed[i] - exact[i]);
    }
    assertTrue(exact[29] < exact[0] / 2, "it learns: " + exact[0] + " to " + exact[29]);
    assertTrue(difference / sum < 0.03, "differ by " + difference / sum);
    assertNotEquals(0, difference, "nothing was rounded");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlp", "cnn", "resnet18-small"})
  void answersAgreeWithinRounding(String name) {
    Block block = block(name);
    NDArray images = batch(name, 40).get(0);
    try (Inference exact = support.newInference(manager, block, Precision.FP32);
        Inference mixed = support.newInference(manager, block, Precision.BF16)) {
      NDArray expected = exact.forward(images);
      NDArray found = mixed.forward(images);
      assertEquals(DataType.FLOAT32, found.getDataType());
      double size = expected.norm().getFloat();
      double difference = found.sub(expected).norm().getFloat();
      assertTrue(difference < 4 * ROUNDING * size, difference + " of " + size);
      assertTrue(difference > ROUNDING / 16 * size, "not rounded: " + difference + " of " + size);
    }
  }

  /** A decay far below a gradient's rounding must not get lost in it. */
  @Test
  void decayIsAddedInFloat32() {
    double decay = 1e-4;
    double rate = 0.1;
    List<NDArray> plain = updated(0, rate);
    List<NDArray> decayed = updated(decay, rate);
    List<NDArray> before = weights(block("cnn"));
    for (int i = 0; i < plain.size(); i++) {
      NDArray expected = before.get(i).mul(-rate * decay);
      NDArray found = decayed.get(i).sub(plain.get(i));
      // What a difference of two float32 weights below 0.5 can be off by.
      double off = found.sub(expected).abs().max().getFloat();
      assertTrue(off < 0x1p-24, i + ": " + off);
    }
  }

  private List<NDArray> updated(double decay, double rate) {
    Block block = block("cnn");
    NDList batch = batch("cnn", 40);
    try (TrainingStep step = step(block, sgd(decay), Precision.BF16)) {
      manager.getEngine().setRandomSeed(1);
      step.step(manager, batch.get(0), batch.get(1), rate);
    }
    return weights(block);
  }

  private static List<NDArray> weights(Block block) {
    List<NDArray> weights = new ArrayList<>();
    for (Parameter parameter : block.getParameters().values()) {
      weights.add(parameter.getArray().duplicate());
    }
    return weights;
  }

  /** A step that falls back to single operations would compute in float32 and not say so. */
  @Test
  void whatCannotBeCompiledIsRefused() {
    Block block =
        new SequentialBlock()
            .add(
                new LambdaBlock(
                    in -> {
                      NDArray x = in.singletonOrThrow();
                      return new NDList(x.sum().getFloat() > 0 ? x : x.neg());
                    }))
            .add(Linear.builder().setUnits(10).build());
    block.initialize(manager, DataType.FLOAT32, new Shape(4, 3));
    NDArray data = manager.ones(new Shape(4, 3));
    NDArray labels = manager.zeros(new Shape(4), DataType.INT64);
    try (TrainingStep step = step(block, sgd(0), Precision.BF16)) {
      EngineException thrown =
          assertThrows(EngineException.class, () -> step.step(manager, data, labels, 0.1));
      assertTrue(
          String.valueOf(thrown.getMessage()).contains("train in fp32"), thrown.getMessage());
    }
  }

  @Test
  void withoutCompilingItIsRefused() {
    System.setProperty(TensorFlowSupport.COMPILE, "false");
    try {
      EngineException thrown =
          assertThrows(EngineException.class, () -> support.check(Precision.BF16, Device.cpu()));
      assertTrue(
          String.valueOf(thrown.getMessage()).contains(TensorFlowSupport.COMPILE),
          thrown.getMessage());
    } finally {
      System.clearProperty(TensorFlowSupport.COMPILE);
    }
  }
}
