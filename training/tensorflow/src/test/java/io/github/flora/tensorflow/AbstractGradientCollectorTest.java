package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What DJL's PyTorch engine does with gradients, in numbers worked out by hand. */
abstract class AbstractGradientCollectorTest {

  private final Engine engine;
  private NDManager manager;
  private NDArray x;

  AbstractGradientCollectorTest(String engine) {
    this.engine = Engine.getEngine(engine);
  }

  @BeforeEach
  void open() {
    manager = engine.newBaseManager();
    x = manager.create(new float[] {1, 2, 3});
    x.setRequiresGradient(true);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /** Differentiates the sum of what is computed from x. */
  private void backward(Function<NDArray, NDArray> f) {
    try (GradientCollector collector = engine.newGradientCollector()) {
      collector.backward(f.apply(x).sum());
    }
  }

  private void assertGradient(NDArray of, double... expected) {
    float[] floats = new float[expected.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) expected[i];
    }
    NDArray gradient = of.getGradient();
    assertEquals(of.getShape(), gradient.getShape());
    assertEquals(of.getDataType(), gradient.getDataType());
    assertArrayEquals(floats, gradient.toFloatArray(), 1e-6f);
  }

  @Test
  void gradientIsZeroBeforeTheFirstBackward() {
    assertTrue(x.hasGradient());
    assertGradient(x, 0, 0, 0);
  }

  @Test
  void gradientOfWhatTookNoPartIsZero() {
    NDArray y = manager.create(new float[] {4, 5});
    y.setRequiresGradient(true);
    backward(NDArray::square);
    assertGradient(x, 2, 4, 6);
    assertGradient(y, 0, 0);
  }

  @Test
  void thereIsNoGradientWhereNoneWasAskedFor() {
    NDArray y = manager.create(1f);
    assertFalse(y.hasGradient());
    assertThrows(IllegalStateException.class, y::getGradient);
  }

  @Test
  void noGradientAnyMore() {
    x.setRequiresGradient(false);
    assertFalse(x.hasGradient());
    assertThrows(IllegalStateException.class, x::getGradient);
  }

  @Test
  void backwardAccumulatesUntilZeroed() {
    backward(NDArray::square);
    backward(NDArray::square);
    assertGradient(x, 4, 8, 12);
    try (GradientCollector collector = engine.newGradientCollector()) {
      collector.zeroGradients();
      assertGradient(x, 0, 0, 0);
      collector.backward(x.mul(3).sum());
    }
    assertGradient(x, 3, 3, 3);
  }

  @Test
  void twoLossesOfOneCollectorAdd() {
    try (GradientCollector collector = engine.newGradientCollector()) {
      collector.backward(x.mul(2).sum());
      collector.backward(x.mul(3).sum());
    }
    assertGradient(x, 5, 5, 5);
  }

  @Test
  void lossOfManyElementsIsSummed() {
    try (GradientCollector collector = engine.newGradientCollector()) {
      collector.backward(x.square());
    }
    assertGradient(x, 2, 4, 6);
  }

  @Test
  void parameterIsUsedTwice() {
    backward(a -> a.mul(2).add(a.mul(a)).add(a));
    assertGradient(x, 5, 7, 9);
  }

  @Test
  void resultIsUsedTwice() {
    backward(
        a -> {
          NDArray square = a.square();
          return square.mul(2).add(square.mul(square));
        });
    assertGradient(x, 4 + 4, 8 + 32, 12 + 108);
  }

  @Test
  void broadcastGradientsAreSummed() {
    NDArray row = manager.ones(new Shape(4, 1));
    row.setRequiresGradient(true);
    backward(a -> a.mul(row));
    assertGradient(x, 4, 4, 4);
    assertGradient(row, 6, 6, 6, 6);
  }

  @Test
  void nothingFlowsThroughStopGradient() {
    backward(a -> a.stopGradient().mul(a));
    assertGradient(x, 1, 2, 3);
    assertFalse(x.stopGradient().hasGradient());
  }

  @Test
  void nothingFlowsThroughADuplicate() {
    backward(a -> a.duplicate().mul(a));
    assertGradient(x, 1, 2, 3);
  }

  @Test
  void scaledGradient() {
    backward(a -> a.scaleGradient(0.5).mul(4));
    assertGradient(x, 2, 2, 2);
  }

  @Test
  void whatWasComputedBeforeIsAConstant() {
    NDArray square = x.square();
    backward(a -> square.mul(a));
    assertGradient(x, 1, 4, 9);
  }

  @Test
  void backwardOfAConstantIsAnError() {
    NDArray square = x.square().sum();
    try (GradientCollector collector = engine.newGradientCollector()) {
      assertThrows(RuntimeException.class, () -> collector.backward(square));
    }
  }

  @Test
  void intermediateResultsMayBeClosedBeforeBackward() {
    backward(
        a -> {
          try (NDArray twice = a.mul(2);
              NDArray square = twice.square()) {
            return square.mul(twice);
          }
        });
    assertGradient(x, 24, 96, 216);
  }

  @Test
  void gradientsOutliveTheManagerOfTheStep() {
    try (NDManager step = manager.newSubManager();
        GradientCollector collector = engine.newGradientCollector()) {
      NDArray factor = step.create(new float[] {1, 10, 100});
      collector.backward(factor.mul(x).sum());
    }
    assertGradient(x, 1, 10, 100);
  }

  @Test
  void changesInPlaceAreDifferentiated() {
    backward(
        a -> {
          NDArray y = a.square();
          assertSame(y, y.addi(a));
          assertSame(y, y.muli(a));
          return y;
        });
    assertGradient(x, 3 + 2, 12 + 4, 27 + 6);
  }

  @Test
  void laterChangeInPlaceDoesNotReachWhatWasComputedBefore() {
    backward(
        a -> {
          NDArray y = a.mul(2);
          NDArray before = y.add(a);
          y.addi(100);
          return before.mul(a);
        });
    assertGradient(x, 6, 12, 18);
  }

  @Test
  void slicesAndSettingThem() {
    backward(
        a -> {
          NDArray y = a.mul(2);
          y.set(new NDIndex("1"), a.get("2").mul(a.get("0")));
          return y;
        });
    assertGradient(x, 2 + 3, 0, 2 + 1);
  }

  @Test
  void overwrittenPartsHaveNoGradient() {
    backward(
        a -> {
          NDArray y = a.mul(2);
          y.set(new NDIndex("1:"), 5);
          return y.mul(a);
        });
    assertGradient(x, 4, 5, 5);
  }

  @Test
  void throughStackAndConcat() {
    backward(
        a -> NDArrays.concat(new NDList(a, NDArrays.stack(new NDList(a, a)).flatten().mul(2))));
    assertGradient(x, 5, 5, 5);
  }

  @Test
  void gradientOfAScalarParameter() {
    NDArray scale = manager.create(2f);
    scale.setRequiresGradient(true);
    backward(a -> a.mul(scale));
    assertEquals(new Shape(), scale.getGradient().getShape());
    assertGradient(scale, 6);
  }

  @Test
  void gradientOfAnEmptyParameter() {
    NDArray empty = manager.create(new float[0], new Shape(0, 3));
    empty.setRequiresGradient(true);
    backward(a -> empty.mul(a).sum().add(a.sum()));
    assertEquals(new Shape(0, 3), empty.getGradient().getShape());
    assertGradient(x, 1, 1, 1);
  }

  /**
   * Parameters are changed in place between steps; what is differentiated next is the new value.
   */
  @Test
  void parameterChangesInPlaceBetweenSteps() {
    backward(NDArray::square);
    x.subi(x.getGradient().mul(0.5f));
    assertArrayEquals(new float[] {0, 0, 0}, x.toFloatArray());
    x.addi(2);
    assertTrue(x.hasGradient());
    try (GradientCollector collector = engine.newGradientCollector()) {
      collector.zeroGradients();
      collector.backward(x.square().sum());
    }
    assertGradient(x, 4, 4, 4);
  }

  /** DJL's trainer relies on it: nothing else zeroes the gradients between its steps. */
  @Test
  void updateZeroesTheGradient() {
    Optimizer sgd = Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.5f)).build();
    Optimizer adam = Optimizer.adam().optLearningRateTracker(Tracker.fixed(0.5f)).build();
    backward(NDArray::square);
    sgd.update("x", x, x.getGradient());
    assertArrayEquals(new float[] {0, 0, 0}, x.toFloatArray(), 1e-6f);
    assertGradient(x, 0, 0, 0);
    backward(a -> a.mul(4));
    assertGradient(x, 4, 4, 4);
    adam.update("x", x, x.getGradient());
    assertArrayEquals(new float[] {-0.5f, -0.5f, -0.5f}, x.toFloatArray(), 1e-5f);
    assertGradient(x, 0, 0, 0);
  }

  @Test
  void gradientOfASecondStepIsOnlyItsOwn() {
    backward(NDArray::square);
    NDArray first = x.getGradient().duplicate();
    x.getGradient().subi(x.getGradient());
    backward(a -> a.mul(7));
    assertGradient(x, 7, 7, 7);
    assertArrayEquals(new float[] {2, 4, 6}, first.toFloatArray());
  }

  final Engine engine() {
    return engine;
  }

  final NDArray parameter() {
    return x;
  }
}
