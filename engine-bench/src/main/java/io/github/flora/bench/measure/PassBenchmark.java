package io.github.flora.bench.measure;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The benchmark: one pass. It is run in the process that was started for the engine, so JMH forks
 * none of its own; {@link Sampling} sets it up and reads the result.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PassBenchmark {

  private @Nullable Sampling sampling;

  /** Warms up in the thread that is measured: OpenMP's threads belong to it. */
  @Setup
  public void warmUp() {
    sampling = Sampling.current();
    sampling.warmUp();
  }

  /**
   * Asks once.
   *
   * @return the answer, so that it can't be left out
   */
  @Benchmark
  public float[] pass() {
    return Objects.requireNonNull(sampling).pass().run();
  }
}
