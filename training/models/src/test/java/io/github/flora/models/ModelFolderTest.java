package io.github.flora.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ModelFolderTest {

  /** As the trainer writes it. */
  private static final String LENET =
      """
      {
        "network": "lenet5",
        "options": {"classes": 3, "batch_norm": false},
        "input": {"channels": 1, "height": 32, "width": 32},
        "margin": 2,
        "normalization": {"mean": [0.25], "std": [0.5]},
        "labels": ["a, b", "c", "d"]
      }
      """;

  @TempDir Path folder;
  private NDManager manager;

  @BeforeEach
  void open() {
    manager = Fixtures.ENGINE.newBaseManager();
    Fixtures.ENGINE.setRandomSeed(7);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private Block write(String json) throws IOException {
    Files.writeString(folder.resolve("model.json"), json);
    Block block = Fixtures.initialized(manager, LeNet5.create(3), new Shape(1, 32, 32));
    Weights.save(block, folder.resolve("model.safetensors"), Map.of());
    ModelFolder.writeServingProperties(folder);
    return block;
  }

  private <I, O> ZooModel<I, O> load(Class<I> input, Class<O> output) throws Exception {
    return Criteria.builder()
        .setTypes(input, output)
        .optModelPath(folder)
        .optEngine("PyTorch")
        .build()
        .loadModel();
  }

  @Test
  void servingPropertiesArePinned() throws IOException {
    ModelFolder.writeServingProperties(folder);
    ModelFolder.writeServingProperties(folder);
    assertEquals(
        """
        # Read by DJL: lets Criteria load this folder.
        blockFactory=io.github.flora.models.ModelFolderBlockFactory
        translatorFactory=io.github.flora.models.ModelFolderTranslatorFactory
        option.hasParameter=false
        """,
        Files.readString(folder.resolve("serving.properties")));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
    // Whoever may read the weights may read this.
    Path other = Files.writeString(folder.resolve("other"), "");
    assertEquals(
        Files.getPosixFilePermissions(other),
        Files.getPosixFilePermissions(folder.resolve("serving.properties")));
  }

  @Test
  void criteriaLoadTheNetworkWithItsWeights() throws Exception {
    Block saved = write(LENET);
    NDArray images = manager.randomUniform(0, 1, new Shape(5, 1, 32, 32));
    float[] expected = Fixtures.forward(manager, saved, images, false).toFloatArray();
    try (ZooModel<NDList, NDList> model = load(NDList.class, NDList.class);
        Predictor<NDList, NDList> predictor = model.newPredictor()) {
      assertEquals("PyTorch", model.getNDManager().getEngine().getEngineName());
      NDArray logits = predictor.predict(new NDList(images)).singletonOrThrow();
      assertArrayEquals(expected, logits.toFloatArray(), 1e-6f);
      assertFalse(logits.hasGradient());
      assertEquals(new Shape(1, 1, 32, 32), model.describeInput().get(0).getValue());
    }
  }

  @Test
  void criteriaLoadATranslatorForPictures() throws Exception {
    Block saved = write(LENET);
    BufferedImage picture = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
    NDArray expected = manager.zeros(new Shape(1, 1, 32, 32));
    float[] pixels = new float[32 * 32];
    for (int y = 0; y < 28; y++) {
      for (int x = 0; x < 28; x++) {
        int value = (y * 37 + x * 11) % 256;
        picture.getRaster().setSample(x, y, 0, value);
        pixels[(y + 2) * 32 + x + 2] = value / 255f;
      }
    }
    expected.set(pixels);
    float[] probabilities =
        Fixtures.forward(manager, saved, expected.sub(0.25f).div(0.5f), false)
            .softmax(1)
            .toFloatArray();
    Criteria<Image, Classifications> criteria =
        Criteria.builder()
            .setTypes(Image.class, Classifications.class)
            .optModelPath(folder)
            .optTranslatorFactory(new ModelFolderTranslatorFactory())
            .optEngine("PyTorch")
            .build();
    try (ZooModel<Image, Classifications> model = criteria.loadModel();
        Predictor<Image, Classifications> predictor = model.newPredictor()) {
      Classifications answer = predictor.predict(ImageFactory.getInstance().fromImage(picture));
      assertEquals(List.of("a, b", "c", "d"), answer.getClassNames());
      for (int i = 0; i < 3; i++) {
        assertEquals(
            probabilities[i], answer.get(answer.getClassNames().get(i)).getProbability(), 1e-5);
      }
      // Another size and colours are made to fit.
      BufferedImage photo = new BufferedImage(50, 40, BufferedImage.TYPE_INT_RGB);
      assertEquals(
          3, predictor.predict(ImageFactory.getInstance().fromImage(photo)).items().size());
    }
  }

  /** The types of DJL's server, for which the translator comes from serving.properties. */
  @Test
  void criteriaLoadATranslatorForServing() throws Exception {
    write(LENET);
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY), "png", png);
    Input input = new Input();
    input.add("data", png.toByteArray());
    try (ZooModel<Input, Output> model = load(Input.class, Output.class);
        Predictor<Input, Output> predictor = model.newPredictor()) {
      String answer = predictor.predict(input).getAsString(0);
      assertTrue(answer.contains("\"a, b\""), answer);
    }
  }

  @Test
  void loadedModelTrainsOn() throws Exception {
    write(LENET);
    try (ZooModel<NDList, NDList> model = load(NDList.class, NDList.class)) {
      assertTrue(
          model.getBlock().getParameters().values().stream()
              .noneMatch(Parameter::requiresGradient));
      try (Trainer trainer =
          model.newTrainer(new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()))) {
        trainer.initialize(new Shape(1, 1, 32, 32));
        assertTrue(
            model.getBlock().getParameters().values().stream()
                .allMatch(Parameter::requiresGradient));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'\"lenet5\"', '\"lenet9\"', no model named 'lenet9'; there are: mlp",
    "'\"classes\": 3', '\"classes\": 4', has 3 labels for 4 classes",
    "'[0.25]', '[0.25, 0]', normalization isn't for 1 channels",
    "'\"height\": 32, ', '', lacks the key 'height'",
    "'\"height\": 32', '\"height\": 0', is empty",
    "'\"height\": 32', '\"height\": \"x\"', For input string",
    "'\"height\": 32', '\"height\": {}', isn't the description of a model",
    "'{', '[', isn't the description of a model",
  })
  void damagedDescriptionIsNamed(String part, String damage, String problem) throws IOException {
    write(LENET.replace(part, damage));
    String message =
        String.valueOf(
            assertThrows(WeightsException.class, () -> ModelFolder.read(folder)).getMessage());
    assertTrue(message.startsWith(folder.resolve("model.json") + ": "), message);
    assertTrue(message.contains(problem), message);
  }

  @Test
  void missingFilesAreNamed() throws Exception {
    write(LENET);
    Files.delete(folder.resolve("model.safetensors"));
    assertEquals(
        folder.resolve("model.safetensors") + ": can't be opened: there is no such file or folder",
        assertThrows(WeightsException.class, () -> load(NDList.class, NDList.class)).getMessage());
    Files.delete(folder.resolve("model.json"));
    assertEquals(
        folder.resolve("model.json") + ": can't be read: there is no such file or folder",
        assertThrows(WeightsException.class, () -> load(NDList.class, NDList.class)).getMessage());
  }
}
