package io.github.flora.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** The warm-up, by a clock that only passes move. */
final class SamplingTest {

  private static final Job.Pace PACE = new Job.Pace(1, 0.5, 5);

  /** Passes that take as many seconds as a function of their number says. */
  private static final class Passes implements Pass {
    private final IntToDoubleFunction seconds;
    private int count;
    private double clock;

    Passes(IntToDoubleFunction seconds) {
      this.seconds = seconds;
    }

    @Override
    public float[] run() {
      clock += seconds.applyAsDouble(count++);
      return new float[0];
    }

    @Override
    public void close() {}

    boolean settleIn() {
      Sampling sampling = new Sampling(this, PACE, () -> Math.round(clock * 1e9));
      sampling.warmUp();
      return sampling.settled();
    }
  }

  @Test
  void itEndsWhenTimesAreStable() {
    // From half a second down to 10 ms, as code becomes compiled.
    Passes passes = new Passes(n -> Math.max(0.01, 0.5 * Math.pow(0.8, n)));
    assertTrue(passes.settleIn());
    assertTrue(passes.count > 18, () -> passes.count + " passes; after 18 they take 10 ms");
    assertTrue(passes.clock < 3, () -> passes.clock + " s");
  }

  @Test
  void itGivesUpOnTimesThatNeverAre() {
    Passes passes = new Passes(n -> n % 3 == 0 ? 0.08 : 0.06);
    assertEquals(false, passes.settleIn());
    assertEquals(5, passes.clock, 0.1);
  }

  @Test
  void itLastsAWhileInAnyCase() {
    Passes passes = new Passes(n -> 0.01);
    assertTrue(passes.settleIn());
    assertEquals(0.5, passes.clock, 0.06);
  }
}
