package io.github.flora.trainer.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Rectangle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BarsPictureTest {

  @TempDir Path temp;

  private Pixels draw(List<String> notes, BarsPicture.Bar... bars) throws IOException {
    Path png = temp.resolve("bars.png");
    BarsPicture.write(png, "title", List.of(new BarsPicture.Panel("panel", List.of(bars))), notes);
    return Pixels.read(png);
  }

  @Test
  void barsAreAsLongAsTheirValues() throws IOException {
    Pixels picture =
        draw(
            List.of(),
            new BarsPicture.Bar("whole", 1000, "1,000", 0),
            new BarsPicture.Bar("half", 500, "500", 1),
            new BarsPicture.Bar("none", Double.NaN, "not measured", 2));
    Rectangle whole = picture.bounds(RunsPicture.colour(0));
    Rectangle half = picture.bounds(RunsPicture.colour(1));
    assertTrue(whole.width > 100, whole::toString);
    assertEquals(whole.width / 2.0, half.width, 1);
    assertEquals(whole.x, half.x);
    assertTrue(half.y > whole.y);
    assertEquals(0, picture.count(RunsPicture.colour(2), picture.all()));
    assertTrue(picture.hasCleanEdges());
  }

  @Test
  void notesAreWholeHoweverLong() throws IOException {
    BarsPicture.Bar bar = new BarsPicture.Bar("bar", 1, "1", 0);
    Pixels without = draw(List.of(), bar);
    Pixels two = draw(List.of("one", "another"), bar);
    Pixels more = draw(List.of("one " + "word ".repeat(100), "another" + "x".repeat(300)), bar);
    assertTrue(two.height() > without.height());
    assertTrue(more.height() > two.height(), "they are wrapped");
    assertTrue(more.hasCleanEdges());
    assertTrue(more.count(Canvas.GREY, more.all()) > 10 * two.count(Canvas.GREY, two.all()));
  }

  @Test
  void linesHoldAllTheWords() {
    String text = "a few words and one that is much too long: " + "x".repeat(90);
    List<String> lines = Canvas.wrap(Canvas.font(0, 12), text, 200);
    assertTrue(lines.size() > 3, lines::toString);
    assertEquals(text.replace(" ", ""), String.join("", lines).replace(" ", ""));
    for (String line : lines) {
      assertTrue(Canvas.width(Canvas.font(0, 12), line) <= 200, line);
    }
    assertEquals(List.of("short"), Canvas.wrap(Canvas.font(0, 12), "short", 200));
  }

  @Test
  void nothingCantBeDrawn() {
    assertThrows(
        IllegalArgumentException.class,
        () -> BarsPicture.write(temp.resolve("none.png"), "title", List.of(), List.of()));
  }
}
