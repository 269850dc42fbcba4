package io.github.flora.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A batch is run once it is full or its first image has waited, whichever comes first. */
final class BatcherTest {

  private static final Duration LONG = Duration.ofSeconds(10);

  private final ServerMetrics metrics = new ServerMetrics(List.of("any"));
  private final Queue<Integer> sizes = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() {
    metrics.close();
  }

  private Batcher batcher(int maxBatch, Duration maxDelay) {
    ServerSettings d = ServerSettings.DEFAULT;
    ServerSettings settings =
        new ServerSettings(
            d.host(),
            d.port(),
            maxBatch,
            maxDelay,
            d.queue(),
            1,
            d.maxBody(),
            d.maxPixels(),
            d.maxParts(),
            d.memory(),
            d.readTimeout(),
            d.drainTimeout());
    Batcher.Model model =
        images -> {
          sizes.add(images.size());
          return images.stream().map(image -> new double[] {image[0]}).toList();
        };
    return new Batcher(model, settings, metrics);
  }

  private static CompletableFuture<double[]> submit(Batcher batcher, int image) {
    assertTrue(batcher.reserve(1));
    return batcher
        .submit(new byte[] {(byte) image})
        .whenComplete((answer, error) -> batcher.release(1));
  }

  private static double answer(CompletableFuture<double[]> answer) throws Exception {
    return answer.get(LONG.toSeconds() / 2, TimeUnit.SECONDS)[0];
  }

  @Test
  void anImageWaitsForOthersAndAFullBatchForNothing() throws Exception {
    try (Batcher batcher = batcher(2, LONG)) {
      CompletableFuture<double[]> first = submit(batcher, 1);
      assertThrows(TimeoutException.class, () -> first.get(200, TimeUnit.MILLISECONDS));
      CompletableFuture<double[]> second = submit(batcher, 2);
      assertEquals(1, answer(first));
      assertEquals(2, answer(second));
    }
    assertEquals(List.of(2), List.copyOf(sizes));
  }

  @Test
  void anImageDoesNotWaitLongerThanTheDelay() throws Exception {
    Duration delay = Duration.ofMillis(100);
    try (Batcher batcher = batcher(8, delay)) {
      long start = System.nanoTime();
      assertEquals(1, answer(submit(batcher, 1)));
      assertFalse(System.nanoTime() - start < delay.toNanos(), "it didn't wait at all");
    }
  }

  @Test
  void noBatchIsLargerThanAllowed() throws Exception {
    try (Batcher batcher = batcher(3, Duration.ofMillis(200))) {
      List<CompletableFuture<double[]>> answers =
          IntStream.range(0, 10).mapToObj(i -> submit(batcher, i)).toList();
      for (int i = 0; i < answers.size(); i++) {
        assertEquals(i, answer(answers.get(i)));
      }
    }
    assertTrue(sizes.stream().allMatch(size -> size <= 3), sizes::toString);
    assertEquals(10, sizes.stream().mapToInt(Integer::intValue).sum());
  }
}
