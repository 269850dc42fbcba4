package io.github.flora.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import io.github.flora.engine.Engines;
import io.github.flora.engine.Optimizer.Adam;
import io.github.flora.engine.Updater;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FusedAdamTest {

  /** The paper's algorithm 1 in double precision, against the kernel on loss = sum(w⁴)/4. */
  @Test
  void followsThePaperOver20Steps() {
    Adam adam = new Adam(0.9, 0.99, 1e-5);
    double[] weight = {1, -2, 0.5, 3};
    double[] mean = new double[4];
    double[] variance = new double[4];
    try (NDManager manager = Engine.getEngine("PyTorch").newBaseManager()) {
      NDArray array = manager.create(new float[] {1, -2, 0.5f, 3});
      try (Updater updater = Engines.trainingSupport("PyTorch").newUpdater(adam, List.of(array))) {
        for (int step = 1; step <= 20; step++) {
          double rate = 0.1 / step;
          for (int i = 0; i < 4; i++) {
            double gradient = Math.pow(weight[i], 3);
            mean[i] = 0.9 * mean[i] + 0.1 * gradient;
            variance[i] = 0.99 * variance[i] + 0.01 * gradient * gradient;
            double m = mean[i] / (1 - Math.pow(0.9, step));
            double v = variance[i] / (1 - Math.pow(0.99, step));
            weight[i] -= rate * m / (Math.sqrt(v) + 1e-5);
          }
          try (NDManager sub = manager.newSubManager();
              GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            NDArray leaf = updater.leaf(0, sub);
            collector.backward(leaf.pow(4).div(4).sum());
            updater.update(List.of(leaf), rate);
          }
        }
      }
      float[] expected = new float[4];
      for (int i = 0; i < 4; i++) {
        expected[i] = (float) weight[i];
      }
      assertArrayEquals(expected, array.toFloatArray(), 2e-6f);
    }
  }

  @Test
  void leavesNothingBehind() {
    try (NDManager manager = Engine.getEngine("PyTorch").newBaseManager()) {
      NDArray array = manager.create(new float[] {1, 2});
      int before = manager.getManagedArrays().size();
      try (Updater updater =
          Engines.trainingSupport("PyTorch").newUpdater(Adam.DEFAULT, List.of(array))) {
        try (NDManager sub = manager.newSubManager();
            GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
          NDArray leaf = updater.leaf(0, sub);
          collector.backward(leaf.sum());
          updater.update(List.of(leaf), 0.1);
        }
      }
      assertEquals(before, manager.getManagedArrays().size());
      assertEquals(0.9f, array.getFloat(0), 1e-5f);
    }
  }
}
