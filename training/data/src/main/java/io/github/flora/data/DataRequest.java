package io.github.flora.data;

import ai.djl.repository.Repository;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which data set, and where it may come from.
 *
 * @param name one of {@link ImageDatasets#names}
 * @param directory the only place to look, with the files in it or in a folder below it called like
 *     the data set; null to look in {@code $FLORA_DATA}, the cache and the network
 * @param allowSynthetic whether synthetic digits may stand in for MNIST where that can't be had
 * @param seed what synthetic digits are drawn from
 * @param environment the environment variables; only {@code FLORA_DATA} is read
 * @param photos how photographs are read; other data sets have their own size
 * @param repository where downloads come from and are cached
 */
public record DataRequest(
    String name,
    @Nullable Path directory,
    boolean allowSynthetic,
    long seed,
    Map<String, String> environment,
    PhotoOptions photos,
    Repository repository) {

  /** Copies the environment. */
  public DataRequest {
    environment = Map.copyOf(environment);
  }

  /**
   * Creates a request with this process's environment and DJL's repository.
   *
   * @param name as {@link #name}
   * @param directory as {@link #directory}
   * @param allowSynthetic as {@link #allowSynthetic}
   * @param seed as {@link #seed}
   */
  public DataRequest(String name, @Nullable Path directory, boolean allowSynthetic, long seed) {
    this(name, directory, allowSynthetic, seed, PhotoOptions.DEFAULT);
  }

  /**
   * Creates a request with this process's environment and DJL's repository.
   *
   * @param name as {@link #name}
   * @param directory as {@link #directory}
   * @param allowSynthetic as {@link #allowSynthetic}
   * @param seed as {@link #seed}
   * @param photos as {@link #photos}
   */
  public DataRequest(
      String name,
      @Nullable Path directory,
      boolean allowSynthetic,
      long seed,
      PhotoOptions photos) {
    this(
        name,
        directory,
        allowSynthetic,
        seed,
        System.getenv(),
        photos,
        DatasetRepository.standard());
  }
}
