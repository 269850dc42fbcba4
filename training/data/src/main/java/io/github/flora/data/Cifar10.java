package io.github.flora.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * CIFAR-10 (Krizhevsky, "Learning multiple layers of features from tiny images", 2009) in its
 * binary version: per image a byte for the class, then planes of 32×32 bytes for red, green and
 * blue.
 */
final class Cifar10 implements FileSource {

  private static final int SIDE = 32;
  private static final int PLANE = SIDE * SIDE;
  private static final int RECORD = 1 + 3 * PLANE;
  private static final int MOST_IMAGES = 60_000;

  private static final List<String> LABELS =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  private static final String FOLDER = "cifar-10-batches-bin";
  private static final String TEST = "test_batch.bin";

  /** In DJL's repository the five are one. */
  private static final String ALL = "data_batch.bin";

  private static final List<String> PARTS =
      List.of(
          "data_batch_1.bin",
          "data_batch_2.bin",
          "data_batch_3.bin",
          "data_batch_4.bin",
          "data_batch_5.bin");

  /** Of the training images, as published with many a CIFAR-10 network. */
  private static final Normalization NORMALIZATION =
      Normalization.of(
          new float[] {0.4914f, 0.4822f, 0.4465f}, new float[] {0.2470f, 0.2435f, 0.2616f});

  @Override
  public String name() {
    return "cifar10";
  }

  @Override
  public String title() {
    return "CIFAR-10";
  }

  @Override
  public String artifactId() {
    return "cifar10";
  }

  @Override
  public String wayOut() {
    return "get the binary version from https://www.cs.toronto.edu/~kriz/cifar.html, unpack it and"
        + " pass the folder with --data, or set FLORA_DATA to the folder above cifar10";
  }

  @Override
  public boolean isIn(Path folder) {
    return Files.exists(folder.resolve(TEST)) || Files.exists(folder.resolve(FOLDER));
  }

  @Override
  public ImageDataset read(Path folder, String origin, boolean published) throws DataException {
    Path files = Files.isDirectory(folder.resolve(FOLDER)) ? folder.resolve(FOLDER) : folder;
    boolean one = Files.exists(files.resolve(ALL));
    return new ImageDataset(
        name(),
        Source.REAL,
        origin,
        LABELS,
        images(files, one ? List.of(ALL) : PARTS),
        images(files, List.of(TEST)),
        NORMALIZATION,
        null);
  }

  private ImageSet images(Path folder, List<String> names) throws DataException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Path file : names.stream().map(folder::resolve).toList()) {
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(RECORD * MOST_IMAGES + 1);
        if (bytes.length == 0 || bytes.length % RECORD != 0) {
          throw new DataException(
              "%s: %s isn't a whole number of images of %d bytes; %s"
                  .formatted(title(), file, RECORD, wayOut()));
        }
        all.write(bytes);
      } catch (DataException e) {
        throw e;
      } catch (IOException e) {
        throw new DataException(
            "%s: %s doesn't exist or can't be read; %s".formatted(title(), file, wayOut()), e);
      }
    }
    return interleaved(folder, all.toByteArray());
  }

  private ImageSet interleaved(Path folder, byte[] records) throws DataException {
    int count = records.length / RECORD;
    int[] labels = new int[count];
    byte[] pixels = new byte[count * 3 * PLANE];
    for (int i = 0; i < count; i++) {
      int at = i * RECORD;
      labels[i] = records[at] & 0xff;
      if (labels[i] >= LABELS.size()) {
        throw new DataException(
            "%s: %s has an image of class %d, but the classes are 0 to 9; %s"
                .formatted(title(), folder, labels[i], wayOut()));
      }
      for (int p = 0; p < PLANE; p++) {
        for (int c = 0; c < 3; c++) {
          pixels[(i * PLANE + p) * 3 + c] = records[at + 1 + c * PLANE + p];
        }
      }
    }
    return ImageSet.wrap(pixels, labels, SIDE, SIDE, 3);
  }
}
