package io.github.flora.models;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The networks that can be chosen by name. */
public final class Networks {

  private enum Option {
    DROPOUT,
    BATCH_NORM
  }

  private static final List<Entry> ALL =
      List.of(
          new Entry(
              "mlp",
              "perceptron 784-512-10 with ReLU",
              new Shape(1, 28, 28),
              Set.of(Option.DROPOUT),
              o -> Mlp.create(o.classes(), o.dropoutOr(0f))),
          new Entry(
              "cnn",
              "two convolutions (32, 64) with max pooling, dense 128, dropout 0.5; Keras's example",
              new Shape(1, 28, 28),
              Set.of(Option.DROPOUT, Option.BATCH_NORM),
              o -> Cnn.create(o.classes(), o.dropoutOr(0.5f), o.batchNorm())),
          new Entry(
              "lenet5",
              "LeNet-5 (LeCun 1998): three convolutions with tanh and average pooling, dense 84",
              new Shape(1, 32, 32),
              Set.of(),
              o -> LeNet5.create(o.classes())));

  private Networks() {}

  /**
   * The names of all networks.
   *
   * @return the names, simplest network first
   */
  public static List<String> names() {
    return ALL.stream().map(Network::name).toList();
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
    for (Network network : ALL) {
      if (network.name().equals(name)) {
        return network;
      }
    }
    throw new IllegalArgumentException(
        "no model named '" + name + "'; there are: " + String.join(", ", names()));
  }

  private record Entry(
      String name,
      String description,
      Shape inputShape,
      Set<Option> options,
      Function<NetworkOptions, Block> factory)
      implements Network {

    @Override
    public Block newBlock(NetworkOptions chosen) {
      if (chosen.dropoutOr(0f) > 0 && !options.contains(Option.DROPOUT)) {
        throw new IllegalArgumentException("model '" + name + "' has no dropout");
      }
      if (chosen.batchNorm() && !options.contains(Option.BATCH_NORM)) {
        throw new IllegalArgumentException("model '" + name + "' has no batch normalisation");
      }
      return factory.apply(chosen);
    }
  }
}
