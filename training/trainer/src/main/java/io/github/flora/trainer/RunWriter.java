package io.github.flora.trainer;

import ai.djl.nn.Block;
import io.github.flora.models.Weights;
import io.github.flora.trainer.report.CurvesPicture;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.report.HistoryCsv;
import io.github.flora.trainer.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Keeps in the run folder what each epoch gives: history, curves, last and best weights. */
final class RunWriter implements TrainingListener {

  /** Drawing takes a tenth of a second; short epochs shouldn't wait for it every time. */
  private static final long NANOS_BETWEEN_CURVES = 10_000_000_000L;

  private final RunFolder folder;
  private final String title;
  private final Consumer<String> warnings;
  private final List<Epoch> history = new ArrayList<>();
  private long drawn = System.nanoTime();

  RunWriter(RunFolder folder, String title, Consumer<String> warnings) {
    this.warnings = warnings;
    this.folder = folder;
    this.title = title;
  }

  /** The epoch whose weights are the model: the best validated, or the last where none was. */
  static Epoch best(List<Epoch> history) {
    return Epoch.best(history).orElse(history.get(history.size() - 1));
  }

  @Override
  public void onEpoch(Epoch epoch, Block block) throws IOException {
    history.add(epoch);
    Map<String, String> metadata = Map.of("epoch", Integer.toString(epoch.epoch()));
    if (best(history).epoch() == epoch.epoch()) {
      Weights.save(block, folder.weights(), metadata);
    }
    Files.createDirectories(folder.lastWeights().getParent());
    Weights.save(block, folder.lastWeights(), metadata);
    HistoryCsv.write(folder.history(), history);
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
