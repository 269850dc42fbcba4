package io.github.flora.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import io.github.flora.trainer.TrainingListener.Progress;
import io.github.flora.trainer.report.Epoch;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ProgressBarTest {

  private static final Block ANY = Blocks.batchFlattenBlock();
  private static final Progress HALF = new Progress(2, 10, 50, 100, 6400, 0.25, 0.875, 3200);
  private static final Epoch DONE = new Epoch(2, 0.25, 0.875, 0.5, 0.75, 1e-3, 4, 3200);
  private static final Epoch NOT_VALIDATED =
      new Epoch(2, 0.25, 0.875, Double.NaN, Double.NaN, 1e-3, 4, 3200);

  private final StringWriter text = new StringWriter();

  private ProgressBar bar(boolean interactive) {
    return new ProgressBar(new PrintWriter(text), interactive, 10);
  }

  @Test
  void drawsOverALineOnATerminal() {
    ProgressBar bar = bar(true);
    bar.onProgress(HALF);
    assertEquals(
        "\repoch  2/10 ██████████░░░░░░░░░░  50%  loss 0.2500  acc 87.50%  3,200 images/s  2.0 s"
            + " left",
        text.toString());
    int shown = text.toString().length() - 1;
    text.getBuffer().setLength(0);
    bar.onEpoch(DONE, ANY);
    String line =
        "epoch  2/10  4.0 s  loss 0.2500  acc 87.50%  val loss 0.5000  val acc 75.00%"
            + "  3,200 images/s";
    String blanks = " ".repeat(Math.max(0, shown - line.length()));
    assertEquals("\r" + line + blanks + System.lineSeparator(), text.toString());
  }

  @Test
  void wipesOutTheRestOfALongerLine() {
    ProgressBar bar = bar(true);
    bar.onProgress(HALF);
    int shown = text.toString().length() - 1;
    text.getBuffer().setLength(0);
    bar.onEpoch(NOT_VALIDATED, ANY);
    assertEquals(shown, text.toString().stripTrailing().length() + trailingBlanks() - 1);
  }

  private int trailingBlanks() {
    String line = text.toString().replace(System.lineSeparator(), "");
    return line.length() - line.stripTrailing().length();
  }

  @Test
  void printsALinePerEpochElsewhere() {
    ProgressBar bar = bar(false);
    bar.onProgress(HALF);
    bar.onEpoch(NOT_VALIDATED, ANY);
    assertEquals(
        "epoch  2/10  4.0 s  loss 0.2500  acc 87.50%  3,200 images/s" + System.lineSeparator(),
        text.toString());
  }

  @Test
  void warningsStandOnALineOfTheirOwn() {
    ProgressBar bar = bar(true);
    bar.onProgress(HALF);
    text.getBuffer().setLength(0);
    bar.onWarning("no fonts");
    bar.leave();
    assertEquals(
        System.lineSeparator() + "warning: no fonts" + System.lineSeparator(), text.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "0.04,0.0 s",
    "59.9,59.9 s",
    "59.96,1:00 min",
    "60,1:00 min",
    "125.4,2:05 min",
    "3599.7,1:00 h",
    "3600,1:00 h",
    "7384,2:03 h",
  })
  void durationsReadWell(double seconds, String expected) {
    assertEquals(expected, ProgressBar.duration(seconds));
  }

  @ParameterizedTest
  @CsvSource({"12.34,12.3 images/s", "99.99,100.0 images/s", "43210.7,'43,211 images/s'"})
  void speedsReadWell(double speed, String expected) {
    assertEquals(expected, ProgressBar.speed(speed));
  }
}
