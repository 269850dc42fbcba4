package io.github.flora.bench.measure;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/** Times a pass with JMH: warm until stable, then sampled. */
final class Sampling {

  /** Parts of the measuring time, as JMH's iterations. */
  private static final int PARTS = 3;

  /** A window of the warm-up lasts so many seconds, or one pass. */
  private static final double WINDOW = 0.05;

  /** It is stable when so many windows in a row have means that differ by no more than this. */
  private static final int WINDOWS = 3;

  private static final double STABLE = 0.1;

  /** JMH makes the benchmark's object itself; it finds its way here. */
  private static final AtomicReference<@Nullable Sampling> CURRENT = new AtomicReference<>();

  private final Pass pass;
  private final Job.Pace pace;
  private final LongSupplier nanoTime;
  private boolean settled;

  Sampling(Pass pass, Job.Pace pace) {
    this(pass, pace, System::nanoTime);
  }

  /** With a clock of its own for the warm-up. */
  Sampling(Pass pass, Job.Pace pace, LongSupplier nanoTime) {
    this.pass = pass;
    this.pace = pace;
    this.nanoTime = nanoTime;
  }

  static Sampling current() {
    return Objects.requireNonNull(CURRENT.get(), "started without a pass");
  }

  Pass pass() {
    return pass;
  }

  /** Whether the warm-up ended because times were stable. */
  boolean settled() {
    return settled;
  }

  /** Times of a pass in nanoseconds. */
  Statistics run() {
    CURRENT.set(this);
    try {
      RunResult result =
          Collections.singletonList(
                  new Runner(
                          new OptionsBuilder()
                              .include("^" + PassBenchmark.class.getName() + "\\.")
                              .forks(0)
                              .threads(1)
                              .warmupIterations(1)
                              .warmupTime(TimeValue.milliseconds(20))
                              .measurementIterations(PARTS)
                              .measurementTime(
                                  TimeValue.milliseconds(
                                      Math.max(1, Math.round(1000 * pace.seconds() / PARTS))))
                              .verbosity(VerboseMode.SILENT)
                              .shouldFailOnError(true)
                              .build())
                      .run()
                      .iterator()
                      .next())
              .get(0);
      return result.getPrimaryResult().getStatistics();
    } catch (RunnerException e) {
      throw new IllegalStateException(String.valueOf(cause(e).getMessage()), e);
    } finally {
      CURRENT.set(null);
    }
  }

  private static Throwable cause(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  void warmUp() {
    Deque<Double> means = new ArrayDeque<>();
    long start = nanoTime.getAsLong();
    settled = false;
    while (!settled && since(start) < pace.mostWarmUp()) {
      means.addLast(window());
      if (means.size() > WINDOWS) {
        means.removeFirst();
      }
      settled =
          means.size() == WINDOWS
              && since(start) >= pace.leastWarmUp()
              && Collections.max(means) <= (1 + STABLE) * Collections.min(means);
    }
  }

  private double window() {
    long start = nanoTime.getAsLong();
    int passes = 0;
    double seconds;
    do {
      float[] unused = pass.run();
      passes++;
      seconds = since(start);
    } while (seconds < WINDOW);
    return seconds / passes;
  }

  private double since(long nanos) {
    return (nanoTime.getAsLong() - nanos) / 1e9;
  }
}
