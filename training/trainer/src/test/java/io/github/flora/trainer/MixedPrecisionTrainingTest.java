package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import io.github.flora.data.ImageDataset;
import io.github.flora.data.ImageSet;
import io.github.flora.engine.Inference;
import io.github.flora.engine.Precision;
import io.github.flora.models.Head;
import io.github.flora.trainer.report.HistoryCsv;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.TrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What else is computed in bfloat16 while a network is trained in it. */
final class MixedPrecisionTrainingTest {

  private static final String ENGINE = "TensorFlow";
  private static final ImageDataset DATA = SmallData.dataset(400, 100);
  private static final int BATCH = 64;
  private static final int SEED = 5;

  @TempDir Path temp;

  private void train(String run, Hyperparameters how) throws IOException {
    Engine unused = SmallData.engine(ENGINE);
    try (RunFolder folder = RunFolder.create(temp.resolve(run), false)) {
      new Training(Recipes.get("mnist-cnn"), how, DATA, ENGINE, Device.cpu(), 2, SEED)
          .run(folder, List.of(), () -> false);
    }
  }

  /** The validation, and the features of a backbone that is frozen. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "backbone"})
  void soIsAllThatTheEpochsNeed(String freeze) throws IOException {
    train("first", SmallData.quick(1, BATCH));
    Path weights = temp.resolve("first/model/model.safetensors");
    FineTuning tuning = FineTuning.NONE.withPretrained(weights.toString()).withFreeze(freeze);
    train(
        "mixed",
        SmallData.quick(1, BATCH).toBuilder()
            .optFineTuning(tuning)
            .optPrecision(Precision.BF16)
            .build());
    double loss = HistoryCsv.read(temp.resolve("mixed/history.csv")).get(0).valLoss();
    assertEquals(validationLoss(freeze, Precision.BF16), loss, 1e-6);
    assertNotEquals(validationLoss(freeze, Precision.FP32), loss, 1e-6, "nothing was rounded");
  }

  /** That of the one epoch's weights, step by step. */
  private double validationLoss(String freeze, Precision precision) throws IOException {
    ImageSet images = DATA.split(0.2, new Seeds(SEED).split()).validation();
    try (RunFolder folder = RunFolder.open(temp.resolve("mixed"));
        NDManager manager = NDManager.newBaseManager(Device.cpu(), ENGINE)) {
      Block block = TrainedModel.loadBlock(folder, null, manager);
      Head cut = Head.of(block).orElseThrow();
      try (Inference whole = Inference.of(manager, block, precision);
          Inference backbone = Inference.of(manager, cut.backbone(), precision);
          Inference head = Inference.of(manager, cut.block(), precision)) {
        Inference model =
            freeze.equals("none") ? whole : data -> head.forward(backbone.forward(data));
        return new Evaluator(manager, images, DATA.normalization(), BATCH).scores(model).loss();
      }
    }
  }
}
