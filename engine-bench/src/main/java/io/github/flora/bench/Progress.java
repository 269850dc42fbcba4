package io.github.flora.bench;

import java.io.PrintWriter;
import java.util.Locale;

/**
 * Shows how far it is, on a line that is drawn over in a terminal and is one of many elsewhere.
 * Silence between the lines: drawing takes time from what is measured.
 */
final class Progress {

  private final PrintWriter out;
  private final boolean interactive;
  private int preparations;
  private int turns;
  private int done;
  private int shown;
  private long firstTurn;

  Progress(PrintWriter out, boolean interactive) {
    this.out = out;
    this.interactive = interactive;
  }

  /** Says how much there is to do. */
  void expect(int howManyPreparations, int howManyTurns) {
    preparations = howManyPreparations;
    turns = howManyTurns;
  }

  /** The next process is about to start. */
  void step(String what) {
    int turn = done - preparations;
    done++;
    String left = "";
    if (turn == 0) {
      firstTurn = System.nanoTime();
    } else if (turn > 0) {
      double each = (System.nanoTime() - firstTurn) / 1e9 / turn;
      left = "  " + duration(each * (turns - turn)) + " left";
    }
    String line = "%2d/%d  %s%s".formatted(done, preparations + turns, what, left);
    if (interactive) {
      // Blanks wipe out the rest of a longer line before.
      out.print('\r' + line + " ".repeat(Math.max(0, shown - line.length())));
      shown = line.length();
    } else {
      out.println(line);
    }
    out.flush();
  }

  /** Leaves the line, so that what follows starts on one of its own. */
  void leave() {
    if (shown > 0) {
      out.println();
      out.flush();
      shown = 0;
    }
  }

  private static String duration(double seconds) {
    long whole = Math.round(seconds);
    return String.format(Locale.ROOT, "%d:%02d min", whole / 60, whole % 60);
  }
}
