package io.github.flora.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.GradientCollector;
import java.lang.reflect.Field;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Puts every registered network, in each of its variants, through the same checks. */
final class NetworksTest {

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

  static List<Arguments> variants() {
    List<Arguments> variants = new ArrayList<>();
    for (String name : Networks.names()) {
      variants.add(Arguments.of(name, NetworkOptions.of(10)));
    }
    variants.add(Arguments.of("mlp", new NetworkOptions(10, 0.3f, false)));
    variants.add(Arguments.of("cnn", new NetworkOptions(3, 0f, true)));
    variants.add(Arguments.of("cnn", new NetworkOptions(1, null, false)));
    variants.add(Arguments.of("resnet18", NetworkOptions.of(1)));
    variants.add(Arguments.of("djl-nin", new NetworkOptions(102, 0f, false)));
    return variants;
  }

  static List<String> ownSimpleNetworks() {
    return List.of("mlp", "cnn", "lenet5");
  }

  /** Photographs are shrunk as far as the network allows, but to no less than 64 pixels. */
  private static Shape image(Network network) {
    Shape shape = network.inputShape();
    long side = Math.min(shape.get(1), Math.max(64, network.smallestSize()));
    return new Shape(shape.get(0), side, side);
  }

  @Test
  void namesArePinned() {
    assertEquals(
        List.of(
            "mlp",
            "cnn",
            "lenet5",
            "resnet18",
            "resnet34",
            "resnet18-small",
            "resnet34-small",
            "djl-lenet",
            "djl-alexnet",
            "djl-vgg11",
            "djl-nin",
            "djl-googlenet",
            "djl-squeezenet",
            "djl-mobilenet-v1",
            "djl-mobilenet-v2",
            "djl-resnet50"),
        Networks.names());
  }

  @Test
  void unknownNameListsTheNetworks() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Networks.get("CNN"));
    assertEquals(
        "no model named 'CNN'; there are: " + String.join(", ", Networks.names()), e.getMessage());
  }

  @ParameterizedTest
  @MethodSource("variants")
  void outputsAreFiniteLogitsForAnyBatch(String name, NetworkOptions options) {
    Network network = Networks.get(name);
    Shape image = image(network);
    Block block = Fixtures.initialized(manager, network.newBlock(options), image);
    for (int n : new int[] {1, 3}) {
      Shape shape = new Shape(n).addAll(image);
      NDArray logits = Fixtures.forward(manager, block, manager.randomUniform(0, 1, shape), false);
      assertEquals(new Shape(n, options.classes()), logits.getShape());
      assertEquals(new Shape(n, options.classes()), block.getOutputShapes(new Shape[] {shape})[0]);
      assertFalse(logits.isNaN().any().getBoolean());
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void everyTrainableParameterGetsAGradient(String name, NetworkOptions options) {
    Network network = Networks.get(name);
    Shape image = image(network);
    Block block = Fixtures.initialized(manager, network.newBlock(options), image);
    NDArray images = manager.randomUniform(0, 1, new Shape(4).addAll(image));
    try (GradientCollector collector = Fixtures.ENGINE.newGradientCollector()) {
      collector.backward(Fixtures.forward(manager, block, images, true).square().sum());
    }
    for (Map.Entry<String, Parameter> entry : ParameterNames.of(block).entrySet()) {
      if (entry.getValue().requiresGradient()) {
        float largest = entry.getValue().getArray().getGradient().abs().max().getFloat();
        assertTrue(largest > 0 && Float.isFinite(largest), entry.getKey() + ": " + largest);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    // Count of 784·512 + 512 + 512·10 + 10; Keras's model.summary(); LeNet-5 with a full C3.
    "mlp, false, 407050",
    "cnn, false, 225034",
    "cnn, true, 225130",
    "lenet5, false, 61706",
    // torchvision.models with num_classes=10.
    "resnet18, true, 11181642",
    "resnet34, true, 21289802",
  })
  void trainableParametersAreAsPublished(String name, boolean batchNorm, long expected) {
    Network network = Networks.get(name);
    Block block = network.newBlock(new NetworkOptions(10, null, batchNorm));
    Fixtures.initialized(manager, block, network.inputShape());
    long count =
        block.getParameters().values().stream()
            .filter(Parameter::requiresGradient)
            .mapToLong(p -> p.getShape().size())
            .sum();
    assertEquals(expected, count);
  }

  /** Runs forward at the least size, and at others where weights are the same for all. */
  @ParameterizedTest
  @MethodSource("io.github.flora.models.Networks#names")
  void sizesAreAsStated(String name) {
    Network network = Networks.get(name);
    Shape least = new Shape(3, network.smallestSize(), network.smallestSize());
    Block block = Fixtures.initialized(manager, network.newBlock(NetworkOptions.of(2)), least);
    NDArray images = manager.randomUniform(0, 1, new Shape(1).addAll(least));
    assertEquals(new Shape(1, 2), Fixtures.forward(manager, block, images, false).getShape());
    Shape wide = new Shape(1, 3, network.smallestSize() + 3, 2L * network.smallestSize() + 9);
    NDArray other = manager.randomUniform(0, 1, wide);
    if (network.anySize()) {
      assertEquals(new Shape(1, 2), Fixtures.forward(manager, block, other, false).getShape());
    } else {
      assertThrows(RuntimeException.class, () -> Fixtures.forward(manager, block, other, false));
    }
  }

  @ParameterizedTest
  @MethodSource("ownSimpleNetworks")
  void weightsStartGlorotUniformAndBiasesAtZero(String name) {
    Network network = Networks.get(name);
    NetworkOptions options = NetworkOptions.of(10);
    Block block = Fixtures.initialized(manager, network.newBlock(options), network.inputShape());
    ParameterNames.of(block)
        .forEach(
            (parameterName, parameter) -> {
              NDArray array = parameter.getArray();
              if (parameter.getType() == Parameter.Type.BIAS) {
                assertEquals(0f, array.abs().max().getFloat(), parameterName);
              } else if (parameter.getType() == Parameter.Type.WEIGHT) {
                Shape shape = array.getShape();
                double area = shape.dimension() == 4 ? shape.get(2) * shape.get(3) : 1;
                double limit = Math.sqrt(6 / (area * (shape.get(0) + shape.get(1))));
                double largest = array.abs().max().getFloat();
                assertTrue(largest <= limit * 1.000001, parameterName + ": " + largest);
                // The chance that none of n values comes within 10 % of the limit is 0.9^n.
                assertTrue(
                    shape.size() < 100 || largest > 0.9 * limit, parameterName + ": " + largest);
              }
            });
  }

  @Test
  void sameSeedGivesTheSameWeights() {
    List<float[]> runs = new ArrayList<>();
    for (int seed : new int[] {1, 1, 2}) {
      Fixtures.ENGINE.setRandomSeed(seed);
      Block block =
          Fixtures.initialized(manager, Cnn.create(10, 0.5f, false), new Shape(1, 28, 28));
      runs.add(block.getParameters().get(4).getValue().getArray().toFloatArray());
    }
    assertTrue(Arrays.equals(runs.get(0), runs.get(1)));
    assertFalse(Arrays.equals(runs.get(0), runs.get(2)));
  }

  @Test
  void parameterNamesArePinned() {
    Map<String, List<String>> expected = new LinkedHashMap<>();
    expected.put("mlp", List.of("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"));
    expected.put(
        "cnn",
        List.of(
            "conv1.weight",
            "conv1.bias",
            "conv2.weight",
            "conv2.bias",
            "fc1.weight",
            "fc1.bias",
            "fc2.weight",
            "fc2.bias"));
    expected.put(
        "lenet5",
        List.of(
            "conv1.weight",
            "conv1.bias",
            "conv2.weight",
            "conv2.bias",
            "conv3.weight",
            "conv3.bias",
            "fc1.weight",
            "fc1.bias",
            "fc2.weight",
            "fc2.bias"));
    expected.forEach(
        (name, names) -> {
          Block block = Networks.get(name).newBlock(NetworkOptions.of(10));
          assertEquals(names, List.copyOf(ParameterNames.of(block).keySet()));
        });
  }

  @Test
  void reluAfterPoolingEqualsReluBefore() {
    NDArray conv = manager.randomNormal(new Shape(4, 8, 26, 26), DataType.FLOAT32);
    List<NDArray> values = new ArrayList<>();
    List<NDArray> gradients = new ArrayList<>();
    Shape two = new Shape(2, 2);
    Block pool = Pool.maxPool2dBlock(two, two);
    Block relu = Activation.reluBlock();
    for (List<Block> order : List.of(List.of(pool, relu), List.of(relu, pool))) {
      NDArray input = conv.duplicate();
      input.setRequiresGradient(true);
      try (GradientCollector collector = Fixtures.ENGINE.newGradientCollector()) {
        NDArray output = input;
        for (Block block : order) {
          output = Fixtures.forward(manager, block, output, true);
        }
        collector.backward(output.square().sum());
        values.add(output);
      }
      gradients.add(input.getGradient());
    }
    assertEquals(values.get(0), values.get(1));
    assertEquals(gradients.get(0), gradients.get(1));
  }

  @ParameterizedTest
  @CsvSource({"mlp, 0", "cnn, 1", "lenet5, 0", "resnet18, 0"})
  void dropoutIsThereByDefaultWhereDocumented(String name, long expected) {
    Block block = Networks.get(name).newBlock(NetworkOptions.of(10));
    assertEquals(expected, dropouts(block));
    assertEquals(0, dropouts(Networks.get(name).newBlock(new NetworkOptions(10, 0f, false))));
  }

  private static long dropouts(Block block) {
    return block.getChildren().values().stream().filter(Dropout.class::isInstance).count();
  }

  static List<Network> suppliedNetworks() {
    return Networks.all().stream().filter(NetworkEntry.class::isInstance).toList();
  }

  /** What a network says of its dropout is what its layers do. */
  @ParameterizedTest
  @MethodSource("suppliedNetworks")
  void theDropoutThatANetworkNamesIsThere(Network network) throws ReflectiveOperationException {
    Set<Float> rates = new HashSet<>();
    collectRates(network.newBlock(NetworkOptions.of(10)), rates);
    assertEquals(
        rates.isEmpty() ? Set.of(0f) : rates, Set.of(Objects.requireNonNull(network.dropout())));
  }

  /** DJL keeps the rate to itself. */
  private static void collectRates(Block block, Set<Float> rates)
      throws ReflectiveOperationException {
    if (block instanceof Dropout) {
      Field rate = Dropout.class.getDeclaredField("rate");
      rate.setAccessible(true);
      rates.add(rate.getFloat(block));
    }
    for (Block child : block.getChildren().values()) {
      collectRates(child, rates);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "lenet5, 0.5, false, model 'lenet5' has no dropout",
    "lenet5, 0, true, model 'lenet5' has no batch normalisation",
    "mlp, 0.5, true, model 'mlp' has no batch normalisation",
    "djl-mobilenet-v2, 0.5, true, model 'djl-mobilenet-v2' has no dropout",
    "djl-vgg11, 0.2, false, 'model ''djl-vgg11'' has a dropout of 0.5, which can''t be changed'",
    "djl-squeezenet, 0, true, 'model ''djl-squeezenet'' has a dropout of 0.5, which can''t be changed'",
    "djl-googlenet, 0, true, model 'djl-googlenet' has no batch normalisation",
  })
  void missingOptionsAreRejectedByName(
      String name, float dropout, boolean batchNorm, String message) {
    NetworkOptions options = new NetworkOptions(10, dropout, batchNorm);
    Network network = Networks.get(name);
    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> network.newBlock(options)).getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlp", "cnn", "djl-resnet50"})
  void aHiddenLayerIsRejectedWhereThereIsNoChoice(String name) {
    NetworkOptions options = new NetworkOptions(10, null, false, 16);
    Network network = Networks.get(name);
    assertEquals(
        "model '%s' has no choice of a hidden layer in its head".formatted(name),
        assertThrows(IllegalArgumentException.class, () -> network.newBlock(options)).getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.5, 'classes must be at least 1, not 0'",
    "10, 1, 'dropout must be in [0, 1), not 1.0'",
    "10, -0.1, 'dropout must be in [0, 1), not -0.1'",
    "10, NaN, 'dropout must be in [0, 1), not NaN'",
  })
  void optionsAreChecked(int classes, float dropout, String message) {
    assertEquals(
        message,
        assertThrows(
                IllegalArgumentException.class, () -> new NetworkOptions(classes, dropout, false))
            .getMessage());
  }

  /** A network that the classpath lists as a service. */
  public static class Listed implements Network {
    @Override
    public String name() {
      return "listed";
    }

    @Override
    public Block newBlock(NetworkOptions options) {
      return Mlp.create(options.classes(), options.dropoutOr(0));
    }
  }

  /** One that takes a name that is taken. */
  public static final class Usurper extends Listed {
    @Override
    public String name() {
      return "cnn";
    }
  }

  /** Does something while the classpath lists a class as a network. */
  private static void whileListed(Path folder, String className, Executable test) throws Throwable {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve(Network.class.getName()), className + "\n");
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      test.execute();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void findsNetworksOfOthers(@TempDir Path folder) throws Throwable {
    int supplied = Networks.names().size();
    whileListed(
        folder,
        Listed.class.getName(),
        () -> {
          assertEquals(supplied + 1, Networks.names().size());
          assertEquals("listed", Networks.names().get(supplied));
          Network network = Networks.get("listed");
          assertEquals("a network of your own", network.description());
          assertEquals(new Shape(1, 28, 28), network.inputShape());
          assertEquals(1, network.smallestSize());
          assertFalse(network.anySize());
          Block block =
              Fixtures.initialized(
                  manager, network.newBlock(NetworkOptions.of(3)), network.inputShape());
          assertEquals(
              new Shape(2, 3), block.getOutputShapes(new Shape[] {new Shape(2, 1, 28, 28)})[0]);
        });
    assertThrows(IllegalArgumentException.class, () -> Networks.get("listed"));
  }

  @Test
  void namesAreUnique(@TempDir Path folder) throws Throwable {
    whileListed(
        folder,
        Usurper.class.getName(),
        () ->
            assertEquals(
                "two models are named 'cnn', one of them io.github.flora.models.NetworksTest$Usurper:"
                    + " give that another name",
                assertThrows(IllegalArgumentException.class, () -> Networks.get("cnn"))
                    .getMessage()));
  }

  @Test
  void aFunctionIsANetworkWithoutOptions() {
    Network network = Network.of("own", classes -> Mlp.create(classes, 0));
    assertEquals("own", network.name());
    assertEquals("a network of your own", network.description());
    Block block =
        Fixtures.initialized(manager, network.newBlock(NetworkOptions.of(7)), network.inputShape());
    assertEquals(new Shape(1, 7), block.getOutputShapes(new Shape[] {new Shape(1, 1, 28, 28)})[0]);
    assertEquals(
        "model 'own' has no dropout",
        assertThrows(
                IllegalArgumentException.class,
                () -> network.newBlock(new NetworkOptions(7, 0.5f, false)))
            .getMessage());
  }
}
