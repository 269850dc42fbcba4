package io.github.flora.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.loss.Loss;
import io.github.flora.models.ResNet.Stem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares with torchvision 0.28 on PyTorch 2.13. The script that gave the expected numbers:
 *
 * <pre>{@code
 * import torch, torch.nn as nn, torchvision
 *
 * def fill(model):
 *     tensors = {k: t for k, t in model.state_dict().items() if not k.endswith("num_batches_tracked")}
 *     for p, (name, t) in enumerate(tensors.items()):
 *         i = torch.arange(t.numel(), dtype=torch.int64)
 *         s = torch.sin((i * i % 6007).double() * 0.7 + p)
 *         if t.dim() > 1:
 *             s *= 2 / (t.numel() / t.shape[0]) ** 0.5
 *         else:
 *             s *= 0.25
 *             if name.endswith("running_var") or (name.endswith("weight") and t.dim() == 1):
 *                 s += 1
 *         t.copy_(s.reshape(t.shape))
 *     return model
 *
 * def small(model):
 *     model.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
 *     model.maxpool = nn.Identity()
 *     return model
 *
 * def images(n, side):
 *     i = torch.arange(n * 3 * side * side, dtype=torch.float64)
 *     return torch.cos(i * i * 0.01).float().reshape(n, 3, side, side)
 *
 * def show(name, t):
 *     print(name, ", ".join(f"{v:.6g}f" for v in t.flatten().tolist()))
 *
 * resnet18, resnet34 = torchvision.models.resnet18, torchvision.models.resnet34
 * for name, model, side in [("resnet18", resnet18(num_classes=10), 64), ("resnet18", resnet18(num_classes=10), 224),
 *                           ("resnet34", resnet34(num_classes=10), 64),
 *                           ("resnet18-small", small(resnet18(num_classes=10)), 32),
 *                           ("resnet34-small", small(resnet34(num_classes=10)), 32)]:
 *     with torch.no_grad():
 *         show(f"{name} {side}", fill(model).eval()(images(1, side)))
 *
 * model = resnet18(num_classes=10)
 * with torch.no_grad():
 *     fill(model).train()
 * logits = model(images(4, 64))
 * nn.functional.cross_entropy(logits, torch.arange(4)).backward()
 * show("training logits", logits)
 * for name in ["bn1.running_mean", "bn1.running_var", "layer2.0.downsample.1.running_mean", "layer4.1.bn2.running_var"]:
 *     show(name, model.state_dict()[name][:5])
 * for name in ["conv1.weight", "layer1.0.bn1.weight", "layer2.0.downsample.0.weight", "layer4.1.conv2.weight", "fc.bias"]:
 *     show("gradient of " + name, dict(model.named_parameters())[name].grad.flatten()[:5])
 * }</pre>
 */
final class ResNetTest {

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

  static List<Arguments> inference() {
    return List.of(
        Arguments.of(
            "resnet18",
            64,
            "-18.2999, -11.9448, 14.713, -23.6169, -22.5759, -25.6255, -12.608, -21.3447, 9.51509,"
                + " -7.76785"),
        Arguments.of(
            "resnet18",
            224,
            "-58.8028, -5.68891, -13.1285, -48.9272, -45.1694, -33.1488, -47.6373, -71.3789,"
                + " 8.78165, -33.3019"),
        Arguments.of(
            "resnet34",
            64,
            "1124.95, -835.827, -183.649, 165.728, -108.447, 439.961, 107.638, 560.262, -547.244,"
                + " -56.8108"),
        Arguments.of(
            "resnet18-small",
            32,
            "-13.4745, -7.54528, -6.82012, -17.7315, -13.7535, -12.8879, -19.0282, -27.5861,"
                + " 3.26512, -9.41779"),
        Arguments.of(
            "resnet34-small",
            32,
            "640.273, -620.208, -593.158, 11.2109, -235.763, 489.296, 50.9181, 592.192, -587.712,"
                + " 71.1076"));
  }

  @ParameterizedTest
  @MethodSource("inference")
  void logitsEqualThoseOfTorchvision(String name, int side, String expected) {
    Block block = filled(Networks.get(name).newBlock(NetworkOptions.of(10)));
    NDArray logits = Fixtures.forward(manager, block, Fixtures.waves(manager, 1, side), false);
    assertClose(expected, logits, 10);
  }

  /** One step of training: outputs, running statistics and gradients. */
  @ParameterizedTest
  @MethodSource("layouts")
  void trainingEqualsThatOfTorchvision(boolean channelsLast) {
    Block block = filled(ResNet.resnet18(10, Stem.IMAGENET));
    NDArray images = Fixtures.waves(manager, 4, 64);
    if (channelsLast) {
      // As the training loop hands images over: a view of an array in the order N×H×W×C.
      NDArray nhwc = images.transpose(0, 2, 3, 1).reshape(-1).reshape(4, 64, 64, 3);
      images = nhwc.transpose(0, 3, 1, 2);
    }
    try (GradientCollector collector = Fixtures.ENGINE.newGradientCollector()) {
      NDArray logits = Fixtures.forward(manager, block, images, true);
      NDArray labels = manager.create(new float[] {0, 1, 2, 3});
      collector.backward(
          Loss.softmaxCrossEntropyLoss().evaluate(new NDList(labels), new NDList(logits)));
      assertClose(
          "0.919017, 0.0420415, -1.44358, -0.943419, -1.08719, -2.40872, -0.286841, -1.43196,"
              + " -0.811061, 0.352286, 2.01508, -0.00847417, 0.781946, -1.10008, -1.32627,"
              + " -1.41854, -0.797951, -0.588807, -0.480883, -0.118769, 0.854769, -0.5303,"
              + " -1.46134, -1.42577, -1.82599, -0.8177, -1.69572, -1.86318, -0.479843,"
              + " 0.0141305, 0.900622, -1.01571, -0.733924, -0.304677, -0.382285, -1.26134,"
              + " -1.62287, -0.883984, 0.249614, -0.485505",
          logits,
          40);
    }
    Map.of(
            "bn1.running_mean",
            "0.0339513, -0.12022, -0.102561, 0.0265727, 0.222337",
            "bn1.running_var",
            "0.831741, 0.765486, 1.10902, 0.823957, 1.10287",
            "layer2.0.downsample.1.running_mean",
            "-0.371303, 0.32025, 0.231021, 0.401927, -0.218258",
            "layer4.1.bn2.running_var",
            "0.738334, 0.753979, 1.19929, 0.725363, 0.864216")
        .forEach((name, expected) -> assertClose(expected, parameter(block, name).getArray(), 5));
    Map.of(
            "conv1.weight",
            "0.118137, -0.05781, 0.204539, -0.318265, 0.428882",
            "layer1.0.bn1.weight",
            "-0.228786, -0.0390045, -0.150941, 0.115876, -0.135731",
            "layer2.0.downsample.0.weight",
            "0.00434044, 0.000441872, 0.0144384, 0.0539494, 0.0470289",
            "layer4.1.conv2.weight",
            "-0.00274873, 0.00184146, 0.00120418, -0.00429064, -0.00413549",
            "fc.bias",
            "0.14774, -0.160751, -0.177487, -0.196456, 0.0454544")
        .forEach(
            (name, expected) ->
                assertClose(expected, parameter(block, name).getArray().getGradient(), 5));
  }

  static List<Boolean> layouts() {
    return List.of(false, true);
  }

  /** torchvision's {@code state_dict().keys()} without {@code num_batches_tracked}. */
  @Test
  void parametersAreNamedAsInTorchvision() {
    List<String> names = new ArrayList<>(List.of("conv1.weight"));
    names.addAll(normalization("bn1"));
    for (int stage = 1; stage <= 4; stage++) {
      for (int unit = 0; unit < 2; unit++) {
        String path = "layer" + stage + "." + unit + ".";
        for (int i = 1; i <= 2; i++) {
          names.add(path + "conv" + i + ".weight");
          names.addAll(normalization(path + "bn" + i));
        }
        if (stage > 1 && unit == 0) {
          names.add(path + "downsample.0.weight");
          names.addAll(normalization(path + "downsample.1"));
        }
      }
    }
    names.addAll(List.of("fc.weight", "fc.bias"));
    assertEquals(102, names.size());
    Block block = ResNet.resnet18(1000, Stem.IMAGENET);
    assertEquals(names, List.copyOf(ParameterNames.of(block).keySet()));
  }

  private static List<String> normalization(String path) {
    return List.of(path + ".weight", path + ".bias", path + ".running_mean", path + ".running_var");
  }

  /** Convolutions N(0, 2 / fan out); the dense layer ±1/√512; normalisations 1 and 0. */
  @Test
  void weightsStartAsInTorchvision() {
    Block block = initialized(ResNet.resnet18(1000, Stem.IMAGENET), new Shape(3, 32, 32));
    ParameterNames.of(block)
        .forEach(
            (name, parameter) -> {
              NDArray array = parameter.getArray();
              Shape shape = array.getShape();
              float mean = array.mean().getFloat();
              float deviation = (float) Math.sqrt(array.sub(mean).square().mean().getFloat());
              if (name.startsWith("fc.")) {
                float limit = (float) (1 / Math.sqrt(512));
                assertEquals(limit, array.abs().max().getFloat(), 0.02f * limit, name);
                assertEquals(limit / Math.sqrt(3), deviation, 0.05 * limit, name);
              } else if (shape.dimension() == 4) {
                double expected = Math.sqrt(2.0 / (shape.get(0) * shape.get(2) * shape.get(3)));
                assertEquals(expected, deviation, 0.05 * expected, name);
                assertEquals(0, mean, 0.05 * expected, name);
              } else {
                boolean one = name.endsWith("weight") || name.endsWith("running_var");
                assertEquals(one ? 1f : 0f, array.min().getFloat(), name);
                assertEquals(one ? 1f : 0f, array.max().getFloat(), name);
              }
            });
  }

  @Test
  void greyImagesMakeAFirstConvolutionOfOneChannel() {
    Block block = initialized(ResNet.resnet18(10, Stem.SMALL), new Shape(1, 28, 28));
    assertEquals(new Shape(64, 1, 3, 3), parameter(block, "conv1.weight").getShape());
  }

  private Block initialized(Block block, Shape image) {
    return Fixtures.initialized(manager, block, image);
  }

  private Block filled(Block block) {
    initialized(block, new Shape(3, 64, 64));
    int p = 0;
    for (Map.Entry<String, Parameter> entry : ParameterNames.of(block).entrySet()) {
      NDArray array = entry.getValue().getArray();
      Shape shape = array.getShape();
      String name = entry.getKey();
      boolean matrix = shape.dimension() > 1;
      double scale = matrix ? 2 / Math.sqrt((double) shape.size() / shape.get(0)) : 0.25;
      int base = !matrix && (name.endsWith("weight") || name.endsWith("running_var")) ? 1 : 0;
      float[] values = new float[(int) shape.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (Math.sin((long) i * i % 6007 * 0.7 + p) * scale + base);
      }
      array.set(values);
      p++;
    }
    return block;
  }

  private static Parameter parameter(Block block, String name) {
    Parameter parameter = ParameterNames.of(block).get(name);
    assertNotNull(parameter, name);
    return parameter;
  }

  /** The first numbers, within 1e-4 of the largest of them. */
  private static void assertClose(String expected, NDArray actual, int count) {
    String[] texts = expected.split(", ", -1);
    assertEquals(count, texts.length);
    float[] values = new float[count];
    float largest = 0;
    for (int i = 0; i < count; i++) {
      values[i] = Float.parseFloat(texts[i]);
      largest = Math.max(largest, Math.abs(values[i]));
    }
    assertArrayEquals(values, Arrays.copyOf(actual.toFloatArray(), count), 1e-4f * largest);
  }
}
