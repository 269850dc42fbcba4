package io.github.flora.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.flora.data.Normalization;
import io.github.flora.engine.Optimizer;
import io.github.flora.models.NetworkOptions;
import io.github.flora.models.PretrainedWeights;
import io.github.flora.trainer.SmallData;
import io.github.flora.trainer.run.RunInfo.DataInfo;
import io.github.flora.trainer.run.RunInfo.EngineInfo;
import io.github.flora.trainer.run.RunInfo.Result;
import io.github.flora.trainer.run.RunInfo.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Other programs read these files: their keys stay, and a damaged one is named. */
final class RunFilesTest {

  private static final RunInfo INFO =
      new RunInfo(
          Status.DONE,
          "mnist-cnn",
          "cnn",
          "2026-01-01T12:00:00",
          "0.1.0",
          "17.0.1",
          "Linux amd64",
          new EngineInfo("PyTorch", "2.7.1", "cpu", 2),
          new DataInfo("mnist", "real", "/data/mnist", 48000, 12000, 10000),
          SmallData.hyperparameters(10, 128, "adam", 1e-3, 0.2, 0.25, true),
          Optimizer.of("adam").numbers(),
          7,
          new RunInfo.PretrainedInfo("net.pth", "0".repeat(64), null),
          new Result(0.9912, 0.0251, 9, 10, 4321.5, 111.5));

  private static final ModelInfo MODEL =
      new ModelInfo(
          "cnn",
          new NetworkOptions(2, 0.25f, true),
          new ModelInfo.Input(1, 28, 28),
          0,
          null,
          Normalization.UNIT,
          List.of("cat", "dog"));

  @TempDir Path temp;
  private RunFolder folder;

  @BeforeEach
  void open() throws IOException {
    folder = RunFolder.create(temp.resolve("run"), false);
  }

  @AfterEach
  void close() throws IOException {
    folder.close();
  }

  private Path runJson() {
    return folder.root().resolve("run.json");
  }

  private Path modelJson() {
    return folder.root().resolve("model/model.json");
  }

  @Test
  void runJsonReadsAsThis() throws IOException {
    folder.write(INFO);
    assertEquals(
        """
        {
          "status": "done",
          "recipe": "mnist-cnn",
          "model": "cnn",
          "started": "2026-01-01T12:00:00",
          "flora": "0.1.0",
          "java": "17.0.1",
          "os": "Linux amd64",
          "engine": {
            "name": "PyTorch",
            "version": "2.7.1",
            "device": "cpu",
            "threads": 2
          },
          "data": {
            "name": "mnist",
            "source": "real",
            "origin": "/data/mnist",
            "train": 48000,
            "validation": 12000,
            "test": 10000
          },
          "hyperparameters": {
            "epochs": 10,
            "batch_size": 128,
            "optimizer": "adam",
            "learning_rate": 0.001,
            "schedule": "constant",
            "warmup_epochs": 0,
            "patience": 3,
            "decay_norms": true,
            "clip_norm": 0.0,
            "label_smoothing": 0.0,
            "balance_classes": false,
            "balance_sampling": false,
            "augment": "none",
            "mixup": 0.0,
            "crop_share": 0.875,
            "early_stopping": 0,
            "monitor": "val_accuracy",
            "validation_split": 0.2,
            "validate_every": 1,
            "dropout": 0.25,
            "batch_norm": true,
            "fine_tuning": {
              "pretrained": "none",
              "freeze": "none",
              "freeze_norms": false,
              "head_hidden": 0
            },
            "precision": "fp32"
          },
          "optimizer": {
            "beta1": 0.9,
            "beta2": 0.999,
            "epsilon": 1.0E-7,
            "weight_decay": 0.0
          },
          "seed": 7,
          "pretrained": {
            "file": "net.pth",
            "sha256": "0000000000000000000000000000000000000000000000000000000000000000"
          },
          "result": {
            "test_accuracy": 0.9912,
            "test_loss": 0.0251,
            "best_epoch": 9,
            "epochs": 10,
            "train_images_per_second": 4321.5,
            "seconds": 111.5
          }
        }
        """,
        Files.readString(runJson()));
    assertEquals(INFO, folder.info());
  }

  @Test
  void whereWeightsCameFromIsKept() {
    String url = "https://host/net.pth#sha256=" + "0".repeat(64);
    assertEquals(
        new RunInfo.PretrainedInfo("net.pth", "0".repeat(64), url),
        RunInfo.PretrainedInfo.of(
            new PretrainedWeights(temp.resolve("net.pth"), url, "0".repeat(64))));
  }

  @Test
  void modelJsonReadsAsThis() throws IOException {
    folder.write(MODEL);
    assertEquals(
        """
        {
          "network": "cnn",
          "options": {
            "classes": 2,
            "dropout": 0.25,
            "batch_norm": true,
            "head_hidden": 0
          },
          "input": {
            "channels": 1,
            "height": 28,
            "width": 28
          },
          "margin": 0,
          "normalization": {
            "mean": [
              0.0
            ],
            "std": [
              1.0
            ]
          },
          "labels": [
            "cat",
            "dog"
          ]
        }
        """,
        Files.readString(modelJson()));
    assertEquals(MODEL, folder.model());
  }

  @ParameterizedTest
  @EnumSource
  void statusIsInLowerCase(Status status) throws IOException {
    folder.write(INFO.with(status, null));
    JsonObject json = JsonParser.parseString(Files.readString(runJson())).getAsJsonObject();
    assertEquals(status.name().toLowerCase(Locale.ROOT), json.get("status").getAsString());
    assertFalse(json.has("result"));
    assertEquals(INFO.with(status, null), folder.info());
  }

  private static void oneLineNaming(Path file, IOException e) {
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith(file + " is damaged ("), message);
    assertTrue(message.endsWith("): train again or restore it"), message);
    assertEquals(1, message.lines().count(), message);
    assertFalse(message.contains("com.google") || message.contains("java."), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "null", "{", "[]", "7", "{\"status\": \"done\"", "not JSON"})
  void aDamagedRunJsonIsNamed(String content) throws IOException {
    Files.writeString(runJson(), content);
    oneLineNaming(runJson(), assertThrows(RunException.class, () -> folder.info()));
  }

  @Test
  void aBinaryRunJsonIsNamed() throws IOException {
    Files.write(runJson(), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
    oneLineNaming(runJson(), assertThrows(RunException.class, () -> folder.info()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"status", "recipe", "model", "engine", "data", "hyperparameters"})
  void aRunJsonThatLacksAKeyIsNamed(String key) throws IOException {
    folder.write(INFO);
    edit(runJson(), json -> json.remove(key));
    oneLineNaming(runJson(), assertThrows(RunException.class, () -> folder.info()));
  }

  /** A run of a version that didn't write the optimizer's numbers is none the worse for it. */
  @Test
  void anOlderRunJsonIsRead() throws IOException {
    folder.write(INFO);
    edit(
        runJson(),
        json -> {
          json.remove("optimizer");
          json.getAsJsonObject("hyperparameters").remove("dropout");
        });
    RunInfo read = folder.info();
    assertEquals(Map.of(), read.optimizer());
    assertNull(read.hyperparameters().dropout());
    assertEquals(INFO.result(), read.result());
    assertEquals(INFO.optimizer(), INFO.goingOnFrom(read).optimizer());
  }

  @ParameterizedTest
  @CsvSource({
    "fashion-mnist,real,48000,12000,10000",
    "mnist,synthetic,48000,12000,10000",
    "mnist,real,47000,12000,10000",
    "mnist,real,48000,11000,10000",
    "mnist,real,48000,12000,9000",
  })
  void aRunDoesNotGoOnWithOtherData(
      String name, String source, int train, int validation, int test) {
    DataInfo others = new DataInfo(name, source, "/data/mnist", train, validation, test);
    RunInfo now =
        new RunInfo(
            Status.RUNNING,
            INFO.recipe(),
            INFO.model(),
            INFO.started(),
            INFO.flora(),
            INFO.java(),
            INFO.os(),
            INFO.engine(),
            others,
            INFO.hyperparameters(),
            INFO.optimizer(),
            INFO.seed(),
            null,
            null);
    RunException e = assertThrows(RunException.class, () -> now.goingOnFrom(INFO));
    assertEquals(
        "the run learns from mnist (real, 48,000 + 12,000 + 10,000 images), but this is %s (%s,"
                .formatted(name, source)
            + " %,d + %,d + %,d images): name its own with --data"
                .formatted(train, validation, test),
        e.getMessage());
  }

  @Test
  void aRunJsonWithAnUnknownStatusIsNamed() throws IOException {
    folder.write(INFO);
    edit(runJson(), json -> json.addProperty("status", "asleep"));
    oneLineNaming(runJson(), assertThrows(RunException.class, () -> folder.info()));
  }

  @Test
  void aRunJsonWithAnImpossibleValueIsNamed() throws IOException {
    folder.write(INFO);
    edit(runJson(), json -> json.getAsJsonObject("hyperparameters").addProperty("epochs", 0));
    oneLineNaming(runJson(), assertThrows(RunException.class, () -> folder.info()));
  }

  @Test
  void moreKeysAreNoDamage() throws IOException {
    folder.write(INFO);
    edit(runJson(), json -> json.addProperty("later", 1));
    assertEquals(INFO, folder.info());
  }

  @ParameterizedTest
  @ValueSource(strings = {"network", "options", "input", "normalization", "labels"})
  void aModelJsonThatLacksAKeyIsNamed(String key) throws IOException {
    folder.write(MODEL);
    edit(modelJson(), json -> json.remove(key));
    oneLineNaming(modelJson(), assertThrows(RunException.class, () -> folder.model()));
  }

  @Test
  void aModelJsonOfAnUnknownNetworkIsNamed() throws IOException {
    folder.write(MODEL);
    Files.writeString(folder.weights(), "weights");
    edit(modelJson(), json -> json.addProperty("network", "resnet"));
    String engine = SmallData.pytorch().getEngineName();
    RunException e =
        assertThrows(RunException.class, () -> TrainedModel.load(folder, engine, Device.cpu()));
    String message = String.valueOf(e.getMessage());
    // No damage: it may be somebody's own, whose class isn't here.
    assertTrue(message.startsWith(modelJson() + ": no model named 'resnet'; there are: "), message);
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void aMissingModelJsonIsNamed() throws IOException {
    Files.createDirectories(folder.weights().getParent());
    RunException e = assertThrows(RunException.class, () -> folder.model());
    assertEquals(modelJson() + " is missing: is this the folder of a run?", e.getMessage());
  }

  private static void edit(Path file, Consumer<JsonObject> change) throws IOException {
    JsonElement json = JsonParser.parseString(Files.readString(file));
    change.accept(json.getAsJsonObject());
    Files.writeString(file, json.toString());
  }
}
