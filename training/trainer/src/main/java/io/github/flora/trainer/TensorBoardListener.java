package io.github.flora.trainer;

import ai.djl.nn.Block;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.report.TensorBoardWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes every epoch where TensorBoard finds it. Not being able to is no reason to stop. */
final class TensorBoardListener implements TrainingListener, AutoCloseable {

  private final Path folder;
  private final Consumer<String> warnings;
  private @Nullable TensorBoardWriter writer;

  TensorBoardListener(Path folder, Consumer<String> warnings) {
    this.folder = folder;
    this.warnings = warnings;
  }

  @Override
  public void onEpoch(Epoch epoch, Block block) {
    try {
      if (writer == null) {
        writer = new TensorBoardWriter(folder, epoch.epoch());
      }
      writer.epoch(epoch);
    } catch (IOException e) {
      warnings.accept(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    try {
      if (writer != null) {
        writer.close();
      }
    } catch (IOException e) {
      warnings.accept(String.valueOf(e.getMessage()));
    }
  }
}
