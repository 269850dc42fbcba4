package io.github.flora.trainer.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Draws {@code confusion-matrix.png}: a row per true class, a column per predicted one. A cell's
 * colour is its share of the row; up to 30 classes its count stands in it, and a count of 0 is left
 * blank.
 */
public final class ConfusionMatrixPicture {

  /** More classes than this can't be told apart in a picture of a sensible size. */
  static final int MOST_CLASSES = 1000;

  private static final int MOST_NUMBERED = 30;
  private static final int WIDEST_LABEL = 190;
  private static final int TOP = 78;
  private static final int MARGIN = 24;
  private static final int GAP = 6;

  /** ColorBrewer's nine-class 'Blues', without the lightest, so that a rare mistake shows. */
  private static final int[] BLUES = {
    0xDEEBF7, 0xC6DBEF, 0x9ECAE1, 0x6BAED6, 0x4292C6, 0x2171B5, 0x08519C, 0x08306B
  };

  private ConfusionMatrixPicture() {}

  /**
   * Draws the matrix. The picture's size follows the number of classes and is at most about 1,400
   * pixels either way.
   *
   * @param png the file to write or replace
   * @param matrix what was taken for what
   * @param title what stands above the matrix
   * @throws IOException if the file can't be written or Java has no fonts
   * @throws IllegalArgumentException if there are more than 1,000 classes
   */
  public static void write(Path png, ConfusionMatrix matrix, String title) throws IOException {
    if (matrix.size() > MOST_CLASSES) {
      throw new IllegalArgumentException(
          "can't draw " + matrix.size() + " classes; " + MOST_CLASSES + " at most");
    }
    Canvas.requireFonts(png);
    Layout layout = Layout.of(matrix, title);
    Canvas.write(png, layout.width(), layout.height(), g -> draw(g, matrix, title, layout));
  }

  /**
   * Where things are, in pixels.
   *
   * @param cell a cell's side
   * @param side the matrix's side
   * @param left the matrix's left edge
   * @param labelFont for the classes' names
   * @param every one name is shown for so many classes
   * @param upright whether the columns' names read upwards
   * @param labelHeight room for the columns' names
   * @param titleWidth room for the title
   */
  private record Layout(
      int cell,
      int side,
      int left,
      Font labelFont,
      int every,
      boolean upright,
      int labelHeight,
      int titleWidth) {

    static Layout of(ConfusionMatrix matrix, String title) {
      int n = matrix.size();
      int cell = Math.max(1, Math.min(56, 1024 / Math.max(n, 18)));
      if (n <= MOST_NUMBERED) {
        cell = Math.max(cell, 36);
      }
      int size = Math.max(9, Math.min(13, cell - 1));
      Font font = Canvas.font(Font.PLAIN, size);
      int every = (size + cell) / cell;
      double widest = 0;
      for (String label : matrix.labels()) {
        widest = Math.max(widest, Canvas.width(font, label));
      }
      int labelWidth = (int) Math.ceil(Math.min(widest, WIDEST_LABEL));
      boolean upright = labelWidth > cell * every - 6;
      int left = MARGIN + 22 + labelWidth + GAP;
      int titleWidth = (int) Canvas.titleWidth(title);
      return new Layout(
          cell, cell * n, left, font, every, upright, upright ? labelWidth : size, titleWidth);
    }

    int legendLeft() {
      return left + side + 28;
    }

    int width() {
      return Math.max(legendLeft() + 80, MARGIN + titleWidth) + MARGIN;
    }

    int height() {
      return TOP + Math.max(side, 120) + GAP + labelHeight + 34 + MARGIN;
    }
  }

  private static void draw(Graphics2D g, ConfusionMatrix matrix, String title, Layout layout) {
    drawTitle(g, matrix, title, layout);
    drawCells(g, matrix, layout);
    drawLabels(g, matrix.labels(), layout);
    drawLegend(g, layout);
  }

  private static void drawTitle(Graphics2D g, ConfusionMatrix matrix, String title, Layout layout) {
    double room = layout.width() - 2 * MARGIN;
    Canvas.title(g, title, MARGIN, 32, room);
    Font plain = Canvas.font(Font.PLAIN, 13);
    g.setFont(plain);
    g.setColor(Canvas.GREY);
    long total = matrix.total();
    String summary =
        total == 0
            ? "no images"
            : String.format(
                Locale.ROOT,
                "%,d of %,d correct (%.2f %%)",
                matrix.correct(),
                total,
                100 * matrix.accuracy());
    g.drawString(Canvas.fit(plain, summary, room), MARGIN, 54);
  }

  private static void drawCells(Graphics2D g, ConfusionMatrix matrix, Layout layout) {
    int n = matrix.size();
    int cell = layout.cell();
    boolean numbered = n <= MOST_NUMBERED;
    // Cells lie on whole pixels; smoothing would only blur their edges.
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_OFF);
    for (int row = 0; row < n; row++) {
      long support = matrix.support(row);
      for (int column = 0; column < n; column++) {
        long count = matrix.count(row, column);
        if (count == 0) {
          continue;
        }
        Color colour = colour((double) count / support);
        int x = layout.left() + column * cell;
        int y = TOP + row * cell;
        g.setColor(colour);
        g.fillRect(x, y, cell, cell);
        if (numbered) {
          drawNumber(g, count, colour, x + cell / 2.0, y + cell / 2.0, cell);
        }
      }
    }
    g.setColor(Canvas.LINE);
    int step = numbered ? 1 : n <= 200 ? 10 : 100;
    for (int i = step; i < n; i += step) {
      g.drawLine(layout.left() + i * cell, TOP, layout.left() + i * cell, TOP + layout.side());
      g.drawLine(layout.left(), TOP + i * cell, layout.left() + layout.side(), TOP + i * cell);
    }
    g.setColor(Canvas.GREY);
    g.drawRect(layout.left(), TOP, layout.side(), layout.side());
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
  }

  private static void drawNumber(
      Graphics2D g, long count, Color ground, double x, double y, int cell) {
    String text = Long.toString(count);
    int size = cell >= 50 ? 14 : 12;
    while (size > 8 && Canvas.width(Canvas.font(Font.PLAIN, size), text) > cell - 4) {
      size--;
    }
    g.setFont(Canvas.font(Font.PLAIN, size));
    g.setColor(isDark(ground) ? Color.WHITE : Canvas.INK);
    Canvas.centred(g, text, x, y + Canvas.baseline(g));
  }

  private static void drawLabels(Graphics2D g, List<String> labels, Layout layout) {
    int cell = layout.cell();
    Font font = layout.labelFont();
    g.setFont(font);
    g.setColor(Canvas.INK);
    double middle = Canvas.baseline(g);
    int bottom = TOP + layout.side() + GAP;
    for (int i = 0; i < labels.size(); i += layout.every()) {
      String text = Canvas.fit(font, labels.get(i), WIDEST_LABEL);
      double centre = (i + 0.5) * cell;
      Canvas.endingAt(g, text, layout.left() - GAP, TOP + centre + middle);
      if (layout.upright()) {
        Canvas.upwards(g, text, layout.left() + centre + middle, bottom, true);
      } else {
        Canvas.centred(g, text, layout.left() + centre, bottom + g.getFontMetrics().getAscent());
      }
    }
    g.setFont(Canvas.font(Font.BOLD, 13));
    double half = layout.side() / 2.0;
    Canvas.centred(g, "predicted class", layout.left() + half, bottom + layout.labelHeight() + 28);
    Canvas.upwards(g, "true class", MARGIN + 10, TOP + half, false);
  }

  private static void drawLegend(Graphics2D g, Layout layout) {
    int x = layout.legendLeft();
    int height = Math.max(Math.min(layout.side(), 320), 120);
    for (int i = 0; i < height; i++) {
      g.setColor(colour(1 - i / (height - 1.0)));
      g.fillRect(x, TOP + i, 16, 1);
    }
    g.setColor(Canvas.LINE);
    g.drawRect(x, TOP, 16, height);
    g.setFont(Canvas.font(Font.PLAIN, 12));
    g.setColor(Canvas.GREY);
    for (int percent = 0; percent <= 100; percent += 25) {
      double y = TOP + height * (1 - percent / 100.0);
      g.drawString(percent + " %", x + 22f, (float) (y + Canvas.baseline(g)));
    }
    g.drawString("share of row", x, TOP + height + 24);
  }

  /** The colour of a cell that holds this share of its row; nothing at all is white. */
  static Color colour(double share) {
    if (share <= 0) {
      return Color.WHITE;
    }
    // The root spreads the low shares: mistakes are rare, and they are what one looks for.
    double position = Math.sqrt(share) * (BLUES.length - 1);
    int lower = Math.min((int) position, BLUES.length - 2);
    double part = position - lower;
    int mixed = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int from = (BLUES[lower] >> shift) & 0xFF;
      int to = (BLUES[lower + 1] >> shift) & 0xFF;
      mixed |= (int) Math.round(from + part * (to - from)) << shift;
    }
    return new Color(mixed);
  }

  private static boolean isDark(Color colour) {
    // Rec. 709 luma.
    return 0.2126 * colour.getRed() + 0.7152 * colour.getGreen() + 0.0722 * colour.getBlue() < 140;
  }
}
