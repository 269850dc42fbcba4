package io.github.flora.export;

import static io.github.flora.export.Ended.flora;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import io.github.flora.data.DataRequest;
import io.github.flora.data.ImageDataset;
import io.github.flora.data.ImageDatasets;
import io.github.flora.data.ImageSet;
import io.github.flora.trainer.Predictions;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.TrainedModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Networks trained for an epoch on two thousand digits say the same of every test image as block
 * and as file: of MNIST's ten thousand where {@code FLORA_DATA} has them, else of drawn digits.
 */
abstract class AbstractTestImagesTest {

  private static final int TRAINING = 2_000;

  @TempDir static Path data;
  @TempDir Path temp;

  private final String engine;

  AbstractTestImagesTest(String engine) {
    this.engine = engine;
  }

  /** The beginning of the training images, and all test images, as MNIST's four files. */
  @BeforeAll
  static void writeData() throws IOException {
    ImageDataset all = ImageDatasets.load(new DataRequest("mnist", null, true, 1));
    System.out.println("test images: " + all.test().size() + ", " + all.source());
    write("train", all.train().select(IntStream.range(0, TRAINING).toArray()));
    write("t10k", all.test());
  }

  private static void write(String name, ImageSet images) throws IOException {
    int size = images.height() * images.width();
    ByteBuffer pixels = ByteBuffer.allocate(16 + images.size() * size);
    pixels.putInt(0x803).putInt(images.size()).putInt(images.height()).putInt(images.width());
    ByteBuffer labels = ByteBuffer.allocate(8 + images.size());
    labels.putInt(0x801).putInt(images.size());
    for (int i = 0; i < images.size(); i++) {
      images.copyPixels(i, pixels);
      labels.put((byte) images.label(i));
    }
    Files.write(data.resolve(name + "-images-idx3-ubyte"), pixels.array());
    Files.write(data.resolve(name + "-labels-idx1-ubyte"), labels.array());
  }

  @AfterEach
  void forgetEngine() {
    System.setProperty("ai.djl.default_engine", "PyTorch");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlp", "cnn", "lenet5"})
  void saysTheSameOfEveryImage(String network) throws IOException {
    trainAndCompare(network);
  }

  @Test
  @Tag("slow")
  void resnet18SaysTheSameOfEveryImage() throws IOException {
    trainAndCompare("resnet18");
  }

  private void trainAndCompare(String network) throws IOException {
    Path run = temp.resolve(network);
    flora(
            "train",
            "mnist-cnn",
            "--model",
            network,
            "--engine",
            engine,
            "--data",
            data,
            "--epochs",
            1,
            "--output",
            run,
            "--no-progress")
        .succeeded();
    flora("export", run).succeeded();
    ImageSet test = ImageDatasets.load(new DataRequest("mnist", data, false, 1)).test();
    try (RunFolder folder = RunFolder.open(run);
        TrainedModel block = TrainedModel.load(folder, engine, Device.cpu());
        TrainedModel file = new OnnxRuntimeLoader().load(folder, Device.cpu(), 2)) {
      int margin = folder.model().margin();
      ImageSet images = margin == 0 ? test : test.padded(margin);
      ImageSet few = images.select(IntStream.range(0, 64).toArray());
      for (int batch : new int[] {1, 7, 64}) {
        compare(block.predict(few, batch), file.predict(few, batch), 64);
      }
      compare(block.predict(images, 128), file.predict(images, 100), images.size());
    }
  }

  private static void compare(Predictions expected, Predictions actual, int images) {
    assertEquals(images, actual.size());
    double difference = 0;
    double largest = 0;
    for (int i = 0; i < images; i++) {
      int best = expected.top1(i);
      int given = actual.top1(i);
      boolean tie = Math.abs(expected.logit(i, best) - expected.logit(i, given)) <= 1e-5;
      assertTrue(tie || best == given, "image " + i);
      for (int c = 0; c < 10; c++) {
        float logit = expected.logit(i, c);
        difference = Math.max(difference, Math.abs(logit - actual.logit(i, c)));
        largest = Math.max(largest, Math.abs(logit));
      }
    }
    assertTrue(difference <= 1e-4 * largest, difference + " of " + largest);
  }
}
