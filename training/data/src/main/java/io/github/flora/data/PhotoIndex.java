package io.github.flora.data;

import ai.djl.util.Utils;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an earlier start found out about a data set's files, so that the next needn't decode them
 * all again: the digest of each that can be used, valid as long as its size and time of change
 * stay. Lies in DJL's cache. Files that can't be used aren't in it: they are looked at, and
 * reported, at every start.
 *
 * <p>For one thread, but for {@link #digest}.
 */
final class PhotoIndex {

  /** Changes with what the lines mean, and where the decoders begin to refuse more files. */
  private static final String HEADER = "Flora's usable images, 1: digest, bytes, changed, path";

  /** A file may change again within its time stamp's unit; FAT's is this long. */
  private static final Duration COARSEST_STAMP = Duration.ofSeconds(2);

  private static final Logger logger = LoggerFactory.getLogger(PhotoIndex.class);

  private final Path file;
  private final Instant opened = Instant.now();
  private final Map<String, Entry> known;
  private final Map<String, Entry> found = new TreeMap<>();

  /**
   * How a file looks from outside.
   *
   * @param bytes its length
   * @param changed when its content last changed
   */
  record Stamp(long bytes, Instant changed) {

    /** Returns a file's, or null if it has none. */
    static @Nullable Stamp of(Path image) {
      try {
        BasicFileAttributes attributes = Files.readAttributes(image, BasicFileAttributes.class);
        return new Stamp(attributes.size(), attributes.lastModifiedTime().toInstant());
      } catch (IOException e) {
        return null;
      }
    }
  }

  private record Entry(String digest, Stamp stamp) {}

  private PhotoIndex(Path file, Map<String, Entry> known) {
    this.file = file;
    this.known = known;
  }

  /**
   * Opens the index of a data set; it is empty if there is none yet.
   *
   * @param origin tells the data set from others: its folder or list
   */
  static PhotoIndex of(String origin) {
    byte[] digest = Digests.of("SHA-256").digest(origin.getBytes(StandardCharsets.UTF_8));
    String name = HexFormat.of().formatHex(Arrays.copyOf(digest, 8));
    Path file = Utils.getCacheDir().resolve("cache/flora/checked").resolve(name + ".txt");
    Map<String, Entry> known = new HashMap<>();
    try {
      List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
      if (!lines.isEmpty() && lines.get(0).equals(HEADER)) {
        for (String line : lines.subList(1, lines.size())) {
          String[] parts = line.split(" ", 4);
          Stamp stamp = new Stamp(Long.parseLong(parts[1]), Instant.parse(parts[2]));
          known.put(parts[3], new Entry(parts[0], stamp));
        }
      }
    } catch (IOException | RuntimeException e) {
      // Whatever is wrong with it: then the images are decoded once more.
      logger.info("{} can't be used: {}", file, e.toString());
      known.clear();
    }
    return new PhotoIndex(file, known);
  }

  /** Returns the digest of a file that was usable and looks as it did then, else null. */
  @Nullable String digest(Path image, Stamp stamp) {
    Entry entry = known.get(key(image));
    return entry == null || !entry.stamp().equals(stamp) ? null : entry.digest();
  }

  /** Says that a file, which looked like this before it was read, can be used. */
  void add(Path image, Stamp stamp, String digest) {
    String key = key(image);
    if (stamp.changed().isBefore(opened.minus(COARSEST_STAMP)) && key.lines().count() == 1) {
      found.put(key, new Entry(digest, stamp));
    }
  }

  /** Keeps what was added, and nothing else, for the next start. */
  void save() {
    if (found.equals(known)) {
      return;
    }
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    found.forEach(
        (key, entry) ->
            text.append(entry.digest())
                .append(' ')
                .append(entry.stamp().bytes())
                .append(' ')
                .append(entry.stamp().changed())
                .append(' ')
                .append(key)
                .append('\n'));
    try {
      Path folder = Files.createDirectories(file.getParent());
      Path beside = Files.createTempFile(folder, "index", ".tmp");
      try {
        Files.writeString(beside, text);
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(beside);
      }
    } catch (IOException e) {
      // A cache that can't be written costs time, nothing else.
      logger.info("{} can't be written, the next start decodes all images again: {}", file, e);
    }
  }

  private static String key(Path image) {
    return image.toAbsolutePath().normalize().toString();
  }
}
