package io.github.flora.trainer;

import ai.djl.engine.Engine;
import io.github.flora.data.ImageDataset;
import io.github.flora.data.ImageSet;
import io.github.flora.data.Normalization;
import io.github.flora.data.Source;
import io.github.flora.data.SyntheticDigits;
import io.github.flora.engine.Engines;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** A few hundred drawn digits, in memory or as MNIST's four files. */
public final class SmallData {

  private static final int IMAGES_MAGIC = 0x0803;
  private static final int LABELS_MAGIC = 0x0801;

  private SmallData() {}

  /** PyTorch, chosen as the command line does, before anything else of DJL runs. */
  public static Engine pytorch() {
    return engine("PyTorch");
  }

  /** An engine by its name; DJL's default is PyTorch in all tests, whatever they ask for. */
  public static Engine engine(String name) {
    String unused = Engines.choose("PyTorch");
    return Engine.getEngine(name);
  }

  public static ImageDataset dataset(int train, int test) {
    return new ImageDataset(
        "mnist",
        Source.REAL,
        "a test",
        IntStream.range(0, 10).mapToObj(Integer::toString).toList(),
        SyntheticDigits.draw(5, 0, train),
        SyntheticDigits.draw(5, train, test),
        Normalization.UNIT,
        null);
  }

  /**
   * Writes the four files of MNIST or Fashion-MNIST, gzipped, into a folder.
   *
   * @param folder is created
   * @return the folder
   */
  public static Path write(Path folder, int train, int test) throws IOException {
    Files.createDirectories(folder);
    ImageDataset data = dataset(train, test);
    write(folder, "train", data.train());
    write(folder, "t10k", data.test());
    return folder;
  }

  private static void write(Path folder, String part, ImageSet set) throws IOException {
    ByteBuffer images = ByteBuffer.allocate(16 + set.size() * 28 * 28);
    images.putInt(IMAGES_MAGIC).putInt(set.size()).putInt(28).putInt(28);
    ByteBuffer labels = ByteBuffer.allocate(8 + set.size());
    labels.putInt(LABELS_MAGIC).putInt(set.size());
    for (int i = 0; i < set.size(); i++) {
      set.copyPixels(i, images);
      labels.put((byte) set.label(i));
    }
    gzip(folder.resolve(part + "-images-idx3-ubyte.gz"), images.array());
    gzip(folder.resolve(part + "-labels-idx1-ubyte.gz"), labels.array());
  }

  private static void gzip(Path file, byte[] content) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(content);
    }
  }

  /** Hyperparameters for a data set that small. */
  public static Hyperparameters quick(int epochs, int batchSize) {
    return hyperparameters(epochs, batchSize, "adam", 1e-3, 0.2, null, false);
  }

  /** Hyperparameters of which only these differ from the tutorials'. */
  public static Hyperparameters hyperparameters(
      int epochs,
      int batchSize,
      String optimizer,
      double learningRate,
      double validationSplit,
      @Nullable Double dropout,
      boolean batchNorm) {
    return Hyperparameters.builder()
        .optEpochs(epochs)
        .optBatchSize(batchSize)
        .optOptimizer(optimizer)
        .optLearningRate(learningRate)
        .optValidationSplit(validationSplit)
        .optDropout(dropout)
        .optBatchNorm(batchNorm)
        .build();
  }

  /** Names of the files below a folder, sorted, with slashes. */
  public static List<String> files(Path folder) throws IOException {
    try (var walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString().replace('\\', '/'))
          .sorted()
          .toList();
    }
  }
}
