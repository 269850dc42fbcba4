package io.github.flora.bench.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.data.ImageSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.util.ListStatistics;
import org.openjdk.jmh.util.Statistics;

final class WorkerTest {

  private static final int BATCH = 8;

  /** 1, 2, … 999 ms: percentiles of 100 · (n + 1) parts fall on one of them. */
  @Test
  void figuresAreThoseOfTheSampledTimes() {
    Statistics times =
        new ListStatistics(IntStream.rangeClosed(1, 999).mapToDouble(i -> i * 1e6).toArray());
    Message.Measured measured = Worker.figures(BATCH, 2000, times, true, OptionalDouble.of(0.25));
    assertEquals(500, measured.p50(), 1e-9);
    assertEquals(900, measured.p90(), 1e-9);
    assertEquals(990, measured.p99(), 1e-9);
    assertEquals(999, measured.max(), 1e-9);
    assertEquals(999, measured.samples());
    assertEquals(BATCH / 0.5, measured.imagesPerSecond(), 1e-9);
    assertEquals(2000, measured.firstAnswerMs());
    assertEquals(0.25, measured.otherCores());
  }

  /** Two pixels of red, green and blue; what comes before them is left out. */
  @Test
  void imagesAreNormalisedChannelByChannel() {
    byte[] pixels = {9, 9, 9, 9, 9, 9, 0, 51, 102, (byte) 255, (byte) 204, (byte) 153};
    Prepared model =
        new Prepared(
            null,
            null,
            null,
            null,
            null,
            3,
            1,
            2,
            10,
            0,
            null,
            List.of(0.5f, 0.4f, 0.2f),
            List.of(0.5f, 0.2f, 0.1f),
            null);
    ImageSet images = ImageSet.of(pixels, new int[] {0, 0}, 1, 2, 3);
    assertArrayEquals(
        new float[] {-1, 1, -1, 2, 2, 4}, Worker.normalized(images, 1, 1, model), 1e-5f);
  }

  /** The first of its passes takes a tenth of a second. */
  private record Slow(AtomicInteger passes) implements Contestant, Pass {

    @Override
    public String version() {
      return "1";
    }

    @Override
    public String device() {
      return "cpu";
    }

    @Override
    public Pass prepare(float[] images, int count) {
      assertEquals(BATCH, count);
      assertEquals(BATCH * 4, images.length);
      return this;
    }

    @Override
    public float[] run() {
      try {
        Thread.sleep(passes.getAndIncrement() == 0 ? 100 : 1);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return new float[] {1};
    }

    @Override
    public void close() {}
  }

  @Test
  void theFirstAnswerIsTimedBeforeTheWarmUp() throws Exception {
    System.setProperty("jmh.ignoreLock", "true");
    Job.Measuring job =
        new Job.Measuring(
            Contender.PYTORCH,
            Task.INFERENCE,
            new Prepared(
                null, null, null, null, null, 1, 2, 2, 10, 0, null, List.of(), List.of(), null),
            List.of(BATCH),
            1,
            "cpu",
            new Job.Pace(0.01, 0.01, 0.2),
            null,
            null,
            1);
    Slow slow = new Slow(new AtomicInteger());
    Message.Measured measured = Worker.measure(job, slow, BATCH);
    assertTrue(measured.firstAnswerMs() >= 100, measured::toString);
    assertTrue(measured.samples() > 0 && measured.samples() < slow.passes().get(), "warmed up");
    assertTrue(measured.p50() >= 1, measured::toString);
  }
}
