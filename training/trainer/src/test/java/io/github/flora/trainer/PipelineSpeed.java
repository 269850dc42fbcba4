package io.github.flora.trainer;

import ai.djl.ndarray.NDManager;
import io.github.flora.data.Augmentation;
import io.github.flora.data.Batch;
import io.github.flora.data.Batches;
import io.github.flora.data.DataRequest;
import io.github.flora.data.ImageDataset;
import io.github.flora.data.ImageDatasets;
import io.github.flora.data.PhotoOptions;
import io.github.flora.data.Sampling;
import io.github.flora.engine.Engines;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import java.util.stream.DoubleStream;
import javax.imageio.ImageIO;

/**
 * Images per second that the way from files to batches feeds, without a network: read, decoded,
 * cropped, augmented, gathered and normalised as {@code train photos-resnet18} has it done, 224×224
 * in batches of 32. Built with {@code mvn -DskipTests package}, run with:
 *
 * <pre>
 * m=training/trainer/target
 * OMP_WAIT_POLICY=PASSIVE \
 *   java -XX:+UseSerialGC -cp "$(echo $m/flora-trainer-*.jar):$m/test-classes:$(cat $m/classpath)" \
 *   io.github.flora.trainer.PipelineSpeed PyTorch 5 DATA
 * </pre>
 *
 * <p>DATA is a data set as for {@code --data}, or the name of a folder that isn't there yet: 640
 * photographs of 500×667 are drawn into it. {@code -Dcache=MIB} keeps decoded images, {@code
 * -Daugment=LIST} is another augmentation, {@code -Dflora.workers=N} another number of threads.
 */
final class PipelineSpeed {

  private static final int IMAGES = 640;
  private static final int WIDTH = 500;
  private static final int HEIGHT = 667;

  private PipelineSpeed() {}

  /**
   * Prints the images per second of every epoch after one of warming up, and their median.
   *
   * @param args the engine's name, the number of epochs, the data
   * @throws IOException if there are no data
   */
  public static void main(String[] args) throws IOException {
    String engine = Engines.choose(args[0]);
    int epochs = Integer.parseInt(args[1]);
    Path data = Path.of(args[2]);
    Engines.trainingSupport(engine).configureThreads(Runtime.getRuntime().availableProcessors());
    if (!Files.exists(data)) {
      draw(data);
    }
    Hyperparameters recipe = Recipes.get("photos-resnet18").defaults();
    PhotoOptions size = recipe.photos();
    PhotoOptions options =
        new PhotoOptions(size.imageSize(), size.cropShare(), false, Integer.getInteger("cache", 0));
    long begin = System.nanoTime();
    ImageDataset dataset =
        ImageDatasets.load(new DataRequest("flowers102", data, false, 0, options));
    System.out.printf(
        Locale.ROOT,
        "%s: %d images to train on; started in %.1f s%n",
        data,
        dataset.train().size(),
        (System.nanoTime() - begin) / 1e9);
    String augment = System.getProperty("augment", recipe.augment());
    Batches batches =
        new Batches(
            dataset.train(),
            dataset.normalization(),
            recipe.batchSize(),
            Augmentation.parse(augment, dataset.train()),
            Sampling.EACH_ONCE);
    double[] speeds = new double[epochs];
    try (NDManager manager = NDManager.newBaseManager(null, engine)) {
      for (int epoch = -1; epoch < epochs; epoch++) {
        long start = System.nanoTime();
        int images = 0;
        for (Batch batch : batches.shuffled(manager, epoch)) {
          try (batch) {
            images += batch.size();
          }
        }
        if (epoch >= 0) {
          speeds[epoch] = images / ((System.nanoTime() - start) / 1e9);
          System.out.printf(Locale.ROOT, "%.1f%n", speeds[epoch]);
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s %d px, augment %s, cache %d MiB: median %.1f images/s%n",
        engine,
        options.imageSize(),
        augment,
        options.cacheMegabytes(),
        DoubleStream.of(speeds).sorted().skip(epochs / 2).findFirst().orElseThrow());
  }

  /** Draws overlapping discs with some noise: a file has some 40 KB. */
  private static void draw(Path folder) throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < IMAGES; i++) {
      BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = image.createGraphics();
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      for (int disc = 0; disc < 400; disc++) {
        int diameter = 5 + random.nextInt(120);
        graphics.setColor(new Color(random.nextInt(1 << 24)));
        graphics.fillOval(
            random.nextInt(WIDTH) - 40, random.nextInt(HEIGHT) - 40, diameter, diameter);
      }
      graphics.dispose();
      for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
          image.setRGB(x, y, image.getRGB(x, y) ^ random.nextInt(8) * 0x010101);
        }
      }
      Path own = Files.createDirectories(folder.resolve(i % 2 == 0 ? "even" : "odd"));
      ImageIO.write(image, "jpg", own.resolve("%04d.jpg".formatted(i)).toFile());
    }
  }
}
