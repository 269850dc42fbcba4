package io.github.flora.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Finds out before training which photographs can't be used: decodes every file once, on several
 * threads, but for those that an earlier start found usable and that look unchanged.
 *
 * @param photos those that can be used
 * @param digests of the content of each
 * @param problems what is wrong with each of the others, a line each, which names the file
 */
record PhotoCheck(List<Photo> photos, List<String> digests, List<String> problems) {

  /** What is known of a file: a digest, or what is wrong. */
  private record Finding(
      String digest, PhotoIndex.@Nullable Stamp stamp, @Nullable String problem) {}

  static PhotoCheck of(List<Photo> photos, PhotoIndex index, CheckListener listener)
      throws DataException {
    ExecutorService pool =
        Executors.newFixedThreadPool(
            Batches.workers(),
            task -> {
              Thread thread = new Thread(task, "flora-check");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Future<Finding>> findings = new ArrayList<>();
      for (Photo photo : photos) {
        findings.add(pool.submit(() -> examine(photo.file(), index)));
      }
      List<Photo> good = new ArrayList<>();
      List<String> digests = new ArrayList<>();
      List<String> problems = new ArrayList<>();
      listener.onChecked(0, photos.size());
      for (int i = 0; i < photos.size(); i++) {
        Finding finding = findings.get(i).get();
        listener.onChecked(i + 1, photos.size());
        if (finding.problem() == null) {
          good.add(photos.get(i));
          digests.add(finding.digest());
          if (finding.stamp() != null) {
            index.add(photos.get(i).file(), finding.stamp(), finding.digest());
          }
        } else {
          problems.add(finding.problem());
        }
      }
      index.save();
      return new PhotoCheck(good, digests, problems);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DataException("interrupted while the images were checked", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }

  private static Finding examine(Path file, PhotoIndex index) {
    // Before the content: what changes in between is then noticed at the next start.
    PhotoIndex.Stamp stamp = PhotoIndex.Stamp.of(file);
    String known = stamp == null ? null : index.digest(file, stamp);
    if (known != null) {
      return new Finding(known, stamp, null);
    }
    try {
      byte[] bytes = ImageFiles.bytes(file);
      DecodedImage unused = ImageFiles.decode(bytes, file.toString(), 3);
      String digest = HexFormat.of().formatHex(Digests.of("SHA-256").digest(bytes));
      return new Finding(digest, stamp, null);
    } catch (ImageFileException e) {
      return new Finding("", stamp, String.valueOf(e.getMessage()));
    }
  }

  /** Says which files of the test are in another part, too, byte for byte. */
  List<String> leaks() {
    Map<String, Path> learnt = new TreeMap<>();
    for (int i = 0; i < photos.size(); i++) {
      if (photos.get(i).part() != Photo.Part.TEST) {
        learnt.putIfAbsent(digests.get(i), photos.get(i).file());
      }
    }
    List<String> leaks = new ArrayList<>();
    for (int i = 0; i < photos.size(); i++) {
      Path twin = learnt.get(digests.get(i));
      if (photos.get(i).part() == Photo.Part.TEST && twin != null) {
        leaks.add(
            "%s of the test is the same file as %s, which training sees"
                .formatted(photos.get(i).file(), twin));
      }
    }
    return leaks;
  }
}
