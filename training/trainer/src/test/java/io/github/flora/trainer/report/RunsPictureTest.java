package io.github.flora.trainer.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Rectangle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunsPictureTest {

  /** The panels without title and legend, whose line samples have the curves' colours too. */
  private static final Rectangle LEFT = new Rectangle(0, 50, 600, 320);

  private static final Rectangle RIGHT = new Rectangle(600, 50, 600, 320);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 10, 12})
  void everyRunShowsInBothPanelsAndInTheLegend(int count) throws IOException {
    Map<String, List<Epoch>> runs = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      runs.put("mnist-cnn-20260101-12000" + i, run(4 + 2 * i, 0.3 + 0.2 * i, true));
    }
    Pixels picture = draw(runs);
    assertEquals(1200, picture.width());
    assertTrue(picture.height() >= 450);
    assertTrue(picture.hasCleanEdges());
    Rectangle legend = new Rectangle(0, 420, 1200, picture.height() - 420);
    for (int i = 0; i < count; i++) {
      Color colour = RunsPicture.colour(i);
      for (Rectangle part : List.of(LEFT, RIGHT, legend)) {
        assertTrue(picture.count(colour, part) > 8, "validation of " + i + " in " + part);
      }
      for (Rectangle panel : List.of(LEFT, RIGHT)) {
        Color training = RunsPicture.lighter(colour);
        assertTrue(picture.count(training, panel) > 2, "training of " + i + " in " + panel);
      }
    }
  }

  @Test
  void withoutValidationThereAreTrainingCurvesOnly() throws IOException {
    Pixels picture = draw(Map.of("a", run(5, 1, false)));
    assertEquals(0, picture.count(RunsPicture.colour(0), LEFT));
    assertEquals(0, picture.count(RunsPicture.colour(0), RIGHT));
    assertTrue(picture.count(RunsPicture.lighter(RunsPicture.colour(0)), LEFT) > 8);
  }

  @Test
  void aShortRunEndsWhereItEnds() throws IOException {
    Map<String, List<Epoch>> runs = new LinkedHashMap<>();
    runs.put("long", run(20, 1, true));
    runs.put("short", run(5, 1.5, true));
    Pixels picture = draw(runs);
    Rectangle firstHalf = new Rectangle(LEFT.x, LEFT.y, 300, LEFT.height);
    long all = picture.count(RunsPicture.colour(1), LEFT);
    assertTrue(all > 8);
    assertEquals(all, picture.count(RunsPicture.colour(1), firstHalf));
  }

  @Test
  void aRunThatExplodedDoesNotFlattenTheOthers() throws IOException {
    Map<String, List<Epoch>> runs = new LinkedHashMap<>();
    runs.put("good", run(6, 1, true));
    runs.put("exploded", List.of(epoch(1, 2.3, 2.3), epoch(2, 1e6, 1e9), epoch(3, 1 / 0.0, 1)));
    Pixels picture = draw(runs);
    int top = LEFT.y + LEFT.height;
    int bottom = LEFT.y;
    for (int y = LEFT.y; y < LEFT.y + LEFT.height; y++) {
      if (picture.count(RunsPicture.colour(0), new Rectangle(0, y, 600, 1)) > 0) {
        top = Math.min(top, y);
        bottom = Math.max(bottom, y);
      }
    }
    assertTrue(bottom - top > 60, bottom + " - " + top);
    assertTrue(picture.hasCleanEdges());
  }

  @Test
  void coloursDiffer() {
    Set<Color> colours = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      assertTrue(colours.add(RunsPicture.colour(i)), "run " + i);
    }
  }

  @Test
  void longAndOddNamesFit() throws IOException {
    Map<String, List<Epoch>> runs = new LinkedHashMap<>();
    runs.put("a long name ".repeat(40), run(3, 1, true));
    runs.put("0 training", run(3, 1, true));
    runs.put("", run(3, 1, true));
    assertTrue(draw(runs).hasCleanEdges());
  }

  @Test
  void runsWithoutEpochsAreLeftOut() throws IOException {
    Map<String, List<Epoch>> runs = new LinkedHashMap<>();
    runs.put("just begun", List.of());
    Path png = folder.resolve("none.png");
    assertThrows(IllegalArgumentException.class, () -> RunsPicture.write(png, "", runs));
    assertFalse(Files.exists(png));
    runs.put("done", run(3, 1, true));
    Pixels picture = draw(runs);
    assertTrue(picture.count(RunsPicture.colour(0), LEFT) > 8);
    assertEquals(0, picture.count(RunsPicture.colour(1), picture.all()));
  }

  private Pixels draw(Map<String, List<Epoch>> runs) throws IOException {
    Path png = folder.resolve("runs.png");
    RunsPicture.write(png, "runs", runs);
    return Pixels.read(png);
  }

  private static List<Epoch> run(int count, double scale, boolean validated) {
    List<Epoch> epochs = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      double loss = scale * (0.1 + Math.exp(-i / 3.0));
      epochs.add(epoch(i, loss, validated ? 1.3 * loss : Double.NaN));
    }
    return epochs;
  }

  private static Epoch epoch(int number, double training, double validation) {
    boolean validated = !Double.isNaN(validation);
    double valAccuracy = validated ? Math.exp(-Math.min(validation, 9) / 3) : Double.NaN;
    double trainAccuracy = Math.exp(-Math.min(training, 9) / 3);
    return new Epoch(number, training, trainAccuracy, validation, valAccuracy, 1e-3, 9, 5000);
  }
}
