package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import io.github.flora.tensorflow.TensorHandles;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.run.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine that was asked for is the one that computes; its native memory tells. */
final class WhichEngineTrainsTest {

  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"PyTorch", "TensorFlow"})
  void theOneThatWasAskedFor(String engine) throws IOException {
    SmallData.pytorch();
    long before = TensorHandles.live();
    List<Long> during = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onEpoch(Epoch epoch, Block block) {
            during.add(TensorHandles.live() - before);
            for (Parameter parameter : block.getParameters().values()) {
              assertEquals(engine, parameter.getArray().getManager().getEngine().getEngineName());
            }
          }
        };
    try (RunFolder folder = RunFolder.create(temp.resolve("run"), false)) {
      new Training(
              Recipes.get("mnist-mlp"),
              SmallData.quick(2, 64),
              SmallData.dataset(400, 100),
              engine,
              Device.cpu(),
              2,
              1)
          .run(folder, List.of(listener), () -> false);
    }
    assertEquals(2, during.size());
    boolean tensorflow = engine.equals("TensorFlow");
    for (long handles : during) {
      // Weights and biases of two layers, and both of Adam's moments for each.
      assertTrue(tensorflow ? handles >= 12 : handles == 0, during::toString);
    }
    assertEquals(before, TensorHandles.live(), "after it");
  }
}
