package io.github.flora.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.engine.Engine;
import io.github.flora.data.ImageSet;
import io.github.flora.data.SyntheticDigits;
import io.github.flora.trainer.cli.Main;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** A small network that learnt drawn digits, and some of them as pictures. */
final class DigitRun {

  private static final int TRAINING = 2_000;
  private static final int TEST = 100;

  private DigitRun() {}

  /**
   * Trains for five epochs.
   *
   * @param folder where data and run go
   * @return the run folder
   */
  static Path train(Path folder) throws IOException {
    Engine unused = Engine.getEngine("PyTorch");
    Path data = Files.createDirectories(folder.resolve("digits"));
    write(data, "train", SyntheticDigits.draw(1, 0, TRAINING));
    write(data, "t10k", SyntheticDigits.draw(1, TRAINING, TEST));
    Path run = folder.resolve("run");
    String line = "train mnist-mlp --epochs 5 --no-progress --data " + data + " --output " + run;
    assertEquals(0, Main.run(line.split(" ", -1)));
    return run;
  }

  /** Returns some digits as PNG files. */
  static List<byte[]> pictures(int count) {
    ImageSet digits = SyntheticDigits.draw(1, 0, count);
    return IntStream.range(0, count).mapToObj(i -> png(digits.pixels(i))).toList();
  }

  private static byte[] png(byte[] pixels) {
    BufferedImage image = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setDataElements(0, 0, 28, 28, pixels);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return bytes.toByteArray();
  }

  /** Writes images and labels as MNIST's files. */
  private static void write(Path folder, String name, ImageSet images) throws IOException {
    int size = images.height() * images.width();
    ByteBuffer pixels = ByteBuffer.allocate(16 + images.size() * size);
    pixels.putInt(0x803).putInt(images.size()).putInt(images.height()).putInt(images.width());
    ByteBuffer labels = ByteBuffer.allocate(8 + images.size());
    labels.putInt(0x801).putInt(images.size());
    for (int i = 0; i < images.size(); i++) {
      images.copyPixels(i, pixels);
      labels.put((byte) images.label(i));
    }
    Files.write(folder.resolve(name + "-images-idx3-ubyte"), pixels.array());
    Files.write(folder.resolve(name + "-labels-idx1-ubyte"), labels.array());
  }
}
