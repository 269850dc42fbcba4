package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import io.github.flora.data.ImageDataset;
import io.github.flora.engine.Precision;
import io.github.flora.trainer.report.Epoch;
import io.github.flora.trainer.report.HistoryCsv;
import io.github.flora.trainer.run.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole trainings on mixed images. */
final class MixupTrainingTest {

  private static final ImageDataset DATA = SmallData.dataset(400, 100);

  @TempDir Path temp;

  private static Hyperparameters.Builder how() {
    return Hyperparameters.builder()
        .optEpochs(3)
        .optBatchSize(64)
        .optDropout(0.0)
        .optMixup(0.4)
        .optLabelSmoothing(0.1)
        .optAugment("standard");
  }

  private List<Epoch> run(String name, String engine, Hyperparameters how) throws IOException {
    SmallData.engine(engine);
    Path run = temp.resolve(name);
    try (RunFolder folder = RunFolder.create(run, false)) {
      new Training(Recipes.get("mnist-cnn"), how, DATA, engine, Device.cpu(), 2, 1)
          .run(folder, List.of(), () -> false);
    }
    return HistoryCsv.read(run.resolve("history.csv"));
  }

  /** From the same weights, over the same mixtures: the whole step compiled on TensorFlow. */
  @ParameterizedTest
  @CsvSource({"false, false", "true, false", "false, true"})
  void bothEnginesComeToTheSame(boolean weights, boolean sampling) throws IOException {
    run("first", "PyTorch", how().optEpochs(1).build());
    String start = temp.resolve("first/model/model.safetensors").toString();
    Hyperparameters how =
        how()
            .optBalanceClasses(weights)
            .optBalanceSampling(sampling)
            .optFineTuning(FineTuning.NONE.withPretrained(start))
            .build();
    List<Epoch> pytorch = run("pytorch", "PyTorch", how);
    List<Epoch> tensorflow = run("tensorflow", "TensorFlow", how);
    assertTrue(pytorch.get(2).trainLoss() < pytorch.get(0).trainLoss(), pytorch.toString());
    for (int i = 0; i < 3; i++) {
      assertEquals(pytorch.get(i).trainLoss(), tensorflow.get(i).trainLoss(), 1e-4);
      assertEquals(pytorch.get(i).valLoss(), tensorflow.get(i).valLoss(), 1e-4);
      // One image of 320 more or less.
      assertEquals(pytorch.get(i).trainAccuracy(), tensorflow.get(i).trainAccuracy(), 1 / 300.0);
    }
  }

  /** The accuracy of a network that has learnt is that of the larger shares, near the usual. */
  @ParameterizedTest
  @CsvSource({"PyTorch, 0.2", "TensorFlow, 0.2", "PyTorch, 1"})
  void theTrainingAccuracyMakesSense(String engine, double alpha) throws IOException {
    List<Epoch> history =
        run("run", engine, how().optAugment("none").optEpochs(12).optMixup(alpha).build());
    Epoch last = history.get(11);
    assertTrue(last.valAccuracy() > 0.8, last.toString());
    assertTrue(last.trainAccuracy() > 0.7 && last.trainAccuracy() < 1, last.toString());
    assertTrue(last.trainLoss() > last.valLoss(), "mixed targets can't be met: " + last);
  }

  @Test
  void itGoesWithMixedPrecision() throws IOException {
    List<Epoch> exact = run("fp32", "TensorFlow", how().build());
    List<Epoch> mixed = run("bf16", "TensorFlow", how().optPrecision(Precision.BF16).build());
    for (int i = 0; i < 3; i++) {
      assertEquals(exact.get(i).trainLoss(), mixed.get(i).trainLoss(), 0.03);
    }
  }
}
