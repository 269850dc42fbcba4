package io.github.flora.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.convolutional.Conv2dTranspose;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ModelSummaryTest {

  private static ModelSummary summary(String name, Block block, Shape image) {
    try (NDManager manager = Fixtures.ENGINE.newBaseManager()) {
      return ModelSummary.of(name, Fixtures.initialized(manager, block, image), image);
    }
  }

  @Test
  void textIsPinned() {
    Network network = Networks.get("cnn");
    ModelSummary summary =
        summary("cnn", network.newBlock(NetworkOptions.of(10)), network.inputShape());
    assertEquals(
        """
        cnn: input (N, 1, 28, 28)

        layer    type          output           parameters  multiply-adds
        conv1    Conv2d        (N, 32, 26, 26)         320        194,688
        pool1    maxPool2d     (N, 32, 13, 13)
        relu1    ReLU          (N, 32, 13, 13)
        conv2    Conv2d        (N, 64, 11, 11)      18,496      2,230,272
        pool2    maxPool2d     (N, 64, 5, 5)
        relu2    ReLU          (N, 64, 5, 5)
        flatten  batchFlatten  (N, 1600)
        fc1      Linear        (N, 128)            204,928        204,800
        relu3    ReLU          (N, 128)
        dropout  Dropout       (N, 128)
        fc2      Linear        (N, 10)               1,290          1,280

        parameters     225,034 (0.90 MB)
        trainable      225,034
        not trainable  0
        multiply-adds  2,631,040 per image (convolutions and dense layers, without biases)
        """,
        summary.toText());
  }

  @ParameterizedTest
  @CsvSource({
    // 784·512 + 512·10
    "mlp, 407050, 406528",
    // 26²·32·9 + 11²·64·32·9 + 1600·128 + 128·10
    "cnn, 225034, 2631040",
    // 28²·6·25 + 10²·16·6·25 + 120·16·25 + 120·84 + 84·10
    "lenet5, 61706, 416520",
  })
  void totalsAreAsCountedByHand(String name, long parameters, long multiplyAdds) {
    Network network = Networks.get(name);
    ModelSummary summary =
        summary(name, network.newBlock(NetworkOptions.of(10)), network.inputShape());
    assertEquals(parameters, summary.parameters());
    assertEquals(parameters, summary.trainable());
    assertEquals(4 * parameters, summary.bytes());
    assertEquals(multiplyAdds, summary.multiplyAdds());
  }

  /**
   * torchvision 0.28's {@code resnet18()} and {@code resnet34()}: trainable parameters, and what
   * its documentation gives as 1.81 and 3.66 GFLOPS, which are multiply-adds.
   */
  @ParameterizedTest
  @CsvSource({
    "resnet18, 11689512, 9600, 1814073344",
    "resnet34, 21797672, 17024, 3663761408",
  })
  void residualNetworksAreAsLargeAsTorchvisions(
      String name, long trainable, long statistics, long multiplyAdds) {
    Network network = Networks.get(name);
    ModelSummary summary =
        summary(name, network.newBlock(NetworkOptions.of(1000)), network.inputShape());
    assertEquals(trainable, summary.trainable());
    assertEquals(trainable + statistics, summary.parameters());
    assertEquals(multiplyAdds, summary.multiplyAdds());
    assertEquals(
        new ModelSummary.Row("layer4.0", "BasicBlock", "(N, 512, 7, 7)", 3_676_160, 179_830_784),
        summary.rows().stream()
            .filter(row -> row.layer().equals("layer4.0"))
            .findFirst()
            .orElseThrow());
  }

  @Test
  void runningStatisticsAndFrozenParametersAreNotTrainable() {
    Shape image = new Shape(1, 28, 28);
    try (NDManager manager = Fixtures.ENGINE.newBaseManager()) {
      Block block = Fixtures.initialized(manager, Cnn.create(10, 0f, true), image);
      ModelSummary summary = ModelSummary.of("cnn", block, image);
      assertEquals(225_130, summary.trainable());
      assertEquals(225_130 + 2 * 96, summary.parameters());
      block.getChildren().get(0).getValue().freezeParameters(true);
      assertEquals(225_130 - 288, ModelSummary.of("cnn", block, image).trainable());
    }
  }

  @Test
  void treesOfBlocksAreOpenedOrSummed() {
    Block shared = Linear.builder().setUnits(5).build();
    Block residual =
        new ParallelBlock(
                lists ->
                    new NDList(
                        lists.get(0).singletonOrThrow().add(lists.get(1).singletonOrThrow())))
            .add(
                new SequentialBlock()
                    .add(conv(8, 1))
                    .add(BatchNorm.builder().build())
                    .add(Activation.reluBlock())
                    .add(conv(8, 4)))
            .add(Blocks.identityBlock());
    Block block =
        new NamedSequentialBlock()
            .add("stem", new NamedSequentialBlock().add("conv", conv(8, 1)))
            .add("residual", residual)
            .add("flatten", Blocks.batchFlattenBlock())
            .add("fc1", Linear.builder().setUnits(5).build())
            .add("twice", shared)
            .add("again", shared);
    ModelSummary summary = summary("tree", block, new Shape(3, 6, 6));
    long area = 6 * 6;
    assertEquals(
        List.of(
            new ModelSummary.Row("stem.conv", "Conv2d", "(N, 8, 6, 6)", 224, area * 8 * 3 * 9),
            new ModelSummary.Row(
                "residual",
                "ParallelBlock",
                "(N, 8, 6, 6)",
                (8 * 8 * 9 + 8) + 4 * 8 + (8 * 2 * 9 + 8),
                area * (8 * 8 * 9 + 8 * 2 * 9)),
            new ModelSummary.Row("flatten", "batchFlatten", "(N, 288)", 0, 0),
            new ModelSummary.Row("fc1", "Linear", "(N, 5)", 288 * 5 + 5, 288 * 5),
            new ModelSummary.Row("twice", "Linear", "(N, 5)", 30, 25),
            new ModelSummary.Row("again", "Linear", "(N, 5)", 30, 25)),
        summary.rows());
    assertEquals(
        summary.rows().stream().mapToLong(ModelSummary.Row::parameters).sum() - 30,
        summary.parameters());
  }

  private static Block conv(int filters, int groups) {
    return Conv2d.builder()
        .setKernelShape(new Shape(3, 3))
        .optPadding(new Shape(1, 1))
        .setFilters(filters)
        .optGroups(groups)
        .build();
  }

  @Test
  void transposedConvolutionIsCounted() {
    Block block =
        Conv2dTranspose.builder()
            .setKernelShape(new Shape(2, 2))
            .optStride(new Shape(2, 2))
            .setFilters(5)
            .build();
    // Each of 3·4·4 inputs goes to 2·2 places of 5 maps.
    assertEquals(
        List.of(
            new ModelSummary.Row(
                "Conv2dTranspose", "Conv2dTranspose", "(N, 5, 8, 8)", 65, 3 * 16 * 4 * 5)),
        summary("up", block, new Shape(3, 4, 4)).rows());
  }

  @Test
  void singleLayerIsARow() {
    ModelSummary summary = summary("dense", Linear.builder().setUnits(4).build(), new Shape(3));
    assertEquals(
        List.of(new ModelSummary.Row("Linear", "Linear", "(N, 4)", 16, 12)), summary.rows());
  }

  @Test
  void blockThatIsNotInitialisedIsRejected() {
    Block block = Mlp.create(10, 0f);
    assertEquals(
        "model 'mlp' isn't initialised",
        assertThrows(
                IllegalArgumentException.class,
                () -> ModelSummary.of("mlp", block, new Shape(1, 28, 28)))
            .getMessage());
  }
}
