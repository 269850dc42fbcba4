package io.github.flora.trainer.run;

import static java.util.Objects.requireNonNull;

import io.github.flora.models.PretrainedWeights;
import io.github.flora.trainer.Hyperparameters;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The content of {@code run.json}: what was trained, with what, and what came of it. Keys are the
 * component names in snake case.
 *
 * @param status {@code running}, {@code done}, {@code interrupted} or {@code failed}
 * @param recipe the recipe's name
 * @param model the network's name
 * @param started local date and time of the start, ISO 8601
 * @param flora version of Flora
 * @param java version of the Java machine
 * @param os operating system and architecture
 * @param engine what computed
 * @param data what was learnt from
 * @param hyperparameters how
 * @param optimizer the optimizer's numbers by name, those that nobody chose included; empty in a
 *     file of a version that didn't write them
 * @param seed the run's seed
 * @param pretrained the weights that it started from, null for random ones
 * @param result what came of it, null while it runs
 */
public record RunInfo(
    Status status,
    String recipe,
    String model,
    String started,
    String flora,
    String java,
    String os,
    EngineInfo engine,
    DataInfo data,
    Hyperparameters hyperparameters,
    Map<String, Double> optimizer,
    long seed,
    @Nullable PretrainedInfo pretrained,
    @Nullable Result result) {

  /** Copies the numbers; refuses a file that lacks something. */
  public RunInfo {
    requireNonNull(status, "status");
    requireNonNull(recipe, "recipe");
    requireNonNull(model, "model");
    requireNonNull(engine, "engine");
    requireNonNull(data, "data");
    requireNonNull(hyperparameters, "hyperparameters");
    optimizer =
        optimizer == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(optimizer));
  }

  /** How far a run came. */
  public enum Status {
    /** Under way, or killed. */
    RUNNING,
    /** All epochs trained, or stopped early by its own rule. */
    DONE,
    /** Stopped by the user. */
    INTERRUPTED,
    /** Ended by an error. */
    FAILED
  }

  /**
   * What computed.
   *
   * @param name the engine's name as DJL spells it
   * @param version version of the native library
   * @param device such as {@code cpu} or {@code gpu0}
   * @param threads threads that one operation could use
   */
  public record EngineInfo(String name, String version, String device, int threads) {

    /** Refuses a file that lacks something. */
    public EngineInfo {
      requireNonNull(name, "name");
    }
  }

  /**
   * What was learnt from.
   *
   * @param name the data set's name
   * @param source {@code real} or {@code synthetic}
   * @param origin folder or address that it came from
   * @param train number of images learnt from
   * @param validation number of images that chose the best weights
   * @param test number of images that the result was measured on
   */
  public record DataInfo(
      String name, String source, String origin, int train, int validation, int test) {

    /** Refuses a file that lacks something. */
    public DataInfo {
      requireNonNull(name, "name");
      requireNonNull(source, "source");
      requireNonNull(origin, "origin");
    }

    /** Whether a run on these can go on with others: of the same name and kind, as many. */
    boolean isLike(DataInfo other) {
      return name.equals(other.name)
          && source.equals(other.source)
          && train == other.train
          && validation == other.validation
          && test == other.test;
    }

    /** Names and counts for people. */
    String describe() {
      return "%s (%s, %,d + %,d + %,d images)".formatted(name, source, train, validation, test);
    }
  }

  /**
   * What it started from.
   *
   * @param file the file's name
   * @param sha256 the file's digest, 64 hexadecimal digits
   * @param url where it was downloaded from, or null
   */
  public record PretrainedInfo(String file, String sha256, @Nullable String url) {

    /** Refuses a file that lacks something. */
    public PretrainedInfo {
      requireNonNull(file, "file");
      requireNonNull(sha256, "sha256");
    }

    /**
     * Describes weights.
     *
     * @param weights the weights
     * @return their file's name, digest and origin
     */
    public static PretrainedInfo of(PretrainedWeights weights) {
      return new PretrainedInfo(
          String.valueOf(weights.file().getFileName()), weights.sha256(), weights.url());
    }
  }

  /**
   * What came of it.
   *
   * @param testAccuracy share of right answers of the best weights on the test images, in [0, 1]
   * @param testLoss mean cross-entropy of the same in nats
   * @param bestEpoch the epoch whose weights were kept as the model
   * @param epochs number of epochs completed
   * @param trainImagesPerSecond median over the epochs but the first, when there are others
   * @param seconds wall time of all epochs, validation included
   */
  public record Result(
      double testAccuracy,
      double testLoss,
      int bestEpoch,
      int epochs,
      double trainImagesPerSecond,
      double seconds) {}

  /**
   * Returns the same run further on.
   *
   * @param newStatus how far it is
   * @param newResult what came of it, or null
   * @return a copy with these two replaced
   */
  public RunInfo with(Status newStatus, @Nullable Result newResult) {
    return new RunInfo(
        newStatus,
        recipe,
        model,
        started,
        flora,
        java,
        os,
        engine,
        data,
        hyperparameters,
        optimizer,
        seed,
        pretrained,
        newResult);
  }

  /**
   * Returns the same run with the weights that it starts from.
   *
   * @param weights the weights
   * @return a copy with these
   * @throws RunException if it has started from others before
   */
  public RunInfo with(PretrainedInfo weights) throws RunException {
    if (pretrained != null && !pretrained.sha256().equals(weights.sha256())) {
      throw new RunException(
          "the run started from another %s, of SHA-256 %s: restore that file or train again"
              .formatted(pretrained.file(), pretrained.sha256()));
    }
    return new RunInfo(
        status,
        recipe,
        model,
        started,
        flora,
        java,
        os,
        engine,
        data,
        hyperparameters,
        optimizer,
        seed,
        weights,
        result);
  }

  /**
   * Returns this description for a run that goes on.
   *
   * @param before what the run said of itself until now
   * @return a copy with the time of the first start
   * @throws RunException if the data are others than before
   */
  public RunInfo goingOnFrom(RunInfo before) throws RunException {
    if (!data.isLike(before.data)) {
      throw new RunException(
          "the run learns from %s, but this is %s: name its own with --data"
              .formatted(before.data.describe(), data.describe()));
    }
    return new RunInfo(
        status,
        recipe,
        model,
        before.started,
        flora,
        java,
        os,
        engine,
        data,
        hyperparameters,
        optimizer,
        seed,
        before.pretrained,
        result);
  }
}
