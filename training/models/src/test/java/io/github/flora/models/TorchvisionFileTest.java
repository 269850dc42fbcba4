package io.github.flora.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.github.flora.models.ResNet.Stem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reads a real file of ResNet-18, {@code $FLORA_DATA/resnet18/resnet18_pqf.safetensors}; it can't
 * be shipped. Where the variable isn't set, the tests are skipped. The expected numbers are
 * torchvision's for the same file, with {@code images} and {@code show} as in {@link ResNetTest}:
 *
 * <pre>{@code
 * model = resnet18()
 * model.load_state_dict(load_file("resnet18_pqf.safetensors"), strict=False)
 * logits = model.eval()(images(2, 224))
 * show("first", logits[:, :8])
 * show("largest", logits.max(1).values)
 * print(logits.argmax(1))
 * show("sum", logits.abs().sum(1))
 * }</pre>
 */
final class TorchvisionFileTest {

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void find() {
    String data = System.getenv("FLORA_DATA");
    assumeTrue(data != null, "FLORA_DATA isn't set, so there is no file of ResNet-18 to read");
    file = Path.of(data, "resnet18", "resnet18_pqf.safetensors");
    assumeTrue(Files.exists(file), file + " isn't there");
  }

  @Test
  void logitsEqualThoseOfTorchvision() throws IOException {
    try (NDManager manager = Fixtures.ENGINE.newBaseManager()) {
      Block block = resnet18(manager, 1000);
      Weights.load(block, file);
      NDArray images = Fixtures.waves(manager, 2, 224);
      NDArray logits = Fixtures.forward(manager, block, images, false);
      float tolerance = 1e-4f * 4.86107f;
      assertArrayEquals(
          new float[] {
            -5.07011f, -2.15346f, -3.5129f, -3.56717f, -0.933999f, -0.904679f, -2.80319f,
            -3.12421f, -4.69221f, -1.60439f, -3.85429f, -3.67635f, -1.32354f, -1.97489f,
            -3.80659f, -3.74456f
          },
          logits.get(":, :8").toFloatArray(),
          tolerance);
      assertArrayEquals(
          new float[] {4.86107f, 3.95343f}, logits.max(new int[] {1}).toFloatArray(), tolerance);
      assertArrayEquals(new long[] {741, 741}, logits.argMax(1).toLongArray());
      assertArrayEquals(
          new float[] {3873.95f, 3941.55f},
          logits.abs().sum(new int[] {1}).toFloatArray(),
          1000 * tolerance);

      Path written = folder.resolve("written.safetensors");
      Weights.save(block, written, Map.of());
      Block again = resnet18(manager, 1000);
      Weights.load(again, written);
      assertArrayEquals(
          logits.toFloatArray(), Fixtures.forward(manager, again, images, false).toFloatArray());
    }
  }

  @Test
  void headForOtherClassesIsReplaced() throws IOException {
    try (NDManager manager = Fixtures.ENGINE.newBaseManager()) {
      Block block = resnet18(manager, 102);
      LoadReport report = Weights.loadMatching(block, file, Set.of("fc.weight", "fc.bias"));
      assertEquals(100, report.loaded().size());
      assertEquals(List.of("fc.weight", "fc.bias"), report.kept());
      assertEquals(List.of(), report.missing());
      assertEquals(List.of(), report.unexpected());
      assertEquals(
          List.of("fc.weight is (1000, 512), not (102, 512)", "fc.bias is (1000), not (102)"),
          report.mismatched());
    }
  }

  private static Block resnet18(NDManager manager, int classes) {
    return Fixtures.initialized(
        manager, ResNet.resnet18(classes, Stem.IMAGENET), new Shape(3, 224, 224));
  }
}
