package io.github.flora.trainer.explain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import io.github.flora.data.ImageDataset;
import io.github.flora.data.ImageSet;
import io.github.flora.models.NamedSequentialBlock;
import io.github.flora.models.NetworkOptions;
import io.github.flora.models.Networks;
import io.github.flora.trainer.Corners;
import io.github.flora.trainer.Recipe;
import io.github.flora.trainer.SmallData;
import io.github.flora.trainer.Training;
import io.github.flora.trainer.run.RunFolder;
import io.github.flora.trainer.run.TrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Heat maps of models whose evidence lies at a known place. */
final class HeatMapTest {

  private static final int SIDE = Corners.SIDE;
  private static final int SQUARE = Corners.SQUARE;
  private static final int TEST = 12;

  @TempDir private static Path temp;

  private static final Corners CORNERS = Corners.draw(TEST, 2);

  private static ImageDataset data;

  /** Trains networks to tell in which corner the bright square lies. */
  @BeforeAll
  static void train() throws IOException {
    SmallData.pytorch();
    data = CORNERS.asTestOf(Corners.draw(400, 1));
    for (String network : List.of("mlp", "cnn", "lenet5")) {
      try (RunFolder folder = RunFolder.create(temp.resolve(network), false)) {
        new Training(
                new Recipe("corners", "corners", network, false, SmallData.quick(4, 32)),
                SmallData.quick(4, 32),
                data,
                "PyTorch",
                Device.cpu(),
                2,
                1)
            .run(folder, List.of(), () -> false);
      }
    }
  }

  private static HeatMap explain(TrainedModel model, int image) {
    int margin = model.info().margin();
    ImageSet one = data.test().select(new int[] {image}).padded(margin);
    int label = data.test().label(image);
    assertEquals(label, model.predict(one, 1).top1(0), "the network has learnt its task");
    return model.explain(one, label).inner(margin);
  }

  private static TrainedModel load(String network, String engine) throws IOException {
    try (RunFolder folder = RunFolder.open(temp.resolve(network))) {
      return TrainedModel.load(folder, engine, Device.cpu());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "cnn, PyTorch, Grad-CAM at conv2",
    "cnn, TensorFlow, Grad-CAM at conv2",
    "lenet5, PyTorch, Grad-CAM at tanh2",
    "lenet5, TensorFlow, Grad-CAM at tanh2",
    "mlp, PyTorch, occlusion by squares of 6×6",
    "mlp, TensorFlow, occlusion by squares of 6×6",
  })
  void isHottestWhereTheEvidenceIs(String network, String engine, String method)
      throws IOException {
    try (TrainedModel model = load(network, engine)) {
      for (int i = 0; i < TEST; i++) {
        HeatMap map = explain(model, i);
        assertEquals(method, map.method());
        int hottest = 0;
        for (int p = 0; p < SIDE * SIDE; p++) {
          if (map.at(p / SIDE, p % SIDE) > map.at(hottest / SIDE, hottest % SIDE)) {
            hottest = p;
          }
        }
        assertEquals(1, map.at(hottest / SIDE, hottest % SIDE), "scaled");
        double down = hottest / SIDE - CORNERS.tops()[i] - SQUARE / 2.0;
        double across = hottest % SIDE - CORNERS.lefts()[i] - SQUARE / 2.0;
        // Two pixels more than half a square: what a place of the last convolution sees.
        double reach = SQUARE / 2.0 + 2;
        assertTrue(
            Math.abs(down) <= reach && Math.abs(across) <= reach,
            "image %d: %s, %s off".formatted(i, down, across));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cnn", "lenet5", "mlp"})
  void enginesAgree(String network) throws IOException {
    try (TrainedModel pytorch = load(network, "PyTorch");
        TrainedModel tensorflow = load(network, "TensorFlow")) {
      HeatMap expected = explain(pytorch, 0);
      HeatMap found = explain(tensorflow, 0);
      for (int p = 0; p < SIDE * SIDE; p++) {
        assertEquals(expected.at(p / SIDE, p % SIDE), found.at(p / SIDE, p % SIDE), 1e-3);
      }
    }
  }

  @Test
  void saysWhyThereIsNoGradCam() throws IOException {
    try (TrainedModel mlp = load("mlp", "PyTorch");
        TrainedModel cnn = load("cnn", "PyTorch")) {
      assertEquals("the network has no convolution to look at", explain(mlp, 0).reason());
      assertNull(explain(cnn, 0).reason());
    }
  }

  /**
   * Where one dense layer follows the mean over all places, Grad-CAM is the class activation
   * mapping of Zhou et al., 2016 (section 3.1 of the Grad-CAM paper): the last layer's weights by
   * the feature maps. A map's corners are those of the 2×2 features.
   */
  @ParameterizedTest
  @ValueSource(strings = {"PyTorch", "TensorFlow"})
  void isClassActivationMappingForResNets(String engine) {
    SmallData.engine(engine).setRandomSeed(1);
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), engine)) {
      Block block = Networks.get("resnet18-small").newBlock(NetworkOptions.of(5));
      Shape shape = new Shape(1, 3, 16, 16);
      block.initialize(manager, DataType.FLOAT32, shape);
      NDArray image = manager.randomNormal(shape);
      int label =
          (int)
              block
                  .forward(new ParameterStore(manager, false), new NDList(image), false)
                  .singletonOrThrow()
                  .argMax()
                  .getLong();
      HeatMap map = new GradCam(block).explain(image, label).orElseThrow();
      NDList features = new NDList(image);
      for (Pair<String, Block> child : block.getChildren()) {
        if (child.getKey().endsWith("avgpool")) {
          break;
        }
        features = child.getValue().forward(new ParameterStore(manager, false), features, false);
      }
      float[] maps = features.singletonOrThrow().toFloatArray();
      float[] weights =
          block
              .getChildren()
              .get(block.getChildren().size() - 1)
              .getValue()
              .getParameters()
              .stream()
              .filter(p -> p.getKey().endsWith("weight"))
              .findFirst()
              .orElseThrow()
              .getValue()
              .getArray()
              .get(label)
              .toFloatArray();
      double[] expected = new double[4];
      for (int k = 0; k < weights.length; k++) {
        for (int place = 0; place < 4; place++) {
          expected[place] += weights[k] * maps[4 * k + place];
        }
      }
      double max = 0;
      for (double value : expected) {
        max = Math.max(max, value);
      }
      assertTrue(max > 0, "something speaks for it");
      assertEquals("Grad-CAM at layer4.1", map.method());
      assertEquals(Math.max(0, expected[0]) / max, map.at(0, 0), 1e-4);
      assertEquals(Math.max(0, expected[1]) / max, map.at(0, 15), 1e-4);
      assertEquals(Math.max(0, expected[2]) / max, map.at(15, 0), 1e-4);
      assertEquals(Math.max(0, expected[3]) / max, map.at(15, 15), 1e-4);
    }
  }

  /** Dark places, below 0 before the ReLU, must not speak for a class that bright ones deny. */
  @ParameterizedTest
  @ValueSource(strings = {"PyTorch", "TensorFlow"})
  void whatReluCutsOffAfterPoolingIsNoFeature(String engine) {
    SmallData.engine(engine);
    Shape two = new Shape(2, 2);
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), engine)) {
      Block conv = Conv2d.builder().setKernelShape(new Shape(1, 1)).setFilters(1).build();
      Block dense = Linear.builder().setUnits(2).build();
      Block block =
          new NamedSequentialBlock()
              .add("conv", conv)
              .add("pool", Pool.maxPool2dBlock(two, two))
              .add("relu", Activation.reluBlock())
              .add("flatten", Blocks.batchFlattenBlock())
              .add("dense", dense);
      block.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 4, 4));
      conv.getParameters().get("weight").getArray().set(new float[] {1});
      conv.getParameters().get("bias").getArray().set(new float[] {-0.5f});
      dense.getParameters().get("weight").getArray().set(new float[] {-1, -1, -1, -1, 1, 1, 1, 1});
      NDArray image = manager.zeros(new Shape(1, 1, 4, 4));
      image.set(new NDIndex("0, 0, 1, 2"), 1);
      HeatMap against = new GradCam(block).explain(image, 0).orElseThrow();
      HeatMap in = new GradCam(block).explain(image, 1).orElseThrow();
      for (int p = 0; p < 16; p++) {
        assertEquals(0, against.at(p / 4, p % 4), "at " + p);
        assertEquals(p == 6 ? 1 : 0, in.at(p / 4, p % 4), "at " + p);
      }
    }
  }

  @Test
  void drawsFromBlueToRedOverGrey() {
    HeatMap map = HeatMap.of(new double[] {-1, 0, 1, 2}, 2, 2, "test", null);
    byte[] over = map.over(new byte[] {0, 100, 0, 0}, 1);
    // Jet's ends are half bright, its middle is green; half of what is drawn is the image.
    assertArrayEquals(
        new int[] {0, 0, 64, 50, 50, 114, 64, 128, 64, 64, 0, 0},
        new int[] {
          over[0],
          over[1],
          over[2],
          over[3],
          over[4],
          over[5],
          over[6],
          over[7] & 0xff,
          over[8],
          over[9],
          over[10],
          over[11]
        });
  }

  @Test
  void withoutItsMarginAMapIsScaledAnew() {
    HeatMap map = HeatMap.of(new double[] {4, 0, 0, 0, 2, 0, 0, 0, 0}, 3, 3, "test", null);
    assertEquals(0.5f, map.at(1, 1));
    assertEquals(1, map.inner(1).at(0, 0));
    assertEquals(1, map.inner(1).height());
  }
}
