package io.github.flora.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line of the comparison. What wasn't measured is null. In JSON the keys are the component names
 * in snake case.
 *
 * @param task {@code inference} or {@code training}
 * @param engine the engine's name in the comparison
 * @param engineVersion version of its native library
 * @param model the model's name or path
 * @param batch images per pass
 * @param threads threads that one operation may use
 * @param device the device that computed
 * @param precision type of the numbers, {@code float32}
 * @param imagesPerSecond median of the rounds
 * @param spread half the width of the rounds' 95 % interval (Student) as a share of the median;
 *     null with a single round
 * @param rounds images per second of each round
 * @param ratio images per second as a multiple of the reference engine's
 * @param latencyMs times of a pass
 * @param loadMs milliseconds from the start of the process until the model could be asked, median
 * @param firstAnswerMs milliseconds of the first pass of this size, compiling included, median
 * @param peakRssMb peak resident memory up to this batch size in 10⁶ bytes, largest of the rounds
 * @param maxAbsDiff largest difference of a logit from the reference engine's
 * @param maxRelDiff the same as a share of the reference's largest logit
 * @param top1Agreement share of images whose largest logit is the reference's, in [0, 1]
 * @param accuracy share of right answers on the test images, in [0, 1]
 * @param otherCores cores that other processes used meanwhile, mean of the rounds
 * @param settled whether times were stable before they were measured, in all rounds
 * @param error why something is missing
 */
record Row(
    String task,
    String engine,
    @Nullable String engineVersion,
    String model,
    int batch,
    int threads,
    @Nullable String device,
    String precision,
    @Nullable Double imagesPerSecond,
    @Nullable Double spread,
    List<Double> rounds,
    @Nullable Double ratio,
    @Nullable Latency latencyMs,
    @Nullable Double loadMs,
    @Nullable Double firstAnswerMs,
    @Nullable Double peakRssMb,
    @Nullable Double maxAbsDiff,
    @Nullable Double maxRelDiff,
    @Nullable Double top1Agreement,
    @Nullable Double accuracy,
    @Nullable Double otherCores,
    @Nullable Boolean settled,
    @Nullable String error) {

  /**
   * Times of a pass in milliseconds.
   *
   * @param p50 median over the rounds of their medians
   * @param p90 the same of the 90th percentiles
   * @param p99 the same of the 99th percentiles
   * @param max longest of all rounds
   */
  record Latency(double p50, double p90, double p99, double max) {}

  /** Copies the list. */
  Row {
    rounds = List.copyOf(rounds);
  }

  /** What two rows have to share to be compared. */
  record Key(String task, String engine, String model, int batch, int threads) {}

  Key key() {
    return new Key(task, engine, model, batch, threads);
  }

  /** Whether rows are of the same task, model, batch size and number of threads. */
  record Group(String task, String model, int batch, int threads) {}

  Group group() {
    return new Group(task, model, batch, threads);
  }
}
