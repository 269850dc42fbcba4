package io.github.flora.data;

import ai.djl.basicdataset.BasicDatasets;
import ai.djl.repository.Artifact;
import ai.djl.repository.MRL;
import ai.djl.repository.Metadata;
import ai.djl.repository.RemoteRepository;
import ai.djl.util.JsonUtils;
import ai.djl.util.Progress;
import ai.djl.util.Utils;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Date;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DJL's repository of data sets, with three differences: connections time out; offline mode keeps
 * every byte off the network; and metadata once cached is good for ever, where DJL's own asks again
 * after a day and so loses data sets that lie in the cache when the network is gone.
 *
 * <p>Downloads are checked against the SHA-1 in the metadata and moved into the cache when whole.
 */
final class DatasetRepository extends RemoteRepository {

  private static final Logger logger = LoggerFactory.getLogger(DatasetRepository.class);

  private final @Nullable Path cache;
  private final Download download;

  /**
   * Creates a repository.
   *
   * @param uri where it is, ending in a slash
   * @param cache the folder for downloads, null for DJL's own
   * @param offline whether only the cache may be used
   * @param timeout the longest wait for a connection and for each piece of an answer
   */
  DatasetRepository(URI uri, @Nullable Path cache, boolean offline, Duration timeout) {
    super("data sets", uri);
    this.cache = cache;
    this.download = new Download(offline, timeout);
  }

  /** Returns DJL's public repository, heeding {@code DJL_OFFLINE} and {@code ai.djl.offline}. */
  static DatasetRepository standard() {
    return new DatasetRepository(
        BasicDatasets.DJL_REPO_URL, null, Utils.isOfflineMode(), Duration.ofSeconds(15));
  }

  @Override
  public Path getCacheDirectory() throws IOException {
    return cache == null ? super.getCacheDirectory() : cache;
  }

  @Override
  @SuppressWarnings("JavaUtilDate") // the type in DJL's metadata
  public Metadata locate(MRL mrl) throws IOException {
    URI folder = mrl.toURI();
    Path cached = getCacheDirectory().resolve(folder.getPath()).resolve("metadata.json");
    Metadata metadata = Files.exists(cached) ? parse(Files.readString(cached)) : null;
    if (metadata == null) {
      metadata = parse(fetch(getBaseUri().resolve(folder.getPath() + "metadata.json")));
      if (metadata == null) {
        throw new IOException("the answer isn't a description of a data set");
      }
      metadata.setLastUpdated(new Date()); // DJL's own repository reads this file too
      store(JsonUtils.GSON_PRETTY.toJson(metadata), cached);
    }
    metadata.init(arguments);
    metadata.setRepositoryUri(folder);
    return metadata;
  }

  private static @Nullable Metadata parse(String json) {
    try {
      Metadata metadata = JsonUtils.GSON_PRETTY.fromJson(json, Metadata.class);
      return metadata == null || metadata.getArtifacts() == null ? null : metadata;
    } catch (JsonParseException e) {
      return null;
    }
  }

  private String fetch(URI uri) throws IOException {
    try (InputStream in = open(uri)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void store(String json, Path target) throws IOException {
    Path folder = Files.createDirectories(target.getParent());
    Path temporary = Files.createTempFile(folder, "metadata", ".tmp");
    try {
      Files.writeString(temporary, json);
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  @Override
  protected void download(Path folder, URI base, Artifact.Item item, @Nullable Progress progress)
      throws IOException {
    URI uri = getBaseUri().resolve(base).resolve(item.getUri());
    if (item.getSha1Hash() == null) {
      throw new IOException(uri + " has no known digest to check it by");
    }
    logger.info("Downloading {}", uri);
    try (InputStream in = open(uri)) {
      save(in, folder, item, progress);
    }
  }

  private InputStream open(URI uri) throws IOException {
    return download.open(uri);
  }
}
