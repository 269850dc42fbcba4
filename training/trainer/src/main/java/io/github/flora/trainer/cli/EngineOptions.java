package io.github.flora.trainer.cli;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.util.Utils;
import io.github.flora.engine.EngineSupport;
import io.github.flora.engine.Engines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that computes. */
public final class EngineOptions {

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description = {
        "Engine to compute with; its name ignores case. Without it: the system property"
            + " ai.djl.default_engine, else the variable DJL_DEFAULT_ENGINE, else PyTorch"
            + " (serve: OnnxRuntime)."
      })
  private @Nullable String engine;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "auto",
      description = "auto, cpu, gpu or gpuN (default: ${DEFAULT-VALUE}, the engine's best).")
  private String device = "auto";

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that one operation may use (default: one per core).")
  private @Nullable Integer threads;

  /**
   * An engine that was chosen and loaded.
   *
   * @param name the engine's name as DJL spells it
   * @param version version of the native library
   * @param device the device to compute on
   * @param threads threads that one operation may use
   */
  public record Chosen(String name, String version, Device device, int threads) {

    /**
     * Describes the choice for people.
     *
     * @return such as {@code PyTorch 2.7.1, cpu, 2 threads}
     */
    public String describe() {
      return "%s %s, %s, %d thread%s"
          .formatted(name, version, Engines.describe(device), threads, threads == 1 ? "" : "s");
    }
  }

  /**
   * Settles the name; loads nothing.
   *
   * @return the engine's name as DJL spells it
   */
  public String name() {
    return name(Engines.DEFAULT);
  }

  /**
   * Settles the name; loads nothing.
   *
   * @param fallback the engine that is taken when nobody names one
   * @return the engine's name as DJL spells it
   */
  public String name(String fallback) {
    return Engines.choose(engine, fallback);
  }

  /**
   * Settles the name for a file that one engine runs; loads nothing.
   *
   * @param only that engine's name as DJL spells it
   * @param file the file, for the message
   * @throws UsageException if the option names another engine
   */
  void require(String only, Path file) {
    if (engine != null && !engine.equalsIgnoreCase(only)) {
      throw new UsageException(
          "%s runs on %s, not on %s: leave --engine out, or name the run folder"
              .formatted(file, only, engine),
          null);
    }
    engine = only;
  }

  /**
   * Loads the engine.
   *
   * @return what was chosen
   * @throws UsageException if the number of threads is out of range
   * @throws io.github.flora.engine.EngineException if engine or device aren't there
   */
  public Chosen load() {
    return load(name());
  }

  /**
   * Loads the engine of a name that was settled.
   *
   * @param name the engine's name as DJL spells it
   * @return what was chosen
   * @throws UsageException if the number of threads is out of range
   * @throws io.github.flora.engine.EngineException if the device isn't there
   */
  public Chosen load(String name) {
    int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    if (count < 1 || count > 1024) {
      throw new UsageException("--threads is %d but has to be 1 to 1024".formatted(count), null);
    }
    Optional<EngineSupport> support = Engines.support(name);
    support.ifPresent(s -> s.configureThreads(count));
    Path cache = Utils.getEngineCacheDir(name.toLowerCase(Locale.ROOT));
    if (support.isPresent() && !Files.exists(cache)) {
      System.err.printf("flora: unpacking %s's native libraries into %s, this once%n", name, cache);
    }
    Engine loaded = Engine.getEngine(name);
    return new Chosen(name, loaded.getVersion(), Engines.device(loaded, device), count);
  }
}
