package io.github.flora.trainer.cli;

import ai.djl.nn.Block;
import io.github.flora.trainer.TrainingListener;
import io.github.flora.trainer.report.Epoch;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Shows how training goes: a line per epoch that is drawn over while the epoch lasts, or, where
 * there is no terminal, is printed once at its end.
 */
final class ProgressBar implements TrainingListener {

  private final StatusLine line;
  private final boolean interactive;
  private final int epochs;

  ProgressBar(PrintWriter out, boolean interactive, int epochs) {
    this.line = new StatusLine(out);
    this.interactive = interactive;
    this.epochs = epochs;
  }

  @Override
  public void onProgress(Progress p) {
    if (!interactive) {
      return;
    }
    double left = (p.batches() - p.batch()) * imagesPerBatch(p) / p.imagesPerSecond();
    line.draw(
        "%s %s  loss %.4f  acc %s  %s  %s left"
            .formatted(
                name(p.epoch()),
                line.bar(p.batch(), p.batches()),
                p.loss(),
                percent(p.accuracy()),
                speed(p.imagesPerSecond()),
                duration(left)));
  }

  private static double imagesPerBatch(Progress p) {
    return p.images() / (double) p.batch();
  }

  @Override
  public void onEpoch(Epoch e, Block block) {
    String validation =
        e.validated()
            ? "  val loss %.4f  val acc %s".formatted(e.valLoss(), percent(e.valAccuracy()))
            : "";
    line.stay(
        "%s  %s  loss %.4f  acc %s%s  %s"
            .formatted(
                name(e.epoch()),
                duration(e.seconds()),
                e.trainLoss(),
                percent(e.trainAccuracy()),
                validation,
                speed(e.imagesPerSecond())));
  }

  @Override
  public void onWarning(String message) {
    onNote("warning: " + message);
  }

  @Override
  public void onNote(String message) {
    line.leave();
    line.stay(message);
  }

  /** Leaves the line that is being drawn over, so that what follows starts on one of its own. */
  void leave() {
    line.leave();
  }

  private String name(int epoch) {
    int digits = Integer.toString(epochs).length();
    return ("epoch %" + digits + "d/%d").formatted(epoch, epochs);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f%%", 100 * share);
  }

  static String speed(double imagesPerSecond) {
    return imagesPerSecond < 100
        ? String.format(Locale.ROOT, "%.1f images/s", imagesPerSecond)
        : String.format(Locale.ROOT, "%,.0f images/s", imagesPerSecond);
  }

  static String duration(double seconds) {
    // Below what one decimal would round to 60.0.
    if (seconds < 59.95) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    return whole < 3600
        ? "%d:%02d min".formatted(whole / 60, whole % 60)
        : "%d:%02d h".formatted(whole / 3600, whole % 3600 / 60);
  }
}
