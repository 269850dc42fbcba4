package io.github.flora.trainer.cli;

import java.io.PrintWriter;
import java.nio.charset.Charset;

/** A line of a terminal that is drawn over until one stays. */
final class StatusLine {

  private static final int WIDTH = 20;

  private final PrintWriter out;
  private final String full;
  private final String empty;
  private int shown;

  StatusLine(PrintWriter out) {
    this.out = out;
    // A terminal that is set to plain ASCII shows the blocks as question marks.
    boolean blocks = Charset.defaultCharset().newEncoder().canEncode('█');
    this.full = blocks ? "█" : "#";
    this.empty = blocks ? "░" : "-";
  }

  /** A bar and a percentage. */
  String bar(long done, long all) {
    int filled = (int) (WIDTH * done / all);
    return "%s%s %3d%%"
        .formatted(full.repeat(filled), empty.repeat(WIDTH - filled), 100 * done / all);
  }

  /** Draws a line over the one before. */
  void draw(String line) {
    // Blanks wipe out the rest of a longer line before.
    out.print('\r' + line + " ".repeat(Math.max(0, shown - line.length())));
    out.flush();
    shown = line.length();
  }

  /** Prints a line that stays, over the one that is being drawn over if there is one. */
  void stay(String line) {
    if (shown > 0) {
      draw(line);
    } else {
      out.print(line);
    }
    out.println();
    out.flush();
    shown = 0;
  }

  /** Leaves the line that is being drawn over, so that what follows starts on one of its own. */
  void leave() {
    if (shown > 0) {
      out.println();
      out.flush();
      shown = 0;
    }
  }
}
