package io.github.flora.data;

import ai.djl.Application.CV;
import ai.djl.basicdataset.BasicDatasets;
import ai.djl.repository.Artifact;
import ai.djl.repository.MRL;
import ai.djl.repository.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The data sets known by name. MNIST, Fashion-MNIST and CIFAR-10 come from the folder asked for,
 * else from {@code $FLORA_DATA/<name>}, else from DJL's cache or repository; where MNIST can't be
 * had, synthetic digits may stand in for it.
 */
public final class ImageDatasets {

  private static final String VERSION = "1.0";

  private static final List<FileSource> SOURCES =
      List.of(IdxSource.MNIST, IdxSource.FASHION_MNIST, new Cifar10());

  private ImageDatasets() {}

  /** Returns the names that {@link #load} knows. */
  public static List<String> names() {
    return Stream.concat(
            SOURCES.stream().map(FileSource::name),
            Stream.of(SyntheticDigits.NAME, Flowers102.NAME, PhotoDatasets.OWN))
        .toList();
  }

  /**
   * Loads a data set from a folder; nothing stands in for it.
   *
   * @param name one of {@link #names}
   * @param directory as {@link DataRequest#directory}
   * @return the data set
   * @throws DataException if it can't be had
   */
  public static ImageDataset load(String name, @Nullable Path directory) throws DataException {
    return load(new DataRequest(name, directory, false, 0));
  }

  /**
   * Loads a data set, with nobody to watch.
   *
   * @param request as {@link #load(DataRequest, CheckListener)} takes it
   * @return the data set
   * @throws DataException if it can't be had
   */
  public static ImageDataset load(DataRequest request) throws DataException {
    return load(request, CheckListener.NONE);
  }

  /**
   * Loads a data set into memory.
   *
   * <p>A folder that is named, or that {@code FLORA_DATA} points to, is used or is an error:
   * nothing else stands in for it. Synthetic digits that stand in for MNIST are called {@code
   * synthetic-digits} and carry a {@linkplain ImageDataset#warning warning}.
   *
   * @param request which one, and where it may come from
   * @param listener told how far the look at photographs has come
   * @return the data set
   * @throws DataException if it can't be had: the name is unknown, a file is missing or broken, the
   *     network doesn't answer
   */
  public static ImageDataset load(DataRequest request, CheckListener listener)
      throws DataException {
    if (request.name().equals(SyntheticDigits.NAME)) {
      if (request.directory() != null) {
        throw new DataException(
            "%s are drawn by the program and can't come from %s; leave --data out"
                .formatted(SyntheticDigits.NAME, request.directory()));
      }
      return SyntheticDigits.dataset(request.seed(), null);
    }
    if (request.name().equals(Flowers102.NAME) || request.name().equals(PhotoDatasets.OWN)) {
      return PhotoSource.load(request, listener);
    }
    FileSource source =
        SOURCES.stream()
            .filter(known -> known.name().equals(request.name()))
            .findFirst()
            .orElseThrow(
                () ->
                    new DataException(
                        "There is no data set '%s'; there are %s"
                            .formatted(request.name(), String.join(", ", names()))));
    Path directory = request.directory();
    if (directory != null) {
      Path below = directory.resolve(source.name());
      boolean parent = !source.isIn(directory) && Files.isDirectory(below);
      Path folder = parent ? below : directory;
      return source.read(folder, folder.toAbsolutePath().normalize().toString(), false);
    }
    Optional<Path> local = fromEnvironment(request, source.name());
    if (local.isPresent()) {
      return source.read(local.get(), local.get().toAbsolutePath().normalize().toString(), false);
    }
    try {
      return download(request.repository(), source);
    } catch (DataException e) {
      if (!source.equals(IdxSource.MNIST) || !request.allowSynthetic()) {
        throw e;
      }
      return SyntheticDigits.dataset(
          request.seed(),
          "These are synthetic digits drawn by the program, NOT MNIST; accuracies don't compare. "
              + e.getMessage());
    }
  }

  /** Returns the data set's folder below the one that {@code FLORA_DATA} names, if it is there. */
  static Optional<Path> fromEnvironment(DataRequest request, String name) {
    String root = request.environment().get("FLORA_DATA");
    return root == null || root.isBlank()
        ? Optional.empty()
        : Optional.of(Path.of(root, name)).filter(Files::exists);
  }

  private static ImageDataset download(Repository repository, FileSource source)
      throws DataException {
    try {
      MRL mrl = repository.dataset(CV.ANY, BasicDatasets.GROUP_ID, source.artifactId(), VERSION);
      Artifact artifact = mrl.getDefaultArtifact();
      if (artifact == null) {
        throw new IOException("it has no version " + VERSION);
      }
      mrl.prepare(artifact);
      Path folder = repository.getResourceDirectory(artifact);
      try {
        return source.read(folder, "download", true);
      } catch (DataException e) {
        throw new DataException(
            "%s; delete %s to download it again".formatted(e.getMessage(), folder), e);
      }
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      throw new DataException(
          "%s can't be had from %s: %s; %s"
              .formatted(
                  source.title(), repository.getBaseUri(), Download.reason(e), source.wayOut()),
          e);
    }
  }
}
