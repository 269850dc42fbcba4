package io.github.flora.trainer.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Draws images in a grid with captions below, such as {@code mistakes.png}. Tiny images are
 * enlarged by whole factors with their pixels kept sharp; photos are scaled smoothly.
 */
public final class Gallery {

  /** The most images in one picture. */
  static final int MOST_TILES = 100;

  /** The colour of a caption that tells of a mistake. */
  static final Color WRONG = new Color(0xC6, 0x28, 0x28);

  private static final int BOX = 144;
  private static final int SPACE = 16;
  private static final int MARGIN = 24;
  private static final int TOP = 60;
  private static final int LINE_HEIGHT = 16;
  private static final int MOST_LINES = 4;
  private static final int CAPTION_WIDTH = BOX + SPACE - 8;

  private Gallery() {}

  /**
   * Draws the images, row by row; of more than 100 only the first 100.
   *
   * @param png the file to write or replace
   * @param title what stands above the grid
   * @param tiles the images; if there are none the picture says 'no mistakes'
   * @throws IOException if the file can't be written or Java has no fonts
   */
  public static void write(Path png, String title, List<Tile> tiles) throws IOException {
    write(png, title, tiles, "no mistakes");
  }

  /**
   * Draws images in twos, such as one beside its explanation, so that a row has whole pairs.
   *
   * @param png the file to write or replace
   * @param title what stands above the grid
   * @param tiles the images, the two of a pair one after the other
   * @throws IOException if the file can't be written or Java has no fonts
   */
  public static void writePairs(Path png, String title, List<Tile> tiles) throws IOException {
    write(png, title, tiles, "no images", columns(tiles.size()) / 2 * 2);
  }

  /**
   * Draws the images, row by row; of more than 100 only the first 100.
   *
   * @param png the file to write or replace
   * @param title what stands above the grid
   * @param tiles the images
   * @param empty what the picture says if there are none
   * @throws IOException if the file can't be written or Java has no fonts
   */
  public static void write(Path png, String title, List<Tile> tiles, String empty)
      throws IOException {
    write(png, title, tiles, empty, columns(Math.min(tiles.size(), MOST_TILES)));
  }

  private static void write(Path png, String title, List<Tile> tiles, String empty, int columns)
      throws IOException {
    List<Tile> shown = List.copyOf(tiles.subList(0, Math.min(tiles.size(), MOST_TILES)));
    int rows = (shown.size() + columns - 1) / columns;
    Canvas.requireFonts(png);
    List<List<String>> captions = new ArrayList<>();
    int lines = 1;
    for (Tile tile : shown) {
      List<String> caption = wrap(captionFont(), tile.caption(), CAPTION_WIDTH);
      captions.add(caption);
      lines = Math.max(lines, caption.size());
    }
    int rowHeight = BOX + lines * LINE_HEIGHT + SPACE;
    int gridWidth = columns * (BOX + SPACE) - SPACE;
    int width = Math.max((int) Canvas.titleWidth(title), gridWidth) + 2 * MARGIN;
    int height = TOP + Math.max(40, rows * rowHeight) + MARGIN - SPACE;
    Canvas.write(
        png,
        width,
        height,
        g -> {
          Canvas.title(g, title, MARGIN, 36, width - 2.0 * MARGIN);
          if (shown.isEmpty()) {
            g.setFont(Canvas.font(Font.PLAIN, 14));
            g.setColor(Canvas.GREY);
            g.drawString(empty, MARGIN, TOP + 16);
          }
          for (int i = 0; i < shown.size(); i++) {
            int x = MARGIN + (i % columns) * (BOX + SPACE);
            int y = TOP + (i / columns) * rowHeight;
            drawImage(g, shown.get(i), x, y);
            drawCaption(g, captions.get(i), shown.get(i).wrong(), x, y + BOX);
          }
        });
  }

  private static int columns(int tiles) {
    if (tiles <= 25) {
      return Math.max(1, Math.min(5, tiles));
    }
    return tiles <= 64 ? 8 : 10;
  }

  private static void drawImage(Graphics2D g, Tile tile, int x, int y) {
    BufferedImage image = image(tile);
    double scale = (double) BOX / Math.max(tile.width(), tile.height());
    boolean tiny = scale >= 2;
    if (tiny) {
      scale = Math.floor(scale);
    }
    int width = Math.max(1, (int) Math.round(tile.width() * scale));
    int height = Math.max(1, (int) Math.round(tile.height() * scale));
    // Bilinear scaling looks at four pixels only: halve first, else a big photo would flicker.
    while (image.getWidth() >= 2 * width && image.getHeight() >= 2 * height) {
      image = scaled(image, image.getWidth() / 2, image.getHeight() / 2);
    }
    g.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION,
        tiny
            ? RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR
            : RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    int left = x + (BOX - width) / 2;
    int top = y + (BOX - height) / 2;
    g.drawImage(image, left, top, width, height, null);
    g.setColor(tile.wrong() ? WRONG : Canvas.LINE);
    g.drawRect(left - 1, top - 1, width + 1, height + 1);
  }

  private static void drawCaption(Graphics2D g, List<String> lines, boolean wrong, int x, int y) {
    g.setFont(captionFont());
    g.setColor(wrong ? WRONG : Canvas.INK);
    for (int i = 0; i < lines.size(); i++) {
      Canvas.centred(g, lines.get(i), x + BOX / 2.0, y + (i + 1.0) * LINE_HEIGHT + 1);
    }
  }

  private static Font captionFont() {
    return Canvas.font(Font.PLAIN, 13);
  }

  /** Breaks a caption at line breaks, then between words; what is too much ends in an ellipsis. */
  static List<String> wrap(Font font, String caption, int width) {
    List<String> lines = new ArrayList<>();
    for (String paragraph : caption.split("\n", -1)) {
      String line = "";
      for (String word : paragraph.strip().split(" +", -1)) {
        String longer = line.isEmpty() ? word : line + " " + word;
        boolean last = lines.size() == MOST_LINES - 1;
        if (!line.isEmpty() && !last && Canvas.width(font, longer) > width) {
          lines.add(line);
          line = word;
        } else {
          line = longer;
        }
      }
      lines.add(line);
    }
    return lines.stream().limit(MOST_LINES).map(line -> Canvas.fit(font, line, width)).toList();
  }

  private static BufferedImage image(Tile tile) {
    BufferedImage image =
        new BufferedImage(tile.width(), tile.height(), BufferedImage.TYPE_INT_RGB);
    byte[] pixels = tile.pixels();
    int[] colours = new int[tile.width() * tile.height()];
    for (int i = 0; i < colours.length; i++) {
      int red = pixels[i * tile.channels()] & 0xFF;
      int green = tile.channels() == 1 ? red : pixels[i * 3 + 1] & 0xFF;
      int blue = tile.channels() == 1 ? red : pixels[i * 3 + 2] & 0xFF;
      colours[i] = red << 16 | green << 8 | blue;
    }
    image.setRGB(0, 0, tile.width(), tile.height(), colours, 0, tile.width());
    return image;
  }

  private static BufferedImage scaled(BufferedImage image, int width, int height) {
    BufferedImage half = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = half.createGraphics();
    try {
      g.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
      g.drawImage(image, 0, 0, width, height, null);
    } finally {
      g.dispose();
    }
    return half;
  }
}
