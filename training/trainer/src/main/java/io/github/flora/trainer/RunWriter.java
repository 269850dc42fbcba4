package io.github.flora.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import io.github.flora.models.ParameterNames;
import io.github.flora.models.Safetensors;
import io.github.flora.trainer.report.CurvesPicture;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.report.HistoryCsv;
import io.github.flora.trainer.run.RunFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps in the run folder what each epoch gives: best weights, history, curves, a checkpoint. */
final class RunWriter implements TrainingListener {

  /** Drawing takes a tenth of a second; short epochs shouldn't wait for it every time. */
  private static final long NANOS_BETWEEN_CURVES = 10_000_000_000L;

  /**
   * The head of a frozen backbone has epochs of milliseconds, and the files are the whole model.
   */
  private static final long NANOS_BETWEEN_SAVES = 5_000_000_000L;

  private final RunFolder folder;
  private final String title;
  private final Consumer<String> warnings;
  private final Monitor monitor;
  private final Saver checkpoint;
  private final List<Epoch> history;
  private long drawn = System.nanoTime();
  private long saved = System.nanoTime();
  private List<Parameter> changing = List.of();
  private boolean seldom;

  /** What is yet to be written: the model as it is now, and the best weights. */
  private @Nullable Block unsaved;

  private int bestEpoch;
  private final IdentityHashMap<Parameter, NDArray> best = new IdentityHashMap<>();

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

  /**
   * Tells what trains from now on.
   *
   * @param parameters what alone changes
   * @param epochsAreShort whether to save every few seconds instead of after every epoch; what a
   *     kill costs can be computed again in as short a time
   */
  void begin(List<Parameter> parameters, boolean epochsAreShort) {
    changing = parameters;
    seldom = epochsAreShort;
  }

  @Override
  public void onEpoch(Epoch epoch, Block block) throws IOException {
    history.add(epoch);
    unsaved = block;
    if (monitor.best(history).epoch() == epoch.epoch()) {
      bestEpoch = epoch.epoch();
      keepBest();
    }
    if (!seldom || System.nanoTime() - saved > NANOS_BETWEEN_SAVES) {
      flush();
    }
    if (System.nanoTime() - drawn > NANOS_BETWEEN_CURVES) {
      finish();
    }
  }

  /** Remembers the weights if they may change before they are saved. */
  private void keepBest() {
    forgetBest();
    if (seldom) {
      for (Parameter parameter : changing) {
        best.put(parameter, parameter.getArray().duplicate());
      }
    }
  }

  private void forgetBest() {
    best.values().forEach(NDArray::close);
    best.clear();
  }

  /**
   * Saves what isn't saved yet. To be called at the end of an epoch.
   *
   * @throws IOException if it can't be written
   */
  void flush() throws IOException {
    if (unsaved == null) {
      return;
    }
    saveResults(unsaved);
    // Last, so that whoever resumes from it finds all the rest.
    checkpoint.save(history.get(history.size() - 1).epoch());
    unsaved = null;
    saved = System.nanoTime();
  }

  /** Saves what isn't saved yet, but no checkpoint: the epoch under way has changed the weights. */
  void rescue() throws IOException {
    if (unsaved != null) {
      saveResults(unsaved);
    }
  }

  private void saveResults(Block block) throws IOException {
    if (bestEpoch > 0) {
      Map<String, NDArray> tensors = new LinkedHashMap<>();
      ParameterNames.of(block)
          .forEach(
              (name, parameter) ->
                  tensors.put(name, best.getOrDefault(parameter, parameter.getArray())));
      Safetensors.write(folder.weights(), tensors, Map.of("epoch", Integer.toString(bestEpoch)));
      bestEpoch = 0;
      forgetBest();
    }
    HistoryCsv.write(folder.history(), history);
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
