package io.github.flora.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import io.github.flora.data.ImageDataset;
import io.github.flora.engine.EngineException;
import io.github.flora.engine.Precision;
import io.github.flora.trainer.Hyperparameters;
import io.github.flora.trainer.Recipes;
import io.github.flora.trainer.SmallData;
import io.github.flora.trainer.Training;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.report.HistoryCsv;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.RunInfo;
import io.github.flora.trainer.run.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --precision bf16}, from the option to the run folder. */
final class PrecisionTest {

  private static final ImageDataset DATA = SmallData.dataset(400, 100);

  @TempDir Path temp;

  private static Training training(String engine, Precision precision) {
    SmallData.pytorch();
    Hyperparameters how = SmallData.quick(3, 64).toBuilder().optPrecision(precision).build();
    return new Training(Recipes.get("mnist-cnn"), how, DATA, engine, Device.cpu(), 2, 1);
  }

  private RunInfo train(String name, Precision precision, BooleanSupplier stop) throws IOException {
    try (RunFolder folder = RunFolder.create(temp.resolve(name), false)) {
      return training("TensorFlow", precision).run(folder, List.of(), stop);
    }
  }

  private List<Epoch> history(String name) throws IOException {
    return HistoryCsv.read(temp.resolve(name).resolve("history.csv"));
  }

  @Test
  void followsFloat32AndGoesOnAsItBegan() throws IOException {
    train("fp32", Precision.FP32, () -> false);
    RunInfo info = train("bf16", Precision.BF16, () -> false);
    assertEquals(Precision.BF16, info.hyperparameters().precision());
    assertTrue(Files.readString(temp.resolve("bf16/run.json")).contains("\"precision\": \"bf16\""));
    List<Epoch> exact = history("fp32");
    List<Epoch> mixed = history("bf16");
    for (int i = 0; i < 3; i++) {
      assertNotEquals(exact.get(i).trainLoss(), mixed.get(i).trainLoss(), "training is rounded");
      assertEquals(1, mixed.get(i).trainLoss() / exact.get(i).trainLoss(), 0.03);
      assertEquals(1, mixed.get(i).valLoss() / exact.get(i).valLoss(), 0.03);
    }
    // Six steps an epoch of 320 images, so that this stops within the second.
    AtomicInteger steps = new AtomicInteger();
    train("resumed", Precision.BF16, () -> steps.incrementAndGet() > 7);
    assertEquals(1, history("resumed").size());
    try (RunFolder folder = RunFolder.resume(temp.resolve("resumed"))) {
      assertEquals(Precision.BF16, folder.info().hyperparameters().precision());
      training("TensorFlow", Precision.BF16).resume(folder, List.of(), () -> false);
    }
    for (int i = 0; i < 3; i++) {
      assertEquals(mixed.get(i).trainLoss(), history("resumed").get(i).trainLoss());
    }
    try (RunFolder folder = RunFolder.open(temp.resolve("bf16"));
        TrainedModel model = TrainedModel.load(folder, "PyTorch", Device.cpu())) {
      // The result is that of float32, which everything else computes with.
      assertEquals(
          Objects.requireNonNull(info.result()).testLoss(),
          model.evaluate(DATA.test(), 64).loss(),
          1e-5);
    }
  }

  @Test
  void anEngineWithoutItIsRefusedBeforeAnythingIsDone() {
    EngineException e =
        assertThrows(EngineException.class, () -> training("PyTorch", Precision.BF16).check());
    assertEquals("PyTorch can't train in bf16; engines that can: TensorFlow", e.getMessage());
    Path run = temp.resolve("run");
    Cli cli =
        Cli.run(
            "train",
            "mnist-mlp",
            "--precision",
            "BF16",
            "--engine",
            "pytorch",
            "--output",
            run.toString());
    assertEquals(2, cli.status(), cli::toString);
    assertEquals("flora: PyTorch can't train in bf16; engines that can: TensorFlow\n", cli.err());
    assertEquals("", cli.out());
    assertFalse(Files.exists(run));
  }
}
