package io.github.flora.trainer.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Rectangle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfusionMatrixPictureTest {

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {2, 10, 30, 31, 102, 300})
  void diagonalIsDarkRareMistakesAreLightAndZerosWhite(int classes) throws IOException {
    ConfusionMatrix matrix = matrix(classes, "class ");
    Pixels picture = draw(matrix);
    Rectangle cells = cells(picture);
    int cell = cells.width / classes;
    assertEquals(cells.width, cells.height);
    assertTrue(cell >= 1);
    for (int i = 0; i < classes; i++) {
      int hit = corner(picture, cells, cell, i, i);
      int mistake = corner(picture, cells, cell, i, (i + 1) % classes);
      assertTrue(hit < 300, "row " + i + ": " + hit);
      assertTrue(mistake > hit && mistake < 3 * 255, "row " + i + ": " + mistake);
      if (classes > 2) {
        assertEquals(3 * 255, corner(picture, cells, cell, i, (i + 2) % classes), "row " + i);
      }
    }
    assertTrue(picture.hasCleanEdges());
  }

  @Test
  void numbersStandInTheCellsButNotInZeros() throws IOException {
    ConfusionMatrix matrix = matrix(10, "");
    Pixels picture = draw(matrix);
    Rectangle cells = cells(picture);
    int cell = cells.width / 10;
    assertTrue(picture.count(pixel -> brightness(pixel) > 600, inside(cells, cell, 3, 3)) > 10);
    assertTrue(picture.count(pixel -> brightness(pixel) < 300, inside(cells, cell, 3, 4)) > 5);
    Rectangle zero = inside(cells, cell, 3, 5);
    assertEquals((long) zero.width * zero.height, picture.count(Color.WHITE, zero));
  }

  @Test
  void manyClassesHaveNoNumbers() throws IOException {
    Pixels picture = draw(matrix(31, ""));
    Rectangle cells = cells(picture);
    int cell = cells.width / 31;
    for (int i = 0; i < 31; i++) {
      Rectangle hit = inside(cells, cell, i, i);
      int colour = picture.at(hit.x, hit.y);
      assertEquals((long) hit.width * hit.height, picture.count(p -> p == colour, hit));
    }
  }

  @Test
  void classWithoutImagesIsBlank() throws IOException {
    ConfusionMatrix matrix = new ConfusionMatrix(List.of("a", "b", "c"));
    matrix.add(0, 0);
    matrix.add(2, 2);
    Pixels picture = draw(matrix);
    Rectangle cells = cells(picture);
    Rectangle middle = inside(cells, cells.width / 3, 1, 1);
    assertEquals((long) middle.width * middle.height, picture.count(Color.WHITE, middle));
  }

  @Test
  void sizesStaySensible() throws IOException {
    for (int classes : new int[] {1, 10, 30, 102, 1000}) {
      Pixels picture =
          draw(new ConfusionMatrix(Collections.nCopies(classes, "a very long name ".repeat(9))));
      assertTrue(picture.width() <= 1500 && picture.height() <= 1500, classes + " classes");
      assertTrue(picture.hasCleanEdges(), classes + " classes");
    }
    ConfusionMatrix tooMany = new ConfusionMatrix(Collections.nCopies(1001, "x"));
    assertThrows(IllegalArgumentException.class, () -> draw(tooMany));
  }

  private Pixels draw(ConfusionMatrix matrix) throws IOException {
    Path png = folder.resolve("confusion-matrix.png");
    ConfusionMatrixPicture.write(png, matrix, "mnist-cnn");
    return Pixels.read(png);
  }

  /** Each class has 99 hits and one mistake, as the next class. */
  private static ConfusionMatrix matrix(int classes, String prefix) {
    ConfusionMatrix matrix =
        new ConfusionMatrix(IntStream.range(0, classes).mapToObj(i -> prefix + i).toList());
    for (int i = 0; i < classes; i++) {
      for (int k = 0; k < 99; k++) {
        matrix.add(i, i);
      }
      matrix.add(i, (i + 1) % classes);
    }
    return matrix;
  }

  /** Finds the matrix by its frame: the longest run of the frame's colour in its topmost row. */
  private static Rectangle cells(Pixels picture) {
    int frame = Canvas.GREY.getRGB() & 0xFFFFFF;
    for (int y = 60; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++) {
        int end = x;
        while (end < picture.width() && picture.at(end, y) == frame) {
          end++;
        }
        if (end - x > 40) {
          int bottom = y;
          while (bottom < picture.height() && picture.at(x, bottom) == frame) {
            bottom++;
          }
          return new Rectangle(x, y, end - x - 1, bottom - y - 1);
        }
      }
    }
    throw new AssertionError("no frame");
  }

  /** Brightness in a cell's last corner, where neither a number nor a line of the grid lies. */
  private static int corner(Pixels picture, Rectangle cells, int cell, int row, int column) {
    int inset = cell > 4 ? 2 : 1;
    return brightness(
        picture.at(cells.x + (column + 1) * cell - inset, cells.y + (row + 1) * cell - inset));
  }

  private static Rectangle inside(Rectangle cells, int cell, int row, int column) {
    return new Rectangle(cells.x + column * cell + 2, cells.y + row * cell + 2, cell - 4, cell - 4);
  }

  /** The sum of red, green and blue: 0 is black, 765 white. */
  private static int brightness(int pixel) {
    return (pixel >> 16) + (pixel >> 8 & 0xFF) + (pixel & 0xFF);
  }
}
