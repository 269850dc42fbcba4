package io.github.flora.trainer;

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
import io.github.flora.trainer.run.RunFolder;
import java.awt.Point;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contact sheet beside what really arrives at a network. */
final class BatchPictureTest {

  private static final int BATCH = 8;
  private static final int SIDE = 32;

  /** Whole pixels that an image of that size is enlarged to. */
  private static final int SCALE = 4;

  private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
  private static final float[] DEVIATION = {0.229f, 0.224f, 0.225f};

  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"none", "strong"})
  void showsWhatTheNetworkSees(String augment) throws IOException {
    AtomicReference<float[]> seen = new AtomicReference<>();
    Network spy =
        Network.of(
            "spy",
            classes ->
                new SequentialBlock()
                    .add(inputs -> look(inputs, seen))
                    .add(Blocks.batchFlattenBlock())
                    .add(Linear.builder().setUnits(classes).build()));
    for (int i = 0; i < 40; i++) {
      PhotoFiles.write(temp.resolve("photos").resolve(i % 2 == 0 ? "a" : "b"), "photo.jpg", i);
    }
    PhotoOptions options = new PhotoOptions(SIDE, 0.875, true, 1);
    ImageDataset photos =
        ImageDatasets.load(new DataRequest("photos", temp.resolve("photos"), false, 0, options));
    Hyperparameters how = SmallData.quick(1, BATCH).toBuilder().optAugment(augment).build();
    Training training =
        new Training(
            Recipes.get("photos-resnet18").withNetwork("spy"),
            spy,
            how,
            photos,
            SmallData.pytorch().getEngineName(),
            Device.cpu(),
            2,
            7);
    Path png = temp.resolve("batch.png");
    training.showBatch(png);
    try (RunFolder folder = RunFolder.create(temp.resolve("run"), false)) {
      training.run(folder, List.of(), () -> false);
    }
    BufferedImage sheet = ImageIO.read(png.toFile());
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
