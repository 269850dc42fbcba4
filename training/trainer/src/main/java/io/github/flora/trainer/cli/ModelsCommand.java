package io.github.flora.trainer.cli;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.github.flora.models.ModelSummary;
import io.github.flora.models.Network;
import io.github.flora.models.NetworkOptions;
import io.github.flora.models.Networks;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flora models}: lists the networks, or summarises one layer by layer. */
@Command(
    name = "models",
    description = "List the networks, or show one layer by layer.",
    sortOptions = false)
public final class ModelsCommand implements FloraCommand {

  @Spec private @Nullable CommandSpec spec;
  @Mixin private EngineOptions engineOptions = new EngineOptions();

  @Parameters(paramLabel = "NAME", arity = "0..1", description = "The network to show.")
  private @Nullable String name;

  @Option(
      names = "--classes",
      paramLabel = "N",
      defaultValue = "10",
      description = "Number of classes (default: ${DEFAULT-VALUE}).")
  private int classes;

  @Option(
      names = "--batch-norm",
      description = "With batch normalisation, where the network has a choice.")
  private boolean batchNorm;

  @Override
  public Integer call() {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    if (name == null) {
      for (Network each : networks()) {
        out.printf("%-16s %s%n", each.name(), each.description());
      }
      out.flush();
      return 0;
    }
    Network network;
    Block block;
    try {
      network = Networks.get(name);
      block = network.newBlock(new NetworkOptions(classes, null, batchNorm));
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), e);
    }
    EngineOptions.Chosen computing = engineOptions.load();
    try (NDManager manager = NDManager.newBaseManager(computing.device(), computing.name())) {
      Shape input = network.inputShape();
      block.initialize(
          manager, DataType.FLOAT32, new Shape(1, input.get(0), input.get(1), input.get(2)));
      out.print(ModelSummary.of(network.name(), block, input).toText());
    }
    out.flush();
    return 0;
  }

  private static List<Network> networks() {
    try {
      return Networks.all();
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), e);
    }
  }
}
