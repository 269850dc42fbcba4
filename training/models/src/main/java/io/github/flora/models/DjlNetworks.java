package io.github.flora.models;

import ai.djl.basicmodelzoo.cv.classification.AlexNet;
import ai.djl.basicmodelzoo.cv.classification.GoogLeNet;
import ai.djl.basicmodelzoo.cv.classification.LeNet;
import ai.djl.basicmodelzoo.cv.classification.MobileNetV1;
import ai.djl.basicmodelzoo.cv.classification.MobileNetV2;
import ai.djl.basicmodelzoo.cv.classification.NiN;
import ai.djl.basicmodelzoo.cv.classification.ResNetV1;
import ai.djl.basicmodelzoo.cv.classification.SqueezeNet;
import ai.djl.basicmodelzoo.cv.classification.VGG;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.github.flora.models.NetworkEntry.Option;
import java.util.List;
import java.util.Set;

/**
 * The networks of DJL's basic model zoo with its defaults, all that it has for classification; each
 * can be made for any number of classes. They aren't those of torchvision of the same name, and
 * their parameters are named after DJL's classes. NiN and SqueezeNet end in ReLU, as in their
 * papers, so that none of their logits is negative.
 *
 * <p>{@code ResNetV1} stands here with 50 layers: with 18 or 34 DJL builds bottlenecks too, a 26-
 * and a 50-layer net; see {@link ResNet}.
 */
final class DjlNetworks {

  private static final Shape DIGIT = new Shape(1, 28, 28);
  private static final Shape PHOTO = new Shape(3, 224, 224);

  static final List<NetworkEntry> ALL =
      List.of(
          new NetworkEntry(
              "djl-lenet",
              "LeNet (LeCun 1998) of DJL: sigmoid, overlapping average pooling",
              DIGIT,
              9,
              false,
              0f,
              Set.of(),
              o -> LeNet.builder().setOutSize(o.classes()).build()),
          new NetworkEntry(
              "djl-alexnet",
              "AlexNet (Krizhevsky 2012) of DJL: dropout 0.5",
              PHOTO,
              67,
              false,
              0.5f,
              Set.of(Option.DROPOUT),
              o ->
                  AlexNet.builder()
                      .setOutSize(o.classes())
                      .setDropOutRate(o.dropoutOr(0f))
                      .build()),
          new NetworkEntry(
              "djl-vgg11",
              "VGG-11 (Simonyan 2014) of DJL: 133 million parameters, dropout 0.5",
              PHOTO,
              32,
              false,
              0.5f,
              Set.of(Option.FIXED_DROPOUT),
              o -> VGG.builder().setOutSize(o.classes()).build()),
          new NetworkEntry(
              "djl-nin",
              "Network in Network (Lin 2013) of DJL: dropout 0.5",
              PHOTO,
              67,
              true,
              0.5f,
              Set.of(Option.DROPOUT),
              DjlNetworks::nin),
          new NetworkEntry(
              "djl-googlenet",
              "GoogLeNet (Szegedy 2014) of DJL: without auxiliary outputs",
              PHOTO,
              32,
              true,
              0f,
              Set.of(),
              o -> GoogLeNet.builder().setOutSize(o.classes()).build()),
          new NetworkEntry(
              "djl-squeezenet",
              "SqueezeNet 1.1 (Iandola 2016) of DJL: dropout 0.5",
              PHOTO,
              17,
              true,
              0.5f,
              Set.of(Option.FIXED_DROPOUT),
              o -> SqueezeNet.squeezenet(o.classes())),
          new NetworkEntry(
              "djl-mobilenet-v1",
              "MobileNet (Howard 2017) of DJL",
              PHOTO,
              32,
              true,
              0f,
              Set.of(Option.FIXED_BATCH_NORM),
              o -> MobileNetV1.builder().setOutSize(o.classes()).build()),
          new NetworkEntry(
              "djl-mobilenet-v2",
              "MobileNetV2 (Sandler 2018) of DJL: begins with 1x1 instead of 3x3",
              PHOTO,
              32,
              true,
              0f,
              Set.of(Option.FIXED_BATCH_NORM),
              o -> MobileNetV2.builder().setOutSize(o.classes()).build()),
          new NetworkEntry(
              "djl-resnet50",
              "ResNet-50 (He 2015) of DJL: strides in the 1x1 convolutions, unlike torchvision's",
              PHOTO,
              32,
              true,
              0f,
              Set.of(Option.FIXED_BATCH_NORM),
              DjlNetworks::resnet50));

  private DjlNetworks() {}

  /** The last of the numbers of channels is that of the outputs. */
  private static Block nin(NetworkOptions options) {
    return NiN.builder()
        .setNumChannels(new int[] {96, 256, 384, options.classes()})
        .setDropOutRate(options.dropoutOr(0f))
        .build();
  }

  /** DJL chooses the first layers by the size given here; others can follow. */
  private static Block resnet50(NetworkOptions options) {
    return ResNetV1.builder()
        .setNumLayers(50)
        .setImageShape(PHOTO)
        .setOutSize(options.classes())
        .build();
  }
}
