package io.github.flora.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Unpacks {@code .tar.gz} files that nobody vouches for. */
final class Archive {

  /** Images don't shrink; what unpacks to far more than this is made to fill disks. */
  private static final int MOST_RATIO = 100;

  private static final long SMALL = 64L << 20;

  private static final int MOST_FILES = 10_000_000;

  private Archive() {}

  /**
   * Unpacks an archive into a folder that isn't there yet: beside it first, so that the folder is
   * whole or isn't there.
   *
   * @param archive a {@code .tar.gz} file
   * @param folder the folder to make
   * @throws DataException if the archive is damaged, has entries outside of its folder, or unpacks
   *     to more than a hundred times its size; or if there is no room
   */
  static void unpack(Path archive, Path folder) throws DataException {
    Path target = folder.toAbsolutePath().normalize();
    Path beside = target.resolveSibling(target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      try {
        Files.createDirectories(beside);
        long room = Math.max(SMALL, Files.size(archive) * MOST_RATIO);
        try (TarArchiveInputStream tar = open(archive)) {
          unpack(tar, archive, beside, room);
        }
        Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        delete(beside);
      }
    } catch (DataException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      if (Files.isDirectory(target)) {
        return; // another process was faster
      }
      throw new DataException(
          "%s can't be unpacked into %s: %s".formatted(archive, target, e.getMessage()), e);
    }
  }

  private static TarArchiveInputStream open(Path archive) throws IOException {
    InputStream file = new BufferedInputStream(Files.newInputStream(archive), 1 << 16);
    return new TarArchiveInputStream(new BufferedInputStream(new GZIPInputStream(file), 1 << 16));
  }

  private static void unpack(TarArchiveInputStream tar, Path archive, Path folder, long room)
      throws IOException {
    int files = 0;
    for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
      Path file = inside(folder, entry.getName(), archive);
      if (entry.isDirectory()) {
        Files.createDirectories(file);
        continue;
      }
      if (!entry.isFile() || entry.isSymbolicLink() || entry.isLink()) {
        throw new DataException(
            "%s: the entry '%s' is a link or a device; only files and folders are unpacked"
                .formatted(archive, entry.getName()));
      }
      room -= entry.getSize();
      if (room < 0 || ++files > MOST_FILES) {
        throw new DataException(
            "%s unpacks to more than %d times its size: it isn't an archive of images"
                .formatted(archive, MOST_RATIO));
      }
      Files.createDirectories(file.getParent());
      try (OutputStream out = Files.newOutputStream(file)) {
        tar.transferTo(out);
      }
    }
  }

  private static Path inside(Path folder, String name, Path archive) throws DataException {
    try {
      Path file = folder.resolve(name).normalize();
      if (file.startsWith(folder)) {
        return file;
      }
    } catch (InvalidPathException e) {
      // said below
    }
    throw new DataException(
        "%s: the entry '%s' lies outside of the archive's own folder; don't trust this file"
            .formatted(archive, name));
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (var all = Files.walk(folder)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
