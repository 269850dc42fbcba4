package io.github.flora.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import io.github.flora.models.ResNet.Stem;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HeadTest {

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

  @ParameterizedTest
  @CsvSource({
    "resnet18-small, 0, 0, fc., fc.weight fc.bias, 512",
    "resnet18-small, 0.5, 0, fc., fc.weight fc.bias, 512",
    "resnet18-small, 0.5, 16, fc., fc.0.weight fc.0.bias fc.3.weight fc.3.bias, 512",
    "resnet18-small, 0, 16, fc., fc.0.weight fc.0.bias fc.2.weight fc.2.bias, 512",
    "cnn, 0.5, 0, fc2., fc2.weight fc2.bias, 128",
    "mlp, 0, 0, fc2., fc2.weight fc2.bias, 512",
  })
  void backboneAndHeadTogetherAreTheNetwork(
      String name, float dropout, int hidden, String prefix, String names, int features) {
    Network network = Networks.get(name);
    Block whole =
        Fixtures.initialized(
            manager,
            network.newBlock(new NetworkOptions(5, dropout, false, hidden)),
            network.inputShape());
    Head head = Head.of(whole).orElseThrow();
    assertEquals(prefix, head.prefix());
    assertEquals(List.of(names.split(" ")), List.copyOf(head.names()));
    NDArray images = manager.randomUniform(0, 1, new Shape(2).addAll(network.inputShape()));
    NDArray middle = Fixtures.forward(manager, head.backbone(), images, false);
    assertEquals(new Shape(2, features), middle.getShape());
    assertArrayEquals(
        Fixtures.forward(manager, whole, images, false).toFloatArray(),
        Fixtures.forward(manager, head.block(), middle, false).toFloatArray());
    assertEquals(
        dropout > 0,
        !Arrays.equals(
            Fixtures.forward(manager, head.block(), middle, true).toFloatArray(),
            Fixtures.forward(manager, head.block(), middle, false).toFloatArray()));
  }

  /** A dense layer, ReLU, another dense layer: by hand. */
  @Test
  void aHiddenLayerHasReluInIt() {
    Block whole =
        Fixtures.initialized(
            manager,
            ResNet.resnet18(new NetworkOptions(5, 0f, false, 16), Stem.SMALL),
            new Shape(3, 8, 8));
    NDArray features = manager.randomNormal(new Shape(2, 512));
    NDArray hidden = dense(whole, "fc.0", features);
    assertTrue(hidden.min().getFloat() < 0, "something is cut off");
    assertArrayEquals(
        dense(whole, "fc.2", hidden.maximum(0)).toFloatArray(),
        Fixtures.forward(manager, Head.of(whole).orElseThrow().block(), features, false)
            .toFloatArray(),
        1e-5f);
  }

  private static NDArray dense(Block network, String name, NDArray inputs) {
    return inputs
        .dot(Fixtures.parameter(network, name + ".weight").getArray().transpose())
        .add(Fixtures.parameter(network, name + ".bias").getArray());
  }

  @Test
  void whatCantBeCutHasNoHead() {
    assertTrue(Head.of(LambdaBlock.singleton(x -> x)).isEmpty());
    assertTrue(Head.of(new SequentialBlock()).isEmpty());
    Block one = new SequentialBlock().add(LambdaBlock.singleton(x -> x)).add(Layers.dense(3));
    assertTrue(Head.of(Fixtures.initialized(manager, one, new Shape(4))).isEmpty());
  }

  @Test
  void frozenNormsKeepTheirStatisticsInTraining() {
    Block network =
        Fixtures.initialized(manager, ResNet.resnet18(5, Stem.SMALL), new Shape(3, 8, 8));
    NDArray images = manager.randomUniform(0, 1, new Shape(4, 3, 8, 8));
    float[] mean = Fixtures.parameter(network, "bn1.running_mean").getArray().toFloatArray();
    float[] asked = Fixtures.forward(manager, network, images, false).toFloatArray();
    assertEquals(20, BatchNorm.freezeAll(network));
    assertArrayEquals(asked, Fixtures.forward(manager, network, images, true).toFloatArray());
    assertArrayEquals(
        mean, Fixtures.parameter(network, "bn1.running_mean").getArray().toFloatArray());
    Set<String> norms = Set.of("bn1.weight", "layer1.0.bn2.bias", "layer2.0.downsample.1.weight");
    norms.forEach(name -> assertFalse(Fixtures.parameter(network, name).requiresGradient(), name));
    assertTrue(Fixtures.parameter(network, "conv1.weight").requiresGradient());
  }
}
