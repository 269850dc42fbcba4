package io.github.flora.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** Writes small IDX files. */
final class IdxFiles {

  private IdxFiles() {}

  /** An images file of the given header and random values. */
  static byte[] images(int magic, int count, int height, int width) {
    byte[] values = new byte[count * height * width];
    new Random(count).nextBytes(values);
    return ByteBuffer.allocate(16 + values.length)
        .putInt(magic)
        .putInt(count)
        .putInt(height)
        .putInt(width)
        .put(values)
        .array();
  }

  static byte[] images(int count) {
    return images(IdxReader.IMAGES_MAGIC, count, 28, 28);
  }

  /** A labels file: 0, 1, …, 9, 0, … */
  static byte[] labels(int count) {
    ByteBuffer file = ByteBuffer.allocate(8 + count).putInt(IdxReader.LABELS_MAGIC).putInt(count);
    for (int i = 0; i < count; i++) {
      file.put((byte) (i % 10));
    }
    return file.array();
  }

  static byte[] gzip(byte[] content) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  /** Writes a whole data set, gzipped under the published names. */
  static Path writeAll(Path folder, int train, int test) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve("train-images-idx3-ubyte.gz"), gzip(images(train)));
    Files.write(folder.resolve("train-labels-idx1-ubyte.gz"), gzip(labels(train)));
    Files.write(folder.resolve("t10k-images-idx3-ubyte.gz"), gzip(images(test)));
    Files.write(folder.resolve("t10k-labels-idx1-ubyte.gz"), gzip(labels(test)));
    return folder;
  }
}
