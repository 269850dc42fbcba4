package io.github.flora.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A published data set in MNIST's four IDX files: all that tells one from another.
 *
 * @param name what users call it
 * @param title what its authors call it
 * @param artifactId its name in DJL's repository
 * @param labels the class names
 * @param md5 digests of the unpacked files by base name; a download must have them
 * @param website where the four files are
 */
record IdxSource(
    String name,
    String title,
    String artifactId,
    List<String> labels,
    Map<String, String> md5,
    String website)
    implements FileSource {

  static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
  static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
  static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
  static final String TEST_LABELS = "t10k-labels-idx1-ubyte";

  static final List<String> FILES = List.of(TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS);

  static final IdxSource MNIST =
      new IdxSource(
          "mnist",
          "MNIST",
          "mnist",
          SyntheticDigits.LABELS,
          Map.of(
              TRAIN_IMAGES, "6bbc9ace898e44ae57da46a324031adb",
              TRAIN_LABELS, "a25bea736e30d166cdddb491f175f624",
              TEST_IMAGES, "2646ac647ad5339dbf082846283269ea",
              TEST_LABELS, "27ae3e4e09519cfbb04c329615203637"),
          "https://storage.googleapis.com/cvdf-datasets/mnist/");

  /** Xiao, Rasul, Vollgraf 2017. Its downloads are checked by the repository's own SHA-1 only. */
  static final IdxSource FASHION_MNIST =
      new IdxSource(
          "fashion-mnist",
          "Fashion-MNIST",
          "fashmnist",
          List.of(
              "T-shirt/top",
              "Trouser",
              "Pullover",
              "Dress",
              "Coat",
              "Sandal",
              "Shirt",
              "Sneaker",
              "Bag",
              "Ankle boot"),
          Map.of(),
          "https://github.com/zalandoresearch/fashion-mnist/tree/master/data/fashion");

  @Override
  public String wayOut() {
    return "get the four IDX files from %s into a folder and pass it with --data, or set FLORA_DATA"
            .formatted(website)
        + " to the folder above "
        + name;
  }

  @Override
  public boolean isIn(Path folder) {
    return FILES.stream().flatMap(base -> candidates(folder, base)).anyMatch(Files::exists);
  }

  @Override
  public ImageDataset read(Path folder, String origin, boolean published) throws DataException {
    if (!Files.isDirectory(folder)) {
      throw new DataException(
          "%s: %s %s; %s"
              .formatted(
                  title,
                  folder,
                  Files.exists(folder) ? "isn't a folder" : "doesn't exist or can't be read",
                  wayOut()));
    }
    return new ImageDataset(
        name,
        Source.REAL,
        origin,
        labels,
        part(folder, TRAIN_IMAGES, TRAIN_LABELS, published),
        part(folder, TEST_IMAGES, TEST_LABELS, published),
        Normalization.UNIT,
        null);
  }

  private ImageSet part(Path folder, String images, String labelFile, boolean published)
      throws DataException {
    return IdxReader.read(
        find(folder, images),
        find(folder, labelFile),
        labels.size(),
        published ? md5.get(images) : null,
        published ? md5.get(labelFile) : null);
  }

  private Path find(Path folder, String base) throws DataException {
    return candidates(folder, base)
        .filter(Files::exists)
        .findFirst()
        .orElseThrow(
            () ->
                new DataException(
                    "%s: %s has no file %s or %s.gz; %s"
                        .formatted(title, folder, base, base, wayOut())));
  }

  /** Both spellings in use: LeCun's page linked to the first, unpackers write the second. */
  private static Stream<Path> candidates(Path folder, String base) {
    String dotted = base.replace("-idx", ".idx");
    return Stream.of(base, base + ".gz", dotted, dotted + ".gz").map(folder::resolve);
  }
}
