package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TensorFlowGradientCollectorTest extends AbstractGradientCollectorTest {

  TensorFlowGradientCollectorTest() {
    super("TensorFlow");
  }

  /** PyTorch's engine refuses it. */
  @Test
  void anotherThreadCollectsAtTheSameTime() {
    try (GradientCollector collector = engine().newGradientCollector()) {
      NDArray square = parameter().square();
      CompletableFuture.runAsync(this::collect).join();
      collector.backward(square.sum());
    }
    assertArrayEquals(new float[] {2, 4, 6}, parameter().getGradient().toFloatArray());
  }

  private void collect() {
    try (NDManager manager = engine().newBaseManager();
        GradientCollector collector = engine().newGradientCollector()) {
      NDArray y = manager.create(new float[] {5});
      y.setRequiresGradient(true);
      collector.backward(y.square());
      assertArrayEquals(new float[] {10}, y.getGradient().toFloatArray());
    }
  }
}
