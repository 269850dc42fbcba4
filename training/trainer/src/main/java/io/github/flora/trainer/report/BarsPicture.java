package io.github.flora.trainer.report;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Draws panels of horizontal bars, two beside each other, each with a scale of its own: figures of
 * small and large models don't fit one.
 */
public final class BarsPicture {

  private static final int WIDTH = 1200;
  private static final int MARGIN = 24;
  private static final int TOP = 56;
  private static final int PANEL = (WIDTH - 3 * MARGIN) / 2;
  private static final int HEADING = 30;
  private static final int BAR = 26;
  private static final int GAP = 22;
  private static final int LABELS = 130;
  private static final int VALUES = 90;
  private static final int NOTE = 17;

  private BarsPicture() {}

  /**
   * A bar.
   *
   * @param name what stands before it
   * @param value its length, at least 0; NaN for none
   * @param text what stands behind it
   * @param colour index of its colour, from 0; the same in all panels for the same thing
   */
  public record Bar(String name, double value, String text, int colour) {}

  /**
   * Bars that share a scale.
   *
   * @param title what stands above
   * @param bars from top to bottom
   */
  public record Panel(String title, List<Bar> bars) {

    /** Copies the list. */
    public Panel {
      bars = List.copyOf(bars);
    }

    private int height() {
      return HEADING + BAR * bars.size() + GAP;
    }
  }

  /**
   * Draws the panels, 1200 pixels wide and as high as they need.
   *
   * @param png the file to write or replace
   * @param title what stands above all
   * @param panels from left to right, then down; at least one
   * @param notes what stands below them, each from a line of its own on
   * @throws IOException if the file can't be written or Java has no fonts
   */
  public static void write(Path png, String title, List<Panel> panels, List<String> notes)
      throws IOException {
    if (panels.isEmpty()) {
      throw new IllegalArgumentException("no bars to draw");
    }
    Canvas.requireFonts(png);
    Font small = Canvas.font(Font.PLAIN, 12);
    List<String> lines =
        notes.stream()
            .flatMap(note -> Canvas.wrap(small, note, WIDTH - 2.0 * MARGIN).stream())
            .toList();
    int height = TOP + NOTE * lines.size() + (lines.isEmpty() ? 0 : MARGIN / 2);
    for (int i = 0; i < panels.size(); i += 2) {
      height += rowHeight(panels, i);
    }
    Canvas.write(
        png,
        WIDTH,
        height,
        g -> {
          Canvas.title(g, title, MARGIN, 34, WIDTH - 2.0 * MARGIN);
          int y = TOP;
          for (int i = 0; i < panels.size(); i += 2) {
            paint(g, panels.get(i), MARGIN, y);
            if (i + 1 < panels.size()) {
              paint(g, panels.get(i + 1), 2 * MARGIN + PANEL, y);
            }
            y += rowHeight(panels, i);
          }
          g.setFont(small);
          g.setColor(Canvas.GREY);
          for (String line : lines) {
            g.drawString(line, MARGIN, y + NOTE / 2);
            y += NOTE;
          }
        });
  }

  private static int rowHeight(List<Panel> panels, int first) {
    int left = panels.get(first).height();
    return first + 1 < panels.size() ? Math.max(left, panels.get(first + 1).height()) : left;
  }

  private static void paint(Graphics2D g, Panel panel, int x, int top) {
    Font bold = Canvas.font(Font.BOLD, 13);
    g.setFont(bold);
    g.setColor(Canvas.INK);
    g.drawString(Canvas.fit(bold, panel.title(), PANEL), x, top + 14);
    Font font = Canvas.font(Font.PLAIN, 13);
    g.setFont(font);
    double most = panel.bars().stream().mapToDouble(Bar::value).filter(v -> v > 0).max().orElse(1);
    double room = PANEL - LABELS - VALUES;
    int y = top + HEADING;
    g.setColor(Canvas.LINE);
    g.draw(new Line2D.Double(x + LABELS, y - 4, x + LABELS, y + BAR * panel.bars().size()));
    for (Bar bar : panel.bars()) {
      double middle = y + BAR / 2.0 - 2;
      g.setColor(Canvas.INK);
      Canvas.endingAt(
          g,
          Canvas.fit(font, bar.name(), LABELS - 10),
          x + LABELS - 8,
          middle + Canvas.baseline(g));
      double length = Double.isNaN(bar.value()) ? 0 : room * bar.value() / most;
      g.setColor(RunsPicture.colour(bar.colour()));
      g.fill(new Rectangle2D.Double(x + LABELS, y, length, BAR - 4));
      g.setColor(Canvas.INK);
      g.drawString(
          Canvas.fit(font, bar.text(), VALUES - 8),
          (float) (x + LABELS + length + 6),
          (float) (middle + Canvas.baseline(g)));
      y += BAR;
    }
  }
}
