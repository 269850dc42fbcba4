package io.github.flora.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import io.github.flora.data.ImageDataset;
import io.github.flora.trainer.Corners;
import io.github.flora.trainer.Hyperparameters;
import io.github.flora.trainer.Recipe;
import io.github.flora.trainer.SmallData;
import io.github.flora.trainer.Training;
import io.github.flora.trainer.run.RunFolder;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code predict --explain} draws, of images whose evidence lies at a known place. */
final class ExplainedPictureTest {

  private static final int TEST = 8;

  /** Whole pixels that a pixel of an image is enlarged to. */
  private static final int SCALE = 5;

  /** From an image to what lies beside it. */
  private static final int ACROSS = 160;

  private static final Corners CORNERS = Corners.draw(TEST, 2);

  @TempDir static Path shared;

  @TempDir Path temp;

  /** Trains networks; LeNet-5 gives images a margin, which has to be gone from the map. */
  @BeforeAll
  static void train() throws IOException {
    ImageDataset data = CORNERS.asTestOf(Corners.draw(400, 1));
    Hyperparameters how = SmallData.quick(4, 32);
    String engine = SmallData.pytorch().getEngineName();
    for (String network : List.of("lenet5", "mlp")) {
      Recipe recipe = new Recipe("corners", "corners", network, false, how);
      try (RunFolder folder = RunFolder.create(shared.resolve(network), false)) {
        new Training(recipe, how, data, engine, Device.cpu(), 2, 1)
            .run(folder, List.of(), () -> false);
      }
    }
    for (int i = 0; i < TEST; i++) {
      BufferedImage image =
          new BufferedImage(Corners.SIDE, Corners.SIDE, BufferedImage.TYPE_BYTE_GRAY);
      for (int p = 0; p < Corners.SIDE * Corners.SIDE; p++) {
        image.getRaster().setSample(p % Corners.SIDE, p / Corners.SIDE, 0, grey(i, p));
      }
      Path folder = Files.createDirectories(shared.resolve("images"));
      assertTrue(ImageIO.write(image, "png", folder.resolve(i + ".png").toFile()));
    }
  }

  @ParameterizedTest
  @CsvSource({"lenet5, PyTorch", "lenet5, TensorFlow", "mlp, PyTorch"})
  void theMapLiesOverItsImageAndIsHotWhereTheEvidenceIs(String network, String engine)
      throws IOException {
    Path picture = temp.resolve("answers.png");
    Cli cli =
        Cli.line(
                "predict %s %s --top 1 --explain --engine %s --output %s"
                    .formatted(shared.resolve(network), shared.resolve("images"), engine, picture))
            .succeeded();
    List<String> said = cli.out().lines().toList();
    BufferedImage sheet = ImageIO.read(temp.resolve("answers.explained.png").toFile());
    for (int i = 0; i < TEST; i++) {
      String answer = CORNERS.asTestOf(CORNERS).labels().get(i % 4);
      assertTrue(said.get(1 + i).contains("%d.png: %s ".formatted(i, answer)), cli.out());
      int[] place = find(i, sheet);
      int x = place[0] + ACROSS;
      int y = place[1];
      double down = 0;
      double across = 0;
      int hot = 0;
      for (int p = 0; p < Corners.SIDE * Corners.SIDE; p++) {
        int row = p / Corners.SIDE;
        int column = p % Corners.SIDE;
        int rgb = sheet.getRGB(x + column * SCALE, y + row * SCALE);
        int red = rgb >> 16 & 0xff;
        if (red - (rgb >> 8 & 0xff) > 60 && red - (rgb & 0xff) > 60) {
          hot++;
          down += row + 0.5;
          across += column + 0.5;
        }
        // Half of what is drawn is the image, and no colour of the map has less than nothing.
        assertTrue((rgb & 0xff) >= grey(i, p) / 2, "image %d shines through".formatted(i));
      }
      assertTrue(hot > 0, "image %d has no hot place".formatted(i));
      // Two pixels more than half a square: what a place of the last convolution sees.
      double reach = Corners.SQUARE / 2.0 + 2;
      assertEquals(CORNERS.tops()[i] + Corners.SQUARE / 2.0, down / hot, reach, "image " + i);
      assertEquals(CORNERS.lefts()[i] + Corners.SQUARE / 2.0, across / hot, reach, "image " + i);
    }
  }

  private static int grey(int image, int pixel) {
    return CORNERS.images().pixels(image)[pixel] & 0xff;
  }

  /** Where an image lies in a picture, by its pixels: column and row. */
  private static int[] find(int image, BufferedImage sheet) {
    for (int y = 0; y + Corners.SIDE * SCALE <= sheet.getHeight(); y++) {
      for (int x = 0; x + ACROSS + Corners.SIDE * SCALE <= sheet.getWidth(); x++) {
        int matching = 0;
        while (matching < Corners.SIDE * Corners.SIDE
            && (sheet.getRGB(
                        x + matching % Corners.SIDE * SCALE, y + matching / Corners.SIDE * SCALE)
                    & 0xffffff)
                == grey(image, matching) * 0x010101) {
          matching++;
        }
        if (matching == Corners.SIDE * Corners.SIDE) {
          return new int[] {x, y};
        }
      }
    }
    throw new AssertionError("image %d isn't in the picture".formatted(image));
  }
}
