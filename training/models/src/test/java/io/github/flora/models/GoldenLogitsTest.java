package io.github.flora.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares logits for fixed weights with those of networks written independently in PyTorch 2.13,
 * which has ReLU before the pooling. The script that gave the expected numbers:
 *
 * <pre>{@code
 * import torch, torch.nn as nn
 *
 * def fill(model):
 *     with torch.no_grad():
 *         tensors = [t for m in model.modules() for t in (
 *             [m.weight, m.bias, m.running_mean, m.running_var] if isinstance(m, nn.BatchNorm2d)
 *             else [m.weight, m.bias] if getattr(m, "weight", None) is not None else []) if t is not None]
 *         for p, t in enumerate(tensors):
 *             values = torch.sin(torch.arange(t.numel(), dtype=torch.float64) * 0.7 + p) * 0.25
 *             base = 1 if any(t is m.running_var or t is m.weight for m in model.modules()
 *                             if isinstance(m, nn.BatchNorm2d)) else 0
 *             t.copy_((base + values).reshape(t.shape))
 *     return model.eval()
 *
 * def conv(i, o, k, bn):
 *     return [nn.Conv2d(i, o, k, bias=not bn)] + ([nn.BatchNorm2d(o)] if bn else [])
 *
 * def cnn(bn):
 *     return nn.Sequential(*conv(1, 32, 3, bn), nn.ReLU(), nn.MaxPool2d(2),
 *         *conv(32, 64, 3, bn), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
 *         nn.Linear(1600, 128), nn.ReLU(), nn.Dropout(), nn.Linear(128, 10))
 *
 * mlp = nn.Sequential(nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 10))
 * lenet5 = nn.Sequential(nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(),
 *     nn.AvgPool2d(2), nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten(),
 *     nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10))
 * for name, net, side in [("mlp", mlp, 28), ("cnn", cnn(False), 28), ("cnn+bn", cnn(True), 28), ("lenet5", lenet5, 32)]:
 *     x = torch.cos(torch.arange(2 * side * side, dtype=torch.float64) ** 2 * 0.01).float().reshape(2, 1, side, side)
 *     print(name, sum(p.numel() for p in net.parameters()))
 *     y = fill(net)(x)
 *     print(", ".join(f"{v:.6f}f" for v in y.flatten().tolist()))
 * }</pre>
 */
final class GoldenLogitsTest {

  static List<Arguments> networks() {
    return List.of(
        Arguments.of(
            "mlp",
            false,
            new float[] {
              4.000261f,
              1.957568f,
              -0.161643f,
              -2.174031f,
              -3.948539f,
              -5.413875f,
              -6.541349f,
              -7.314492f,
              -7.702683f,
              -7.653425f,
              4.270362f,
              2.219764f,
              0.075232f,
              -1.978210f,
              -3.806778f,
              -5.335589f,
              -6.531739f,
              -7.374197f,
              -7.827734f,
              -7.835516f
            }),
        Arguments.of(
            "cnn",
            false,
            new float[] {
              1.671725f,
              -0.782372f,
              -1.160902f,
              1.286683f,
              1.127084f,
              -1.584202f,
              -1.287331f,
              1.344366f,
              0.857391f,
              -1.441136f,
              1.094942f,
              -0.872243f,
              -0.572513f,
              1.300576f,
              0.536902f,
              -1.521886f,
              -0.705196f,
              1.206879f,
              0.293010f,
              -1.230772f
            }),
        Arguments.of(
            "cnn",
            true,
            new float[] {
              0.602762f,
              -0.262591f,
              -0.193154f,
              0.687994f,
              0.341191f,
              -0.770165f,
              -0.536920f,
              0.426078f,
              0.144681f,
              -0.547181f,
              0.613216f,
              0.980685f,
              -0.364148f,
              -0.533203f,
              0.669879f,
              0.408589f,
              -1.017818f,
              -0.690575f,
              0.769773f,
              0.488755f
            }),
        Arguments.of(
            "lenet5",
            false,
            new float[] {
              0.745045f,
              -2.726017f,
              2.496002f,
              -0.992018f,
              -1.940857f,
              2.951025f,
              -1.818998f,
              -0.249272f,
              2.810202f,
              -2.663447f,
              0.734692f,
              -2.719172f,
              2.497741f,
              -1.001051f,
              -1.931228f,
              2.947942f,
              -1.824746f,
              -0.238955f,
              2.802966f,
              -2.664659f
            }));
  }

  @ParameterizedTest(name = "{0}, batch normalisation {1}")
  @MethodSource("networks")
  void logitsEqualThoseOfPyTorch(String name, boolean batchNorm, float[] expected) {
    Network network = Networks.get(name);
    try (NDManager manager = Fixtures.ENGINE.newBaseManager()) {
      Block block = network.newBlock(new NetworkOptions(10, null, batchNorm));
      fill(Fixtures.initialized(manager, block, network.inputShape()));
      Shape shape = new Shape(2).addAll(network.inputShape());
      float[] pixels = new float[(int) shape.size()];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (float) Math.cos((double) i * i * 0.01);
      }
      NDArray images = manager.create(pixels, shape);
      float[] logits = Fixtures.forward(manager, block, images, false).toFloatArray();
      assertArrayEquals(expected, logits, 1e-4f);
    }
  }

  private static void fill(Block block) {
    int p = 0;
    for (Parameter parameter : ParameterNames.of(block).values()) {
      boolean aroundOne =
          parameter.getType() == Parameter.Type.GAMMA
              || parameter.getType() == Parameter.Type.RUNNING_VAR;
      float[] values = new float[(int) parameter.getShape().size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) ((aroundOne ? 1 : 0) + Math.sin(i * 0.7 + p) * 0.25);
      }
      parameter.getArray().set(values);
      p++;
    }
  }
}
