package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import io.github.flora.data.DataRequest;
import io.github.flora.data.ImageDataset;
import io.github.flora.data.ImageDatasets;
import io.github.flora.data.PhotoFiles;
import io.github.flora.data.PhotoOptions;
import io.github.flora.models.Network;
import io.github.flora.trainer.report.Gallery;
import io.github.flora.trainer.report.Tile;
import io.github.flora.trainer.run.RunFolder;
import java.awt.Point;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contact sheet beside what really arrives at a network. */
final class BatchPictureTest {

  private static final int BATCH = 8;
  private static final int SIDE = 32;

  /** Whole pixels that an image of that size is enlarged to. */
  private static final int SCALE = 4;

  private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
  private static final float[] DEVIATION = {0.229f, 0.224f, 0.225f};

  @TempDir Path temp;

  private final AtomicReference<float[]> seen = new AtomicReference<>();

  /** Hands on to a small network what it keeps of the first batch. */
  private final Network spy =
      Network.of(
          "spy",
          classes ->
              new SequentialBlock()
                  .add(inputs -> look(inputs, seen))
                  .add(Blocks.batchFlattenBlock())
                  .add(Linear.builder().setUnits(4).build())
                  .add(Linear.builder().setUnits(classes).build()));

  private Training training(Hyperparameters how) throws IOException {
    PhotoOptions options = new PhotoOptions(SIDE, 0.875, true, 1);
    ImageDataset photos =
        ImageDatasets.load(new DataRequest("photos", temp.resolve("photos"), false, 0, options));
    return new Training(
        Recipes.get("photos-resnet18").withNetwork("spy"),
        spy,
        how,
        photos,
        SmallData.pytorch().getEngineName(),
        Device.cpu(),
        2,
        7);
  }

  /** Draws the first batch, and then trains for the network to see it. */
  private BufferedImage sheet(Hyperparameters how) throws IOException {
    Path png = temp.resolve("batch.png");
    training(how).showBatch(png);
    train("run", how);
    return ImageIO.read(png.toFile());
  }

  private void train(String run, Hyperparameters how) throws IOException {
    seen.set(null);
    try (RunFolder folder = RunFolder.create(temp.resolve(run), false)) {
      training(how).run(folder, List.of(), () -> false);
    }
  }

  /** A frozen backbone sees the images as they are, whatever happens to its features. */
  private Hyperparameters.Builder how(String freeze) throws IOException {
    Hyperparameters.Builder how = SmallData.quick(1, BATCH).toBuilder();
    if (!freeze.equals("none")) {
      train("before", how.build());
      Path weights = temp.resolve("before/model/model.safetensors");
      how.optFineTuning(FineTuning.NONE.withPretrained(weights.toString()).withFreeze(freeze));
    }
    return how;
  }

  @ParameterizedTest
  @CsvSource({
    "none, 0, none",
    "strong, 0, none",
    "standard, 0.4, none",
    "strong, 0.4, backbone",
    "strong, 0, backbone:1"
  })
  void showsWhatTheNetworkSees(String augment, double mixup, String freeze) throws IOException {
    for (int i = 0; i < 40; i++) {
      PhotoFiles.write(temp.resolve("photos").resolve(i % 2 == 0 ? "a" : "b"), "photo.jpg", i);
    }
    BufferedImage sheet = sheet(how(freeze).optAugment(augment).optMixup(mixup).build());
    Set<Point> places = new HashSet<>();
    for (int n = 0; n < BATCH; n++) {
      int[] image = colours(Objects.requireNonNull(seen.get()), n);
      assertTrue(IntStream.of(image).distinct().count() > 20, "it would be found anywhere");
      Optional<Point> place = find(image, sheet);
      assertTrue(place.isPresent(), "image " + n + " isn't in the picture");
      places.add(place.get());
    }
    assertEquals(BATCH, places.size());
  }

  /** Photographs of one class are black, of the other white: a mixture is as light as its share. */
  @ParameterizedTest
  @CsvSource({"0, none", "1, none", "1, backbone"})
  void captionsSayWhatTheImagesShow(double mixup, String freeze) throws IOException {
    for (int i = 0; i < 40; i++) {
      BufferedImage image = new BufferedImage(40 + i, 40, BufferedImage.TYPE_INT_RGB);
      if (i % 2 == 1) {
        image.createGraphics().fillRect(0, 0, 40 + i, 40);
      }
      Path folder = temp.resolve("photos").resolve(i % 2 == 1 ? "white" : "black");
      Files.createDirectories(folder);
      assertTrue(ImageIO.write(image, "png", folder.resolve(i + ".png").toFile()));
    }
    BufferedImage sheet = sheet(how(freeze).optMixup(mixup).build());
    boolean mixes = mixup > 0 && freeze.equals("none");
    Set<String> captions = new TreeSet<>();
    List<Tile> tiles = new ArrayList<>();
    float[] batch = Objects.requireNonNull(seen.get());
    for (int n = 0; n < BATCH; n++) {
      double white = batch[n * 3 * SIDE * SIDE] * DEVIATION[0] + MEAN[0];
      String caption = white > 0.5 ? "white" : "black";
      if (mixes) {
        caption =
            white > 0.001 && white < 0.999
                ? "black %.0f %%, white %.0f %%".formatted(100 * (1 - white), 100 * white)
                : caption + " 100 %";
      }
      captions.add(caption);
      byte[] pixels = new byte[SIDE * SIDE * 3];
      Arrays.fill(pixels, (byte) Math.round(255 * white));
      tiles.add(new Tile(pixels, SIDE, SIDE, 3, caption, false));
    }
    // What isn't shuffled begins with one class.
    assertEquals(freeze.equals("none"), captions.size() > 1, captions::toString);
    assertEquals(mixes, captions.stream().anyMatch(c -> c.contains(", ")), captions::toString);
    Path expected = temp.resolve("expected.png");
    String title = "What photos-resnet18 sees: the first batch of epoch 1";
    Gallery.write(expected, title, tiles, "no images");
    assertArrayEquals(pixels(ImageIO.read(expected.toFile())), pixels(sheet), captions::toString);
  }

  private static int[] pixels(BufferedImage image) {
    return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
  }

  /** Keeps the first batch. */
  private static NDList look(NDList inputs, AtomicReference<float[]> seen) {
    NDArray images = inputs.singletonOrThrow();
    if (images.getShape().get(0) == BATCH) {
      seen.compareAndSet(null, images.toFloatArray());
    }
    return inputs;
  }

  /** Turns a network's input, 3×H×W, back into colours by ImageNet's figures. */
  private static int[] colours(float[] batch, int index) {
    int plane = SIDE * SIDE;
    int[] colours = new int[plane];
    for (int i = 0; i < plane; i++) {
      for (int c = 0; c < 3; c++) {
        float value = batch[(index * 3 + c) * plane + i] * DEVIATION[c] + MEAN[c];
        colours[i] = colours[i] << 8 | Math.round(255 * value);
      }
    }
    return colours;
  }

  private static Optional<Point> find(int[] image, BufferedImage sheet) {
    return IntStream.rangeClosed(0, sheet.getHeight() - SIDE * SCALE)
        .boxed()
        .flatMap(
            y ->
                IntStream.rangeClosed(0, sheet.getWidth() - SIDE * SCALE)
                    .mapToObj(x -> new Point(x, y)))
        .filter(place -> isAt(place, image, sheet))
        .findFirst();
  }

  private static boolean isAt(Point place, int[] image, BufferedImage sheet) {
    for (int i = 0; i < image.length; i++) {
      int x = place.x + i % SIDE * SCALE;
      int y = place.y + i / SIDE * SCALE;
      if ((sheet.getRGB(x, y) & 0xffffff) != image[i]) {
        return false;
      }
    }
    return true;
  }
}
