package io.github.flora.trainer.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.font.FontRenderContext;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** A white picture to draw on, with the fonts, colours and text helpers that all pictures share. */
final class Canvas {

  /** Near black, for titles and numbers. */
  static final Color INK = new Color(0x26, 0x32, 0x38);

  /** For axis labels and captions. */
  static final Color GREY = new Color(0x54, 0x6E, 0x7A);

  /** For frames and grids. */
  static final Color LINE = new Color(0xCF, 0xD8, 0xDC);

  private static final int TITLE_SIZE = 17;
  private static final int WIDEST_TITLE = 900;
  private static final String PNG = "png";
  private static final String ELLIPSIS = "…";

  static {
    // Pictures go to files only; without this, a DISPLAY that can't be reached stops Java2D.
    if (System.getProperty("java.awt.headless") == null) {
      System.setProperty("java.awt.headless", "true");
    }
  }

  private Canvas() {}

  /**
   * Draws a picture and writes it as PNG.
   *
   * @param png the file to write or replace
   * @param width in pixels
   * @param height in pixels
   * @param drawing draws on a white ground
   * @throws IOException if the file can't be written
   */
  static void write(Path png, int width, int height, Consumer<Graphics2D> drawing)
      throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    try {
      g.setColor(Color.WHITE);
      g.fillRect(0, 0, width, height);
      g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      g.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      g.setRenderingHint(
          RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
      drawing.accept(g);
    } finally {
      g.dispose();
    }
    // In memory: ImageIO would otherwise cache in a temporary folder that may be full or read-only.
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(image, PNG, out)) {
        throw new IOException("this Java can't write PNG files");
      }
    }
    AtomicFiles.write(png, bytes::writeTo);
  }

  /** The font of all pictures. */
  static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, size);
  }

  /** How a font measures text outside a picture, for layouts whose size depends on it. */
  static double width(Font font, String text) {
    FontRenderContext context = new FontRenderContext(new AffineTransform(), true, true);
    return font.getStringBounds(text, context).getWidth();
  }

  /** Cuts a text that is wider than a number of pixels and ends it with an ellipsis. */
  static String fit(Font font, String text, double width) {
    if (width(font, text) <= width) {
      return text;
    }
    int end = text.length();
    while (end > 0 && width(font, text.substring(0, end).stripTrailing() + ELLIPSIS) > width) {
      end = text.offsetByCodePoints(end, -1);
    }
    return text.substring(0, end).stripTrailing() + ELLIPSIS;
  }

  /** Cuts a text into lines that are no wider than a number of pixels, between words if it can. */
  static List<String> wrap(Font font, String text, double width) {
    List<String> lines = new ArrayList<>();
    String rest = text.strip();
    while (width(font, rest) > width) {
      int end = rest.length() - 1;
      while (end > 1 && width(font, rest.substring(0, end)) > width) {
        end--;
      }
      int blank = rest.lastIndexOf(' ', end);
      end = blank > 0 ? blank : end;
      lines.add(rest.substring(0, end));
      rest = rest.substring(end).strip();
    }
    lines.add(rest);
    return lines;
  }

  /** Room that a title should get: its width, if that is reasonable. */
  static double titleWidth(String title) {
    return Math.min(Math.ceil(width(font(Font.BOLD, TITLE_SIZE), title)) + 1, WIDEST_TITLE);
  }

  /** Draws a picture's title from x on, its baseline at y, cut at a width. */
  static void title(Graphics2D g, String title, double x, double y, double width) {
    Font font = font(Font.BOLD, TITLE_SIZE);
    g.setFont(font);
    g.setColor(INK);
    g.drawString(fit(font, title, width), (float) x, (float) y);
  }

  /** Draws a text centred on x, its baseline at y. */
  static void centred(Graphics2D g, String text, double x, double y) {
    g.drawString(text, (float) (x - width(g.getFont(), text) / 2), (float) y);
  }

  /** Draws a text that ends at x, its baseline at y. */
  static void endingAt(Graphics2D g, String text, double x, double y) {
    g.drawString(text, (float) (x - width(g.getFont(), text)), (float) y);
  }

  /** Draws a text that reads upwards; ends at y if it {@code ends} there, else is centred on it. */
  static void upwards(Graphics2D g, String text, double x, double y, boolean ends) {
    Graphics2D turned = (Graphics2D) g.create();
    try {
      turned.translate(x, y);
      turned.rotate(-Math.PI / 2);
      if (ends) {
        endingAt(turned, text, 0, 0);
      } else {
        centred(turned, text, 0, 0);
      }
    } finally {
      turned.dispose();
    }
  }

  /** How far below the middle of a line of text its baseline lies. */
  static double baseline(Graphics2D g) {
    FontMetrics metrics = g.getFontMetrics();
    return (metrics.getAscent() - metrics.getDescent()) / 2.0;
  }

  /**
   * Fails if there is nothing to draw text with. Every picture calls this before it measures text.
   *
   * @param png the picture's file, for the message
   * @throws IOException if Java finds no fonts or can't load its font library
   */
  static void requireFonts(Path png) throws IOException {
    try {
      width(font(Font.PLAIN, 12), "0");
    } catch (RuntimeException | LinkageError | InternalError e) {
      throw new IOException(
          "can't draw "
              + png
              + ": Java finds no fonts; on Debian or Ubuntu, "
              + "apt-get install fontconfig fonts-dejavu-core",
          e);
    }
  }
}
