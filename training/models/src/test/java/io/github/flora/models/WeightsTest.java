package io.github.flora.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WeightsTest {

  private static final Shape IMAGE = new Shape(1, 28, 28);

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

  private Block cnn() {
    return Fixtures.initialized(manager, Cnn.create(10, 0.5f, true), IMAGE);
  }

  @Test
  void loadedBlockGivesTheSameLogitsFromTheSameArrays() throws IOException {
    Block saved = cnn();
    // Running statistics differ from their start values after a training pass.
    NDArray images = manager.randomUniform(0, 1, new Shape(4).addAll(IMAGE));
    Fixtures.forward(manager, saved, images, true);
    Path file = folder.resolve("cnn.safetensors");
    Weights.save(saved, file, Map.of("recipe", "mnist-cnn"));

    Block loaded = cnn();
    List<NDArray> before =
        loaded.getParameters().values().stream().map(Parameter::getArray).toList();
    NDArray alias = before.get(0).stopGradient();
    Weights.load(loaded, file);
    assertArrayEquals(before.get(0).toFloatArray(), alias.toFloatArray());
    List<Parameter> after = loaded.getParameters().values();
    for (int i = 0; i < before.size(); i++) {
      assertSame(before.get(i), after.get(i).getArray());
      assertEquals(after.get(i).requiresGradient(), before.get(i).hasGradient());
    }
    assertArrayEquals(
        Fixtures.forward(manager, saved, images, false).toFloatArray(),
        Fixtures.forward(manager, loaded, images, false).toFloatArray());
    try (SafetensorsFile in = Safetensors.open(file)) {
      assertEquals(Map.of("recipe", "mnist-cnn"), in.metadata());
      assertEquals(ParameterNames.of(saved).keySet().size(), in.names().size());
    }
  }

  @Test
  void loadedBlockTrainsOn() throws IOException {
    Block block = Fixtures.initialized(manager, Mlp.create(10, 0f), IMAGE);
    Path file = folder.resolve("mlp.safetensors");
    Weights.save(block, file, Map.of());
    Weights.load(block, file);
    NDArray images = manager.randomUniform(0, 1, new Shape(2).addAll(IMAGE));
    try (GradientCollector collector = Fixtures.ENGINE.newGradientCollector()) {
      collector.backward(Fixtures.forward(manager, block, images, true).square().sum());
    }
    for (Parameter parameter : block.getParameters().values()) {
      NDArray array = parameter.getArray();
      assertTrue(array.getGradient().abs().max().getFloat() > 0);
      // An update in place, as optimizers do; the memory must be the array's own.
      array.subi(array.getGradient().mul(1e-3f));
    }
    float[] updated = block.getParameters().get(0).getValue().getArray().toFloatArray();
    Weights.load(block, file);
    float[] restored = block.getParameters().get(0).getValue().getArray().toFloatArray();
    try (SafetensorsFile in = Safetensors.open(file)) {
      assertArrayEquals(in.read(manager, "fc1.weight").toFloatArray(), restored);
    }
    assertFalse(Arrays.equals(updated, restored));
  }

  @Test
  void everyDifferenceIsListedAndNothingIsChanged() throws IOException {
    Block block = cnn();
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    ParameterNames.of(block).forEach((name, p) -> arrays.put(name, p.getArray().add(1)));
    arrays.remove("conv1.weight");
    arrays.remove("fc1.bias");
    arrays.put("fc3.weight", manager.create(1f));
    arrays.put("fc1.num_batches_tracked", manager.create(1L));
    arrays.put("fc2.weight", manager.zeros(new Shape(7, 128)));
    arrays.put("fc2.bias", manager.zeros(new Shape(10), DataType.INT32));
    Path file = folder.resolve("other.safetensors");
    Safetensors.write(file, arrays, Map.of());
    Path before = folder.resolve("before.safetensors");
    Weights.save(block, before, Map.of());

    WeightsException e = assertThrows(WeightsException.class, () -> Weights.load(block, file));
    assertEquals(
        file
            + ": doesn't fit the model: missing conv1.weight, fc1.bias;"
            + " unexpected fc1.num_batches_tracked, fc3.weight;"
            + " fc2.weight is (7, 128), not (10, 128); fc2.bias is int32, not float32",
        e.getMessage());
    Path after = folder.resolve("after.safetensors");
    Weights.save(block, after, Map.of());
    assertArrayEquals(Files.readAllBytes(before), Files.readAllBytes(after));
  }

  @Test
  void otherFloatingTypesAndPyTorchsBatchCountersAreFine() throws IOException {
    Block block = cnn();
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    ParameterNames.of(block)
        .forEach((name, p) -> arrays.put(name, p.getArray().toType(DataType.FLOAT64, true)));
    arrays.put("fc2.bias", manager.full(new Shape(10), 0.5f).toType(DataType.FLOAT16, true));
    arrays.put("bn1.num_batches_tracked", manager.create(3L));
    Path file = folder.resolve("f64.safetensors");
    Safetensors.write(file, arrays, Map.of());
    Weights.load(block, file);
    NDArray bias = block.getParameters().values().get(13).getArray();
    assertEquals(DataType.FLOAT32, bias.getDataType());
    assertEquals(0.5f, bias.min().getFloat());
  }

  @Test
  void headOfOtherClassesIsReplacedAndAllIsReported() throws IOException {
    Block pretrained = cnn();
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    ParameterNames.of(pretrained).forEach((name, p) -> arrays.put(name, p.getArray()));
    arrays.remove("fc2.bias");
    arrays.put("head.scale", manager.create(1f));
    arrays.put("bn1.num_batches_tracked", manager.create(3L));
    Path file = folder.resolve("pretrained.safetensors");
    Safetensors.write(file, arrays, Map.of());

    Block block = Fixtures.initialized(manager, Cnn.create(7, 0.5f, true), IMAGE);
    Map<String, float[]> before = new LinkedHashMap<>();
    ParameterNames.of(block)
        .forEach((name, p) -> before.put(name, p.getArray().duplicate().toFloatArray()));
    WeightsException e =
        assertThrows(
            WeightsException.class,
            () -> Weights.loadMatching(block, file, Set.of("fc2.bias", "head.scale")));
    assertEquals(
        file + ": doesn't fit the model: fc2.weight is (10, 128), not (7, 128)", e.getMessage());

    LoadReport report =
        Weights.loadMatching(
            block, file, Set.of("fc2.weight", "fc2.bias", "fc1.bias", "head.scale"));
    List<String> kept = List.of("fc1.bias", "fc2.weight", "fc2.bias");
    List<String> loaded = new ArrayList<>(before.keySet());
    loaded.removeAll(kept);
    assertEquals(
        new LoadReport(
            loaded,
            kept,
            List.of("fc2.bias"),
            List.of("head.scale"),
            List.of("fc2.weight is (10, 128), not (7, 128)")),
        report);
    Map<String, NDArray> after = new LinkedHashMap<>();
    ParameterNames.of(block).forEach((name, p) -> after.put(name, p.getArray()));
    Map<String, float[]> expected = new LinkedHashMap<>();
    ParameterNames.of(pretrained)
        .forEach((name, p) -> expected.put(name, p.getArray().toFloatArray()));
    kept.forEach(name -> expected.put(name, Objects.requireNonNull(before.get(name))));
    after.forEach(
        (name, array) -> assertArrayEquals(expected.get(name), array.toFloatArray(), name));
  }

  @Test
  void replacedNameThatNobodyKnowsIsAnError() throws IOException {
    Block block = cnn();
    Path file = folder.resolve("cnn.safetensors");
    Weights.save(block, file, Map.of());
    assertEquals(
        "neither the model nor " + file + " has fc.weight",
        assertThrows(
                IllegalArgumentException.class,
                () -> Weights.loadMatching(block, file, Set.of("fc.weight")))
            .getMessage());
  }
}
