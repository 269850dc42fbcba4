package io.github.flora.trainer.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Font;
import java.awt.Rectangle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GalleryTest {

  @TempDir Path folder;

  @Test
  void wrongCaptionsAreRedAndOthersNot() throws IOException {
    Pixels wrong = draw(List.of(grey(28, 28, 128, true)));
    Pixels right = draw(List.of(grey(28, 28, 128, false)));
    assertTrue(wrong.count(GalleryTest::isReddish, wrong.all()) > 100);
    assertEquals(0, right.count(GalleryTest::isReddish, right.all()));
    Rectangle caption = new Rectangle(0, 208, right.width(), 24);
    assertTrue(right.count(pixel -> pixel != 0xFFFFFF, caption) > 100);
  }

  @Test
  void tinyImagesAreEnlargedByWholeFactorsWithSharpPixels() throws IOException {
    byte[] pixels = new byte[28 * 28];
    pixels[0] = (byte) 200;
    pixels[28 * 28 - 1] = (byte) 201;
    Pixels picture = draw(List.of(new Tile(pixels, 28, 28, 1, "one", false)));
    assertEquals(5 * 5, picture.count(new Color(200, 200, 200), picture.all()));
    assertEquals(5 * 5, picture.count(new Color(201, 201, 201), picture.all()));
    Rectangle first = picture.bounds(new Color(200, 200, 200));
    Rectangle last = picture.bounds(new Color(201, 201, 201));
    assertEquals(27 * 5, last.x - first.x);
    assertEquals(27 * 5, last.y - first.y);
  }

  @Test
  void coloursAreRedGreenBlue() throws IOException {
    byte[] pixels = new byte[200 * 300 * 3];
    for (int i = 0; i < pixels.length; i += 3) {
      pixels[i] = (byte) 250;
      pixels[i + 1] = 100;
      pixels[i + 2] = 50;
    }
    Pixels picture = draw(List.of(new Tile(pixels, 200, 300, 3, "photo", false)));
    Rectangle image = picture.bounds(new Color(250, 100, 50));
    assertEquals(144, image.width);
    assertEquals(96, image.height);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 5, 6, 20, 26, 64, 65, 100})
  void everyTileShows(int count) throws IOException {
    Tile tile = grey(28, 28, 77, true);
    Pixels picture = draw(Collections.nCopies(count, tile));
    assertEquals(
        count * 140L * 140, picture.count(new Color(77, 77, 77), picture.all()), count + " tiles");
    assertTrue(picture.hasCleanEdges());
    assertTrue(picture.width() <= 1700 && picture.height() <= 2200);
  }

  @Test
  void onlyTheFirstHundredAreDrawn() throws IOException {
    Pixels picture = draw(Collections.nCopies(103, grey(1, 1, 77, true)));
    assertEquals(100 * 144L * 144, picture.count(new Color(77, 77, 77), picture.all()));
  }

  @Test
  void noTilesAreSaidInWords() throws IOException {
    Pixels picture = draw(List.of());
    Rectangle words = new Rectangle(0, 55, picture.width(), 30);
    assertTrue(picture.count(pixel -> pixel != 0xFFFFFF, words) > 50);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 71, 72, 144, 145, 289, 5000})
  void anyShapeFitsItsBox(int side) throws IOException {
    Pixels flat = draw(List.of(grey(1, side, 77, false)));
    Pixels tall = draw(List.of(grey(side, 1, 77, false)));
    assertTrue(flat.bounds(new Color(77, 77, 77)).width <= 144);
    assertTrue(tall.bounds(new Color(77, 77, 77)).height <= 144);
    assertTrue(flat.count(new Color(77, 77, 77), flat.all()) > 50);
  }

  @Test
  void captionsAreWrappedBetweenWords() {
    Font font = Canvas.font(Font.PLAIN, 13);
    assertEquals(List.of("true 4 → 9", "97 %"), Gallery.wrap(font, "true 4 → 9\n97 %", 150));
    List<String> lines =
        Gallery.wrap(font, "true hard-leaved pocket orchid → bird of paradise (97 %)", 150);
    assertEquals(
        "true hard-leaved pocket orchid → bird of paradise (97 %)", String.join(" ", lines));
    assertTrue(lines.size() > 1 && lines.size() <= 4);
    List<String> cut = Gallery.wrap(font, "word ".repeat(100), 150);
    assertEquals(4, cut.size());
    assertTrue(cut.get(3).endsWith("…"));
    for (String line : Gallery.wrap(font, "unbreakable".repeat(20), 150)) {
      assertTrue(Canvas.width(font, line) <= 150, line);
    }
    assertEquals(List.of(""), Gallery.wrap(font, "", 150));
  }

  @Test
  void tilesCopyAndValidate() {
    byte[] pixels = {1, 2, 3};
    Tile tile = new Tile(pixels, 1, 1, 3, "caption", false);
    pixels[0] = 9;
    assertArrayEquals(new byte[] {1, 2, 3}, tile.pixels());
    tile.pixels()[0] = 9;
    assertEquals(new Tile(new byte[] {1, 2, 3}, 1, 1, 3, "caption", false), tile);
    assertEquals(
        new Tile(new byte[] {1, 2, 3}, 1, 1, 3, "caption", false).hashCode(), tile.hashCode());
    assertNotEquals(new Tile(pixels, 1, 1, 3, "caption", false), tile);
    assertThrows(IllegalArgumentException.class, () -> new Tile(pixels, 1, 1, 2, "", false));
    assertThrows(IllegalArgumentException.class, () -> new Tile(pixels, 1, 2, 3, "", false));
    assertThrows(IllegalArgumentException.class, () -> new Tile(new byte[0], 0, 1, 1, "", false));
  }

  private Pixels draw(List<Tile> tiles) throws IOException {
    Path png = folder.resolve("mistakes.png");
    Gallery.write(png, "the worst mistakes", tiles);
    return Pixels.read(png);
  }

  private static Tile grey(int height, int width, int value, boolean wrong) {
    byte[] pixels = new byte[height * width];
    Arrays.fill(pixels, (byte) value);
    return new Tile(pixels, height, width, 1, "true 4 → 9 (97 %)", wrong);
  }

  private static boolean isReddish(int pixel) {
    Color colour = new Color(pixel);
    return colour.getRed() > colour.getGreen() + 40 && colour.getRed() > colour.getBlue() + 40;
  }
}
