package io.github.flora.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class CheckBarTest {

  private final StringWriter text = new StringWriter();
  private long nanos = 42;

  private CheckBar bar(boolean interactive) {
    return new CheckBar(new PrintWriter(text), interactive, () -> nanos);
  }

  /** What is shown once so many of 4,000 files are looked at, so much later. */
  private String shown(CheckBar bar, int checked, long milliseconds) {
    nanos += milliseconds * 1_000_000;
    text.getBuffer().setLength(0);
    bar.onChecked(checked, 4000);
    return text.toString();
  }

  @Test
  void drawsOverALineThatStaysAtTheEnd() {
    CheckBar bar = bar(true);
    assertEquals("", shown(bar, 0, 0));
    assertEquals("", shown(bar, 499, 999));
    String early =
        "checking    ██░░░░░░░░░░░░░░░░░░  12%  500 of 4,000 images  500 images/s  7.0 s left";
    assertEquals("\r" + early, shown(bar, 500, 1));
    // A few times a second is enough.
    assertEquals("", shown(bar, 501, 199));
    assertEquals(
        "\rchecking    ███████████████░░░░░  75%  3,000 of 4,000 images  500 images/s  2.0 s left",
        shown(bar, 3000, 4801).stripTrailing());
    String line = "\rchecked     4,000 images in 8.0 s, 500 images/s";
    assertEquals(line, shown(bar, 4000, 2000).stripTrailing());
    assertEquals(System.lineSeparator(), text.toString().substring(text.toString().length() - 1));
  }

  @Test
  void saysNothingOfAQuickLook() {
    CheckBar bar = bar(true);
    assertEquals("", shown(bar, 0, 0));
    assertEquals("", shown(bar, 2000, 500));
    assertEquals("", shown(bar, 4000, 499));
  }

  @Test
  void saysNothingWhereThereIsNoTerminal() {
    CheckBar bar = bar(false);
    assertEquals("", shown(bar, 0, 0));
    assertEquals("", shown(bar, 2000, 5000));
    assertEquals("", shown(bar, 4000, 5000));
  }
}
