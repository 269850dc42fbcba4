package io.github.flora.trainer;

import ai.djl.nn.Block;
import io.github.flora.models.Weights;
import io.github.flora.trainer.report.CurvesPicture;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.report.HistoryCsv;
import io.github.flora.trainer.run.RunFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Keeps in the run folder what each epoch gives: best weights, history, curves, a checkpoint. */
final class RunWriter implements TrainingListener {

  /** Drawing takes a tenth of a second; short epochs shouldn't wait for it every time. */
  private static final long NANOS_BETWEEN_CURVES = 10_000_000_000L;

  private final RunFolder folder;
  private final String title;
  private final Consumer<String> warnings;
  private final Monitor monitor;
  private final Saver checkpoint;
  private final List<Epoch> history;
  private long drawn = System.nanoTime();

  RunWriter(
      RunFolder folder,
      String title,
      Monitor monitor,
      List<Epoch> before,
      Saver checkpoint,
      Consumer<String> warnings) {
    this.monitor = monitor;
    this.history = new ArrayList<>(before);
    this.checkpoint = checkpoint;
    this.warnings = warnings;
    this.folder = folder;
    this.title = title;
  }

  /** Saves all that is needed to go on after an epoch. */
  interface Saver {
    void save(int epoch) throws IOException;
  }

  @Override
  public void onEpoch(Epoch epoch, Block block) throws IOException {
    history.add(epoch);
    Map<String, String> metadata = Map.of("epoch", Integer.toString(epoch.epoch()));
    if (monitor.best(history).epoch() == epoch.epoch()) {
      Weights.save(block, folder.weights(), metadata);
    }
    HistoryCsv.write(folder.history(), history);
    // Last, so that whoever resumes from it finds all the rest.
    checkpoint.save(epoch.epoch());
    if (System.nanoTime() - drawn > NANOS_BETWEEN_CURVES) {
      finish();
    }
  }

  /** Draws the curves as they are. A machine without fonts can't, which is no reason to stop. */
  void finish() {
    if (history.isEmpty()) {
      return;
    }
    drawn = System.nanoTime();
    try {
      CurvesPicture.write(folder.curves(), title, history);
    } catch (IOException e) {
      warnings.accept(String.valueOf(e.getMessage()));
    }
  }
}
