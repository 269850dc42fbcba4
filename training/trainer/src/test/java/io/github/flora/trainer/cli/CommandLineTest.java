package io.github.flora.trainer.cli;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.data.PhotoOptions;
import io.github.flora.trainer.Recipes;
import io.github.flora.trainer.Versions;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

final class CommandLineTest {

  /** Scripts rely on these; a change here is a change for users. */
  @Test
  void namesAndDefaultsAreStable() {
    assertEquals(
        """
        train RECIPE
          --engine=NAME
          --device=DEVICE [auto]
          --threads=N
          --data=DIR
          --output=DIR
          --overwrite
          --model=NAME
          --epochs=N
          --batch-size=N
          --optimizer=NAME
          --learning-rate=RATE
          --schedule=NAME
          --warmup-epochs=N
          --patience=N
          --weight-decay=W
          --no-decay-norms
          --clip-norm=NORM
          --label-smoothing=SHARE
          --class-weights=HOW
          --class-sampling=HOW
          --augment=HOW
          --mixup=ALPHA
          --image-size=PIXELS
          --crop-share=SHARE
          --early-stopping=N
          --monitor=FIGURE
          --validation-split=SHARE
          --validate-every=N
          --dropout=P
          --batch-norm
          --precision=PRECISION
          --pretrained=FILE|URL
          --freeze=WHAT
          --freeze-norms
          --backbone-learning-rate=RATE
          --head-hidden=UNITS
          --seed=N [1]
          --resume=RUN
          --strict
          --cache-images=MIB
          --show-batch=FILE
          --no-progress
          -h, --help
          -V, --version
          --debug
        evaluate RUN
          --data=DIR
          --engine=NAME
          --device=DEVICE [auto]
          --threads=N
          --json
          -h, --help
          -V, --version
          --debug
        predict RUN IMAGE
          --data=DIR
          --engine=NAME
          --device=DEVICE [auto]
          --threads=N
          --test=N
          --top=K [3]
          --output=FILE
          --explain
          --json
          --csv
          -h, --help
          -V, --version
          --debug
        models NAME
          --engine=NAME
          --device=DEVICE [auto]
          --threads=N
          --classes=N [10]
          --batch-norm
          -h, --help
          -V, --version
          --debug
        runs DIR
          --output=FILE
          -h, --help
          -V, --version
          --debug
        info
          --engine=NAME
          --device=DEVICE [auto]
          --threads=N
          -h, --help
          -V, --version
          --debug
        """,
        Main.commandLine().getSubcommands().values().stream()
            .map(CommandLineTest::describe)
            .collect(Collectors.joining()));
  }

  private static String describe(CommandLine command) {
    StringBuilder text = new StringBuilder(command.getCommandName());
    for (PositionalParamSpec p : command.getCommandSpec().positionalParameters()) {
      text.append(' ').append(p.paramLabel());
    }
    text.append('\n');
    for (OptionSpec o : command.getCommandSpec().options()) {
      text.append("  ").append(String.join(", ", o.names()));
      if (o.arity().max() > 0) {
        text.append('=').append(o.paramLabel());
      }
      if (o.required()) {
        text.append(" (required)");
      }
      if (o.defaultValue() != null) {
        text.append(" [").append(o.defaultValue()).append(']');
      }
      text.append('\n');
    }
    return text.toString();
  }

  static List<String> commands() {
    return List.copyOf(Main.commandLine().getSubcommands().keySet());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpNamesEveryOption(String command) {
    Cli help = Cli.run(command, "--help").succeeded();
    assertEquals("", help.err());
    CommandLine line = requireNonNull(Main.commandLine().getSubcommands().get(command));
    assertTrue(help.out().contains("flora " + command), help.out());
    assertTrue(
        help.out().contains(line.getCommandSpec().usageMessage().description()[0]), help.out());
    for (OptionSpec option : line.getCommandSpec().options()) {
      assertTrue(help.out().contains(option.longestName()), option.longestName() + help.out());
      assertTrue(option.description().length > 0, option.longestName() + " has no description");
    }
  }

  @Test
  void helpListsTheCommands() {
    Cli help = Cli.run("--help").succeeded();
    for (String command : commands()) {
      assertTrue(help.out().contains("  " + command + " "), help.out());
    }
    assertEquals("", help.err());
  }

  @Test
  void helpOfTrainListsTheRecipes() {
    String help = Cli.run("train", "--help").succeeded().out().replaceAll("\\s+", " ");
    assertTrue(help.contains("One of: " + String.join(", ", Recipes.names()) + "."), help);
  }

  @Test
  void showsItsVersion() {
    assertEquals("Flora " + Versions.flora(), Cli.run("--version").succeeded().out().strip());
  }

  @Test
  void withoutACommandItNamesTheHelp() {
    assertEquals("flora: name a command; './flora --help' lists them", Cli.run().failed(2));
  }

  @ParameterizedTest
  @CsvSource({
    "'', 224, 0.875, false, 256",
    "--image-size=64 --crop-share=1 --strict --cache-images=7, 64, 1, true, 7",
  })
  void optionsReachThePhotographs(
      String options, int size, double share, boolean strict, int megabytes) {
    TrainCommand command = new TrainCommand();
    new CommandLine(command).parseArgs(("photos-resnet18 " + options).trim().split(" +", -1));
    assertEquals(
        new PhotoOptions(size, share, strict, megabytes), command.planned().data().photos());
  }
}
