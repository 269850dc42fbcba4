package io.github.flora.trainer.cli;

import io.github.flora.data.CheckListener;
import java.io.PrintWriter;
import java.util.function.LongSupplier;

/**
 * Shows on a terminal how far the first look at a folder of photographs has come, if it takes its
 * time: a line that is drawn over, and stays at the end.
 */
final class CheckBar implements CheckListener {

  /** Property with the milliseconds after which people wonder; tests don't wait. */
  static final String PATIENCE = "flora.patience";

  private static final long NANOS_BETWEEN = 200_000_000;

  private final StatusLine line;
  private final boolean interactive;
  private final LongSupplier nanoTime;
  private final long patience = Long.getLong(PATIENCE, 1000) * 1_000_000;
  private long start;
  private long drawn;

  CheckBar(PrintWriter out, boolean interactive) {
    this(out, interactive, System::nanoTime);
  }

  CheckBar(PrintWriter out, boolean interactive, LongSupplier nanoTime) {
    this.line = new StatusLine(out);
    this.interactive = interactive;
    this.nanoTime = nanoTime;
  }

  @Override
  public void onChecked(int checked, int files) {
    long now = nanoTime.getAsLong();
    if (checked == 0) {
      start = now;
      drawn = now;
    }
    if (!interactive || now - start < patience) {
      return;
    }
    double seconds = (now - start) / 1e9;
    String speed = ProgressBar.speed(checked / seconds);
    if (checked == files) {
      line.stay(
          "checked     %,d images in %s, %s"
              .formatted(files, ProgressBar.duration(seconds), speed));
    } else if (now - drawn >= NANOS_BETWEEN) {
      drawn = now;
      line.draw(
          "checking    %s  %,d of %,d images  %s  %s left"
              .formatted(
                  line.bar(checked, files),
                  checked,
                  files,
                  speed,
                  ProgressBar.duration(seconds * (files - checked) / checked)));
    }
  }
}
