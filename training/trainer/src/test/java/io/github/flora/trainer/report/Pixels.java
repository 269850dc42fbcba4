package io.github.flora.trainer.report;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.awt.Color;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.IntPredicate;
import javax.imageio.ImageIO;

/** A picture read back from its file. */
record Pixels(BufferedImage image) {

  static Pixels read(Path png) throws IOException {
    BufferedImage image = ImageIO.read(png.toFile());
    assertNotNull(image, () -> png + " is no picture");
    return new Pixels(image);
  }

  int width() {
    return image.getWidth();
  }

  int height() {
    return image.getHeight();
  }

  /** Red, green and blue without alpha. */
  int at(int x, int y) {
    return image.getRGB(x, y) & 0xFFFFFF;
  }

  /** How many pixels of a part have exactly this colour. */
  long count(Color colour, Rectangle part) {
    int rgb = colour.getRGB() & 0xFFFFFF;
    return count(pixel -> pixel == rgb, part);
  }

  /** How many pixels of a part satisfy a condition on red, green and blue. */
  long count(IntPredicate condition, Rectangle part) {
    long count = 0;
    for (int y = part.y; y < part.y + part.height; y++) {
      for (int x = part.x; x < part.x + part.width; x++) {
        count += condition.test(at(x, y)) ? 1 : 0;
      }
    }
    return count;
  }

  Rectangle all() {
    return new Rectangle(0, 0, width(), height());
  }

  /** The smallest rectangle that holds all pixels of a colour; empty if there are none. */
  Rectangle bounds(Color colour) {
    int rgb = colour.getRGB() & 0xFFFFFF;
    Rectangle bounds = new Rectangle(-1, -1);
    for (int y = 0; y < height(); y++) {
      for (int x = 0; x < width(); x++) {
        if (at(x, y) == rgb) {
          bounds.add(new Rectangle(x, y, 1, 1));
        }
      }
    }
    return bounds;
  }

  /** Whether nothing but white touches the picture's edges, that is, nothing is cut off. */
  boolean hasCleanEdges() {
    int white = 0xFFFFFF;
    return count(p -> p != white, new Rectangle(0, 0, width(), 2)) == 0
        && count(p -> p != white, new Rectangle(0, height() - 2, width(), 2)) == 0
        && count(p -> p != white, new Rectangle(0, 0, 2, height())) == 0
        && count(p -> p != white, new Rectangle(width() - 2, 0, 2, height())) == 0;
  }
}
