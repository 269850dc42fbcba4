package io.github.flora.bench.measure;

import org.jspecify.annotations.Nullable;

/**
 * What a process says; one component isn't null.
 *
 * @param prepared the model is ready
 * @param loaded the engine has loaded it
 * @param measured a batch size is done
 * @param accuracy share of the test images that it gets right, in [0, 1]
 * @param failed something went wrong
 */
public record Message(
    @Nullable Prepared prepared,
    @Nullable Loaded loaded,
    @Nullable Measured measured,
    @Nullable Double accuracy,
    @Nullable Failed failed) {

  /** What stands before each message on standard output, where libraries may print as well. */
  public static final String MARK = "@flora-bench ";

  /**
   * The engine is ready.
   *
   * @param version version of the native library
   * @param device the device that computes, such as {@code cpu} or {@code gpu0}
   * @param loadMs milliseconds from the start of the process until the model could be asked
   */
  public record Loaded(String version, String device, double loadMs) {}

  /**
   * Figures of a batch size in one process.
   *
   * @param batch images per pass
   * @param firstAnswerMs milliseconds of the first pass of this size, compiling included
   * @param imagesPerSecond batch size divided by the median time of a pass, which what the machine
   *     does meanwhile hardly moves; the tail shows in the percentiles
   * @param p50 median of the time of a pass in milliseconds
   * @param p90 90th percentile of it
   * @param p99 99th percentile of it
   * @param max longest of the sampled passes
   * @param samples passes that were timed
   * @param settled whether the warm-up ended because times were stable
   * @param otherCores cores that other processes used meanwhile, or null where that isn't known
   * @param peakRssMb peak resident memory of the process until now in 10⁶ bytes, or null
   */
  public record Measured(
      int batch,
      double firstAnswerMs,
      double imagesPerSecond,
      double p50,
      double p90,
      double p99,
      double max,
      long samples,
      boolean settled,
      @Nullable Double otherCores,
      @Nullable Double peakRssMb) {}

  /**
   * Something went wrong.
   *
   * @param batch the batch size that it went wrong with, or null for the whole process
   * @param reason one line
   */
  public record Failed(@Nullable Integer batch, String reason) {}

  static Message of(Prepared prepared) {
    return new Message(prepared, null, null, null, null);
  }

  static Message of(Loaded loaded) {
    return new Message(null, loaded, null, null, null);
  }

  static Message of(Measured measured) {
    return new Message(null, null, measured, null, null);
  }

  static Message accuracy(double share) {
    return new Message(null, null, null, share, null);
  }

  static Message failed(@Nullable Integer batch, String reason) {
    return new Message(null, null, null, null, new Failed(batch, reason));
  }
}
