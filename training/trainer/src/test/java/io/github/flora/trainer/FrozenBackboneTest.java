package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import io.github.flora.models.Network;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.run.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes through a backbone that is frozen. */
final class FrozenBackboneTest {

  @TempDir Path temp;

  private final AtomicLong images = new AtomicLong();

  /** Counts what goes through its backbone. */
  private final Network counting =
      Network.of(
          "counting",
          classes ->
              new SequentialBlock()
                  .add(this::count)
                  .add(Blocks.batchFlattenBlock())
                  .add(Linear.builder().setUnits(16).build())
                  .add(Linear.builder().setUnits(classes).build()));

  private NDList count(NDList inputs) {
    images.addAndGet(inputs.singletonOrThrow().getShape().get(0));
    return inputs;
  }

  /** Writes down how many images there were until a moment. */
  private final class Recorder implements TrainingListener {

    private final List<String> moments = new ArrayList<>();
    private long start;

    @Override
    public void onNote(String message) {
      if (message.startsWith("weights ")) {
        start = images.get();
      }
      moments.add("%d at %s".formatted(images.get() - start, message.split(" ", 2)[0]));
    }

    @Override
    public void onEpoch(Epoch epoch, Block block) {
      moments.add("%d at epoch %d".formatted(images.get() - start, epoch.epoch()));
    }
  }

  private List<String> train(String run, Hyperparameters how) throws IOException {
    Training training =
        new Training(
            Recipes.get("mnist-mlp").withNetwork("counting"),
            counting,
            how,
            SmallData.dataset(400, 100),
            SmallData.pytorch().getEngineName(),
            Device.cpu(),
            2,
            5);
    Recorder recorder = new Recorder();
    try (RunFolder folder = RunFolder.create(temp.resolve(run), false)) {
      training.run(folder, List.of(recorder), () -> false);
    }
    return recorder.moments;
  }

  /** 320 images to learn from and 80 to choose by, all of them at the beginning. */
  @Test
  void everyImageGoesThroughItOnce() throws IOException {
    train("first", SmallData.quick(1, 64));
    String weights = temp.resolve("first/model/model.safetensors").toString();
    FineTuning tuning = FineTuning.NONE.withPretrained(weights);
    Hyperparameters how = SmallData.quick(3, 64);
    assertEquals(
        List.of(
            "0 at weights",
            "400 at features",
            "400 at epoch 1",
            "400 at epoch 2",
            "400 at epoch 3"),
        train("frozen", how.toBuilder().optFineTuning(tuning.withFreeze("backbone")).build()));
    assertEquals(
        List.of(
            "0 at weights",
            "400 at features",
            "400 at epoch 1",
            "800 at epoch 2",
            "1200 at epoch 3"),
        train("thawed", how.toBuilder().optFineTuning(tuning.withFreeze("backbone:1")).build()));
  }
}
