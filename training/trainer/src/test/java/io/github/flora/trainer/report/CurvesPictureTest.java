package io.github.flora.trainer.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Rectangle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CurvesPictureTest {

  /** The panels without title and legend, whose line samples have the curves' colours too. */
  private static final Rectangle LEFT = new Rectangle(0, 50, 600, 320);

  private static final Rectangle RIGHT = new Rectangle(600, 50, 600, 320);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 10, 41, 100})
  void bothCurvesAndTheBestEpochShowInBothPanels(int epochs) throws IOException {
    Pixels picture = draw(run(epochs, true));
    assertEquals(1200, picture.width());
    assertEquals(450, picture.height());
    assertTrue(picture.hasCleanEdges());
    for (Rectangle panel : List.of(LEFT, RIGHT)) {
      assertTrue(picture.count(CurvesPicture.TRAINING, panel) > 8, "training");
      assertTrue(picture.count(CurvesPicture.VALIDATION, panel) > 8, "validation");
      assertTrue(picture.count(CurvesPicture.BEST, panel) > 8, "best");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10})
  void withoutValidationThereIsOneCurve(int epochs) throws IOException {
    Pixels picture = draw(run(epochs, false));
    for (Rectangle panel : List.of(LEFT, RIGHT)) {
      assertTrue(picture.count(CurvesPicture.TRAINING, panel) > 8);
    }
    assertEquals(0, picture.count(CurvesPicture.VALIDATION, picture.all()));
    assertEquals(0, picture.count(CurvesPicture.BEST, picture.all()));
  }

  @Test
  void fallingLossRunsFromTopLeftToBottomRight() throws IOException {
    Pixels picture = draw(run(10, false));
    int[] lossHeights = heights(picture, CurvesPicture.TRAINING, LEFT);
    assertTrue(lossHeights[0] < lossHeights[1] - 150);
    int[] accuracyHeights = heights(picture, CurvesPicture.TRAINING, RIGHT);
    assertTrue(accuracyHeights[0] > accuracyHeights[1] + 150);
  }

  @Test
  void divergedEpochsLeaveAGap() throws IOException {
    List<Epoch> epochs = new ArrayList<>(run(5, true));
    epochs.set(3, new Epoch(4, Double.NaN, 0.1, Double.POSITIVE_INFINITY, 0.1, 0.1, 1, 1));
    epochs.set(4, new Epoch(5, Double.NaN, 0.1, Double.NaN, 0.1, 0.1, 1, 1));
    Pixels picture = draw(epochs);
    Rectangle firstHalf = new Rectangle(LEFT.x, LEFT.y, 350, LEFT.height);
    long all = picture.count(CurvesPicture.TRAINING, LEFT);
    assertTrue(all > 8);
    assertEquals(all, picture.count(CurvesPicture.TRAINING, firstHalf));
  }

  @Test
  void epochsWithoutValidationLeaveNoGap() throws IOException {
    List<Epoch> epochs = new ArrayList<>(run(5, true));
    for (int i = 1; i < 4; i++) {
      double nan = Double.NaN;
      epochs.set(i, new Epoch(i + 1, 1, 0.5, nan, nan, 0.1, 1, 1));
    }
    Rectangle middle = new Rectangle(LEFT.x + LEFT.width / 2 - 20, LEFT.y, 40, LEFT.height);
    assertTrue(draw(epochs).count(CurvesPicture.VALIDATION, middle) > 8);
  }

  @Test
  void nothingFiniteGivesEmptyPanels() throws IOException {
    double nan = Double.NaN;
    Pixels picture = draw(List.of(new Epoch(1, nan, nan, nan, nan, 1, 1, 1)));
    assertEquals(0, picture.count(CurvesPicture.TRAINING, picture.all()));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-12, 2.3, 1e30, 3e300})
  void extremeAndConstantLosses(double loss) throws IOException {
    Epoch first = new Epoch(1, loss, 1, loss, 1, 1, 1, 1);
    Epoch second = new Epoch(2, loss, 1, loss * 2, 1, 1, 1, 1);
    assertTrue(picture(first, second).count(CurvesPicture.VALIDATION, LEFT) > 8);
    assertTrue(picture(second, new Epoch(3, loss, 1, loss * 2, 1, 1, 1, 1)).hasCleanEdges());
  }

  @Test
  void longTitleIsCut() throws IOException {
    Path png = folder.resolve("curves.png");
    CurvesPicture.write(png, "a long title ".repeat(40), run(2, true));
    assertTrue(Pixels.read(png).hasCleanEdges());
  }

  @Test
  void noEpochs() {
    assertThrows(
        IllegalArgumentException.class,
        () -> CurvesPicture.write(folder.resolve("curves.png"), "none", List.of()));
  }

  private Pixels picture(Epoch... epochs) throws IOException {
    return draw(List.of(epochs));
  }

  private Pixels draw(List<Epoch> epochs) throws IOException {
    Path png = folder.resolve("curves.png");
    CurvesPicture.write(png, "mnist-cnn", epochs);
    return Pixels.read(png);
  }

  /** How far down a curve starts and ends, in pixels. */
  private static int[] heights(Pixels picture, Color colour, Rectangle panel) {
    List<int[]> points = new ArrayList<>();
    for (int x = panel.x; x < panel.x + panel.width; x++) {
      for (int y = panel.y; y < panel.y + panel.height; y++) {
        if (picture.at(x, y) == (colour.getRGB() & 0xFFFFFF)) {
          points.add(new int[] {x, y});
        }
      }
    }
    return new int[] {points.get(0)[1], points.get(points.size() - 1)[1]};
  }

  private static List<Epoch> run(int count, boolean validated) {
    List<Epoch> epochs = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      double loss = 0.01 + 0.4 * Math.exp(-4.0 * i / (count + 1));
      double accuracy = 1 - loss / 4;
      epochs.add(
          new Epoch(
              i,
              loss,
              accuracy,
              validated ? loss + 0.05 : Double.NaN,
              validated ? accuracy - 0.01 : Double.NaN,
              0.001,
              10,
              5000));
    }
    return epochs;
  }
}
