package io.github.flora.onnx;

import ai.djl.basicmodelzoo.basic.Mlp;
import ai.djl.basicmodelzoo.cv.classification.AlexNet;
import ai.djl.basicmodelzoo.cv.classification.GoogLeNet;
import ai.djl.basicmodelzoo.cv.classification.LeNet;
import ai.djl.basicmodelzoo.cv.classification.MobileNetV1;
import ai.djl.basicmodelzoo.cv.classification.MobileNetV2;
import ai.djl.basicmodelzoo.cv.classification.NiN;
import ai.djl.basicmodelzoo.cv.classification.ResNetV1;
import ai.djl.basicmodelzoo.cv.classification.SqueezeNet;
import ai.djl.basicmodelzoo.cv.classification.VGG;
import ai.djl.modality.nlp.DefaultVocabulary;
import ai.djl.modality.nlp.embedding.TrainableWordEmbedding;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv1d;
import ai.djl.nn.convolutional.Conv1dTranspose;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.convolutional.Conv2dTranspose;
import ai.djl.nn.convolutional.Conv3d;
import ai.djl.nn.core.ConstantEmbedding;
import ai.djl.nn.core.Linear;
import ai.djl.nn.core.LinearCollection;
import ai.djl.nn.core.Multiplication;
import ai.djl.nn.core.Prelu;
import ai.djl.nn.core.SparseMax;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.norm.GhostBatchNorm;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.nn.recurrent.GRU;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.nn.recurrent.RNN;
import ai.djl.nn.transformer.BertBlock;
import ai.djl.nn.transformer.BertNextSentenceBlock;
import ai.djl.nn.transformer.BertPretrainingBlock;
import ai.djl.nn.transformer.IdEmbedding;
import ai.djl.nn.transformer.PointwiseFeedForwardBlock;
import ai.djl.nn.transformer.ScaledDotProductAttentionBlock;
import ai.djl.nn.transformer.TransformerEncoderBlock;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** A case for each family of DJL's blocks and each of its networks for images. */
final class BlockCases {

  private static final Shape VECTORS = new Shape(1, 12);
  private static final Shape SEQUENCES = new Shape(1, 6, 8);
  private static final Shape SIGNALS = new Shape(1, 4, 17);
  private static final Shape IMAGES = new Shape(1, 4, 11, 13);
  private static final Shape VOLUMES = new Shape(1, 2, 7, 8, 9);

  private final List<Case> cases = new ArrayList<>();

  private BlockCases() {
    core();
    convolutional();
    pooling();
    norm();
    activations();
    recurrent();
    transformer();
    composed();
    zoo();
  }

  static List<Case> all() {
    return new BlockCases().cases;
  }

  /**
   * A block to export.
   *
   * @param family the package or network
   * @param name which of them, with what is special about it
   * @param block makes it, for a manager of the engine
   * @param shapes shapes of its inputs
   * @param indices how many values whole-numbered inputs have; 0 for 32-bit numbers
   */
  record Case(
      String family,
      String name,
      Function<NDManager, Block> block,
      List<Shape> shapes,
      int indices) {

    BatchSource inputs() {
      return (manager, size) -> {
        Random random = new Random(size);
        NDList list = new NDList();
        for (Shape shape : shapes) {
          long[] dims = shape.getShape().clone();
          dims[0] = size;
          Shape batch = new Shape(dims);
          if (indices == 0) {
            float[] values = new float[(int) batch.size()];
            for (int i = 0; i < values.length; i++) {
              values[i] = (float) random.nextGaussian();
            }
            list.add(manager.create(values, batch));
          } else {
            long[] values = random.longs(batch.size(), 0, indices).toArray();
            list.add(manager.create(values, batch));
          }
        }
        return list;
      };
    }

    @Override
    public String toString() {
      return family + " " + name;
    }
  }

  private void add(String family, String name, Block block, Shape... shapes) {
    cases.add(new Case(family, name, manager -> block, List.of(shapes), 0));
  }

  private void core() {
    String family = "nn.core";
    add(family, "Linear", Linear.builder().setUnits(5).build(), VECTORS);
    add(
        family,
        "Linear without bias",
        Linear.builder().setUnits(5).optBias(false).build(),
        VECTORS);
    add(family, "Linear on sequences", Linear.builder().setUnits(5).build(), SEQUENCES);
    add(family, "LinearCollection", LinearCollection.builder().setUnits(5).build(), SEQUENCES);
    add(family, "Multiplication", Multiplication.builder().setUnits(5).build(), VECTORS);
    add(family, "Prelu", new Prelu(), IMAGES);
    add(family, "SparseMax", new SparseMax(), new Shape(1, 20));
    cases.add(
        new Case(
            family,
            "Embedding (TrainableWordEmbedding)",
            manager ->
                TrainableWordEmbedding.builder()
                    .setEmbeddingSize(6)
                    .optUnknownToken("?")
                    .setVocabulary(new DefaultVocabulary(Arrays.asList("a b c d e f g".split(" "))))
                    .build(),
            List.of(new Shape(1, 9)),
            7));
    cases.add(
        new Case(
            family,
            "ConstantEmbedding",
            manager -> new ConstantEmbedding(manager.create(new float[] {1, 2, 3})),
            List.of(new Shape(1)),
            7));
  }

  private void convolutional() {
    String family = "nn.convolutional";
    add(
        family,
        "Conv1d, stride 2, padding 1",
        Conv1d.builder()
            .setFilters(6)
            .setKernelShape(new Shape(3))
            .optStride(new Shape(2))
            .optPadding(new Shape(1))
            .build(),
        SIGNALS);
    add(family, "Conv2d", Networks.conv(6, 3, 1, 0), IMAGES);
    add(
        family,
        "Conv2d, 3x2, stride 2x1, padding 0x1, dilation 2, 2 groups, no bias",
        Conv2d.builder()
            .setFilters(6)
            .setKernelShape(new Shape(3, 2))
            .optStride(new Shape(2, 1))
            .optPadding(new Shape(0, 1))
            .optDilation(new Shape(2, 2))
            .optGroups(2)
            .optBias(false)
            .build(),
        IMAGES);
    add(
        family,
        "Conv3d",
        Conv3d.builder().setFilters(3).setKernelShape(new Shape(2, 3, 3)).build(),
        VOLUMES);
    add(
        family,
        "Conv1dTranspose",
        Conv1dTranspose.builder().setFilters(3).setKernelShape(new Shape(3)).build(),
        SIGNALS);
    add(
        family,
        "Conv2dTranspose, stride 2",
        Conv2dTranspose.builder()
            .setFilters(3)
            .setKernelShape(new Shape(3, 3))
            .optStride(new Shape(2, 2))
            .build(),
        IMAGES);
  }

  private void pooling() {
    String family = "nn.pooling";
    Shape k1 = new Shape(3);
    Shape k2 = new Shape(3, 3);
    Shape k3 = new Shape(2, 2, 2);
    Shape s1 = new Shape(2);
    Shape s2 = new Shape(2, 2);
    Shape p1 = new Shape(1);
    Shape p2 = new Shape(1, 1);
    Shape p3 = new Shape(0, 0, 0);
    add(family, "maxPool1d", Pool.maxPool1dBlock(k1, s1, p1), SIGNALS);
    add(family, "maxPool2d", Pool.maxPool2dBlock(k2, s2, p2), IMAGES);
    add(
        family,
        "maxPool2d, sizes rounded up",
        Pool.maxPool2dBlock(s2, s2, new Shape(0, 0), true),
        IMAGES);
    add(family, "maxPool3d", Pool.maxPool3dBlock(k3, k3, p3), VOLUMES);
    add(family, "avgPool1d", Pool.avgPool1dBlock(k1, s1, p1), SIGNALS);
    add(family, "avgPool2d, padding counts", Pool.avgPool2dBlock(k2, s2, p2, false, true), IMAGES);
    add(
        family,
        "avgPool2d, padding doesn't count",
        Pool.avgPool2dBlock(k2, s2, p2, false, false),
        IMAGES);
    add(
        family,
        "avgPool2d, sizes rounded up",
        Pool.avgPool2dBlock(k2, s2, p2, true, true),
        new Shape(1, 4, 12, 14));
    add(family, "avgPool3d", Pool.avgPool3dBlock(k3, k3, p3), VOLUMES);
    add(family, "lpPool1d", Pool.lpPool1dBlock(2, k1, s1, new Shape(0), false), SIGNALS);
    add(family, "lpPool2d", Pool.lpPool2dBlock(2, k2, s2, new Shape(0, 0), false), IMAGES);
    add(family, "lpPool3d", Pool.lpPool3dBlock(2, k3, k3, p3, false), VOLUMES);
    add(family, "globalMaxPool1d", Pool.globalMaxPool1dBlock(), SIGNALS);
    add(family, "globalMaxPool2d", Pool.globalMaxPool2dBlock(), IMAGES);
    add(family, "globalMaxPool3d", Pool.globalMaxPool3dBlock(), VOLUMES);
    add(family, "globalAvgPool1d", Pool.globalAvgPool1dBlock(), SIGNALS);
    add(family, "globalAvgPool2d", Pool.globalAvgPool2dBlock(), IMAGES);
    add(family, "globalAvgPool3d", Pool.globalAvgPool3dBlock(), VOLUMES);
    add(family, "globalLpPool1d", Pool.globalLpPool1dBlock(2), SIGNALS);
    add(family, "globalLpPool2d", Pool.globalLpPool2dBlock(2), IMAGES);
    add(family, "globalLpPool3d", Pool.globalLpPool3dBlock(2), VOLUMES);
  }

  private void norm() {
    String family = "nn.norm";
    add(family, "BatchNorm", BatchNorm.builder().build(), IMAGES);
    add(
        family,
        "BatchNorm over the last dimension",
        BatchNorm.builder().optAxis(3).build(),
        IMAGES);
    add(
        family,
        "BatchNorm without scale and center",
        BatchNorm.builder().optScale(false).optCenter(false).build(),
        VECTORS);
    add(family, "GhostBatchNorm", GhostBatchNorm.builder().optVirtualBatchSize(4).build(), IMAGES);
    add(family, "LayerNorm", LayerNorm.builder().build(), SEQUENCES);
    add(
        family,
        "LayerNorm over the last dimension",
        LayerNorm.builder().axis(2).build(),
        SEQUENCES);
    add(
        family,
        "Dropout",
        new SequentialBlock().add(Dropout.builder().build()).add(Activation.reluBlock()),
        VECTORS);
  }

  private void activations() {
    String family = "nn.Activation";
    add(family, "relu", Activation.reluBlock(), IMAGES);
    add(family, "relu6", Activation.relu6Block(), IMAGES);
    add(family, "sigmoid", Activation.sigmoidBlock(), IMAGES);
    add(family, "tanh", Activation.tanhBlock(), IMAGES);
    add(family, "softPlus", Activation.softPlusBlock(), IMAGES);
    add(family, "softSign", Activation.softSignBlock(), IMAGES);
    add(family, "leakyRelu", Activation.leakyReluBlock(0.1f), IMAGES);
    add(family, "elu", Activation.eluBlock(0.7f), IMAGES);
    add(family, "selu", Activation.seluBlock(), IMAGES);
    add(family, "gelu", Activation.geluBlock(), IMAGES);
    add(family, "swish", Activation.swishBlock(1.3f), IMAGES);
    add(family, "mish", Activation.mishBlock(), IMAGES);
    add(family, "prelu", Activation.preluBlock(), IMAGES);
  }

  private void recurrent() {
    String family = "nn.recurrent";
    add(
        family,
        "RNN, tanh",
        RNN.builder().setStateSize(5).setNumLayers(1).setActivation(RNN.Activation.TANH).build(),
        SEQUENCES);
    add(
        family,
        "RNN, relu, 2 layers",
        RNN.builder().setStateSize(5).setNumLayers(2).setActivation(RNN.Activation.RELU).build(),
        SEQUENCES);
    add(
        family,
        "GRU, 2 layers",
        GRU.builder().setStateSize(5).setNumLayers(2).optReturnState(true).build(),
        SEQUENCES);
    add(family, "LSTM", LSTM.builder().setStateSize(5).setNumLayers(1).build(), SEQUENCES);
    add(
        family,
        "LSTM, 2 layers, with states",
        LSTM.builder().setStateSize(5).setNumLayers(2).optReturnState(true).build(),
        SEQUENCES);
    add(
        family,
        "LSTM, bidirectional, without biases",
        LSTM.builder()
            .setStateSize(5)
            .setNumLayers(1)
            .optBidirectional(true)
            .optHasBiases(false)
            .build(),
        SEQUENCES);
    add(
        family,
        "LSTM, bidirectional",
        LSTM.builder().setStateSize(5).setNumLayers(1).optBidirectional(true).build(),
        SEQUENCES);
  }

  private void transformer() {
    String family = "nn.transformer";
    add(
        family,
        "ScaledDotProductAttentionBlock",
        ScaledDotProductAttentionBlock.builder().setEmbeddingSize(8).setHeadCount(2).build(),
        SEQUENCES);
    add(
        family,
        "PointwiseFeedForwardBlock",
        new PointwiseFeedForwardBlock(List.of(16), 8, Activation::gelu),
        SEQUENCES);
    add(
        family,
        "TransformerEncoderBlock",
        new TransformerEncoderBlock(8, 2, 16, 0.1f, Activation::gelu),
        SEQUENCES);
    cases.add(
        new Case(
            family,
            "IdEmbedding",
            manager -> new IdEmbedding.Builder().setDictionarySize(7).setEmbeddingSize(6).build(),
            List.of(new Shape(1, 5)),
            7));
    cases.add(
        new Case(
            family,
            "BertBlock",
            manager ->
                BertBlock.builder()
                    .nano()
                    .optMaxSequenceLength(6)
                    .optTransformerBlockCount(2)
                    .setTokenDictionarySize(9)
                    .build(),
            List.of(new Shape(1, 6), new Shape(1, 6), new Shape(1, 6)),
            2));
    add(family, "BertNextSentenceBlock", new BertNextSentenceBlock(), VECTORS);
    cases.add(
        new Case(
            family,
            "BertPretrainingBlock with its BertMaskedLanguageModelBlock",
            manager ->
                new BertPretrainingBlock(
                    BertBlock.builder()
                        .nano()
                        .optMaxSequenceLength(6)
                        .optTransformerBlockCount(2)
                        .setTokenDictionarySize(9)),
            List.of(new Shape(1, 6), new Shape(1, 6), new Shape(1, 6), new Shape(1, 3)),
            2));
  }

  private void composed() {
    String family = "nn";
    add(
        family,
        "ParallelBlock and LambdaBlock",
        new ParallelBlock(
            list -> new NDList(list.get(0).head().mul(list.get(1).head().add(1))),
            List.of(
                new SequentialBlock()
                    .add(Linear.builder().setUnits(4).build())
                    .add(Activation::tanh),
                new SequentialBlock().add(Linear.builder().setUnits(4).build()))),
        VECTORS);
    SequentialBlock intermediate =
        new SequentialBlock().add(Linear.builder().setUnits(4).build()).add(Activation::relu);
    intermediate.setReturnIntermediate(true);
    add(family, "SequentialBlock with intermediate outputs", intermediate, VECTORS);
    add(family, "Blocks.batchFlatten", Blocks.batchFlattenBlock(), IMAGES);
    add(family, "Blocks.identity", Blocks.identityBlock(), IMAGES);
    PairList<DataType, Shape> ones = new PairList<>();
    ones.add(DataType.FLOAT32, new Shape(-1, 3));
    add(family, "Blocks.ones", Blocks.onesBlock(ones, new String[] {"ones"}), VECTORS);
    add(
        family,
        "LambdaBlock with softmax and argMax",
        new LambdaBlock(
            list -> new NDList(list.head().softmax(-1), list.head().argMax(1)), "classes"),
        VECTORS);
  }

  private void zoo() {
    String family = "basicmodelzoo";
    Shape image = new Shape(1, 3, 64, 64);
    add(family, "Mlp", new Mlp(784, 10, new int[] {128, 64}), new Shape(1, 1, 28, 28));
    add(family, "LeNet", LeNet.builder().build(), new Shape(1, 1, 28, 28));
    add(family, "AlexNet", AlexNet.builder().build(), new Shape(1, 3, 96, 96));
    add(family, "VGG", VGG.builder().build(), new Shape(1, 3, 32, 32));
    add(family, "NiN", NiN.builder().build(), new Shape(1, 3, 96, 96));
    add(family, "GoogLeNet", GoogLeNet.builder().build(), image);
    add(family, "SqueezeNet", SqueezeNet.squeezenet(10), image);
    add(family, "MobileNetV1", MobileNetV1.builder().setOutSize(10).build(), image);
    add(family, "MobileNetV2", MobileNetV2.builder().setOutSize(10).build(), image);
    for (int layers : new int[] {18, 50}) {
      add(
          family,
          "ResNetV1, " + layers + " layers",
          ResNetV1.builder()
              .setImageShape(new Shape(3, 64, 64))
              .setNumLayers(layers)
              .setOutSize(10)
              .build(),
          image);
    }
  }
}
