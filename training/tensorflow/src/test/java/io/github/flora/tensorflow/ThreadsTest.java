package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import io.github.flora.tensorflow.Steppers.Net;
import io.github.flora.tensorflow.Steppers.Rule;
import io.github.flora.tensorflow.Steppers.Stepper;
import io.github.flora.tensorflow.Steppers.Way;
import io.github.flora.tensorflow.cases.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Four threads train models of their own, and predict with a shared one in between. */
class ThreadsTest {

  private static final int THREADS = 4;
  private static final int STEPS = 5;

  private final Net net = Net.CNN;
  private final List<Tensor> weights = net.weights();

  private float[] train(Way way, int first) {
    float[] losses = new float[STEPS];
    try (Stepper stepper = way.create(EngineUnderTest.NAME, net, weights, Rule.ADAM)) {
      for (int i = 0; i < STEPS; i++) {
        losses[i] = stepper.step(net.batch(first + i));
      }
    }
    return losses;
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void rightResultsForThreeSeconds(Way way) throws Exception {
    run(way, Duration.ofSeconds(3));
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  @Tag("slow")
  void rightResultsForTwentySeconds(Way way) throws Exception {
    run(way, Duration.ofSeconds(20));
  }

  private void run(Way way, Duration duration) throws InterruptedException, ExecutionException {
    try (Model model = Model.newInstance("shared", Device.cpu(), EngineUnderTest.NAME)) {
      Block block = net.block();
      model.setBlock(block);
      block.initialize(model.getNDManager(), DataType.FLOAT32, net.input());
      Steppers.write(block, weights);
      float[][] losses = new float[THREADS][];
      float[][] logits = new float[THREADS][];
      for (int t = 0; t < THREADS; t++) {
        losses[t] = train(way, 100 * t);
        logits[t] = Steppers.predict(block, model.getNDManager(), net.batch(100 * t));
      }
      ExecutorService executor = Executors.newFixedThreadPool(THREADS);
      try {
        long end = System.nanoTime() + duration.toNanos();
        List<Future<Integer>> rounds = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
          int first = 100 * t;
          float[] loss = losses[t];
          float[] logit = logits[t];
          rounds.add(
              executor.submit(
                  () -> {
                    int count = 0;
                    do {
                      assertArrayEquals(loss, train(way, first), 1e-4f);
                      float[] again =
                          Steppers.predict(block, model.getNDManager(), net.batch(first));
                      assertArrayEquals(logit, again, 1e-4f);
                      count++;
                    } while (System.nanoTime() < end);
                    return count;
                  }));
        }
        for (Future<Integer> count : rounds) {
          assertTrue(count.get() > 0);
        }
      } finally {
        executor.shutdownNow();
      }
    }
  }
}
