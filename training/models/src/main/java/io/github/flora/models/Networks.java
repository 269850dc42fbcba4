package io.github.flora.models;

import ai.djl.ndarray.types.Shape;
import io.github.flora.models.NetworkEntry.Option;
import io.github.flora.models.ResNet.Stem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The networks that can be chosen by name: those that come with Flora, and classes of others that
 * the classpath lists as services, see {@link Network}.
 */
public final class Networks {

  private static final Shape DIGIT = new Shape(1, 28, 28);
  private static final Shape TINY = new Shape(3, 32, 32);
  private static final Shape PHOTO = new Shape(3, 224, 224);

  private static final List<NetworkEntry> OWN =
      List.of(
          new NetworkEntry(
              "mlp",
              "perceptron 784-512-10 with ReLU",
              DIGIT,
              1,
              false,
              0f,
              Set.of(Option.DROPOUT),
              o -> Mlp.create(o.classes(), o.dropoutOr(0f))),
          new NetworkEntry(
              "cnn",
              "two convolutions (32, 64) with max pooling, dense 128, dropout 0.5; Keras's example",
              DIGIT,
              10,
              false,
              0.5f,
              Set.of(Option.DROPOUT, Option.BATCH_NORM),
              o -> Cnn.create(o.classes(), o.dropoutOr(0f), o.batchNorm())),
          new NetworkEntry(
              "lenet5",
              "LeNet-5 (LeCun 1998): three convolutions with tanh and average pooling, dense 84",
              new Shape(1, 32, 32),
              32,
              false,
              0f,
              Set.of(),
              o -> LeNet5.create(o.classes())),
          new NetworkEntry(
              "resnet18",
              "ResNet-18 (He 2015), torchvision's: 11.7 million parameters for 1000 classes",
              PHOTO,
              32,
              true,
              0f,
              Set.of(Option.DROPOUT, Option.FIXED_BATCH_NORM, Option.HEAD_HIDDEN),
              o -> ResNet.resnet18(o, Stem.IMAGENET)),
          new NetworkEntry(
              "resnet34",
              "ResNet-34 (He 2015), torchvision's: 21.8 million parameters for 1000 classes",
              PHOTO,
              32,
              true,
              0f,
              Set.of(Option.DROPOUT, Option.FIXED_BATCH_NORM, Option.HEAD_HIDDEN),
              o -> ResNet.resnet34(o, Stem.IMAGENET)),
          new NetworkEntry(
              "resnet18-small",
              "ResNet-18 for small images: begins with 3x3 instead of 7x7 and pooling",
              TINY,
              8,
              true,
              0f,
              Set.of(Option.DROPOUT, Option.FIXED_BATCH_NORM, Option.HEAD_HIDDEN),
              o -> ResNet.resnet18(o, Stem.SMALL)),
          new NetworkEntry(
              "resnet34-small",
              "ResNet-34 for small images: begins with 3x3 instead of 7x7 and pooling",
              TINY,
              8,
              true,
              0f,
              Set.of(Option.DROPOUT, Option.FIXED_BATCH_NORM, Option.HEAD_HIDDEN),
              o -> ResNet.resnet34(o, Stem.SMALL)));

  private static final List<NetworkEntry> SUPPLIED =
      Stream.of(OWN, DjlNetworks.ALL).flatMap(List::stream).toList();

  private Networks() {}

  /**
   * All networks.
   *
   * @return those that come with Flora, simplest first, then DJL's, then those of services
   * @throws IllegalArgumentException if a service can't be used, or two networks have one name
   */
  public static List<Network> all() {
    List<Network> all = new ArrayList<>(SUPPLIED);
    Set<String> names = new HashSet<>();
    SUPPLIED.forEach(network -> names.add(network.name()));
    try {
      for (Network network : ServiceLoader.load(Network.class)) {
        if (!names.add(network.name())) {
          throw new IllegalArgumentException(
              "two models are named '%s', one of them %s: give that another name"
                  .formatted(network.name(), network.getClass().getName()));
        }
        all.add(network);
      }
    } catch (ServiceConfigurationError e) {
      throw new IllegalArgumentException(
          "a network listed in META-INF/services can't be used: " + e.getMessage(), e);
    }
    return List.copyOf(all);
  }

  /**
   * The names of all networks.
   *
   * @return the names, in the order of {@link #all}
   */
  public static List<String> names() {
    return all().stream().map(Network::name).toList();
  }

  /**
   * Finds a network.
   *
   * @param name one of {@link #names()}
   * @return the network
   * @throws IllegalArgumentException if there is none of that name; the message lists those that
   *     there are
   */
  public static Network get(String name) {
    for (Network network : all()) {
      if (network.name().equals(name)) {
        return network;
      }
    }
    throw new IllegalArgumentException(
        "no model named '" + name + "'; there are: " + String.join(", ", names()));
  }
}
