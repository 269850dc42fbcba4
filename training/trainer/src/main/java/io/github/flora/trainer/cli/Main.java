package io.github.flora.trainer.cli;

import io.github.flora.engine.EngineException;
import io.github.flora.trainer.TrainingException;
import io.github.flora.trainer.Versions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** The program. */
@Command(
    name = "flora",
    description = "Trains, compares and ships image classifiers on the JVM, without Python.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {

  private static final List<String> ORDER =
      List.of("train", "evaluate", "predict", "export", "serve", "bench", "models", "runs", "info");

  /** How the engines tell it: TensorFlow, PyTorch on a CPU, PyTorch on a GPU. */
  private static final Pattern OUT_OF_MEMORY =
      Pattern.compile("out of memory|can't allocate memory", Pattern.CASE_INSENSITIVE);

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show where an error came from, and what the libraries log.")
  private boolean debug;

  private Main() {}

  /**
   * Runs the program and ends the process.
   *
   * @param arguments the command line
   */
  public static void main(String[] arguments) {
    // DJL reports home about itself from cloud machines unless told not to.
    System.setProperty("OPT_OUT_TRACKING", "true");
    if (List.of(arguments).contains("--debug")) {
      System.setProperty("flora.log", "DEBUG");
    }
    int status = run(arguments);
    if (!Interrupts.underWay()) {
      System.exit(status);
    }
  }

  /**
   * Runs the program.
   *
   * @param arguments the command line
   * @return the exit status: 0 done, 1 failed, 2 wrong usage
   */
  public static int run(String... arguments) {
    // Numbers look the same everywhere, whatever the language of the system.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    CommandLine line = commandLine();
    try {
      return line.execute(arguments);
    } catch (LinkageError | OutOfMemoryError e) {
      // picocli passes errors on; natives that don't fit this machine end here.
      return fail(line, e, List.of(arguments).contains("--debug"));
    }
  }

  static CommandLine commandLine() {
    Main main = new Main();
    CommandLine line = new CommandLine(main);
    ServiceLoader.load(FloraCommand.class).stream()
        .map(ServiceLoader.Provider::get)
        .map(CommandLine::new)
        .sorted(
            Comparator.comparingInt((CommandLine c) -> order(c.getCommandName()))
                .thenComparing(CommandLine::getCommandName))
        .forEach(command -> line.addSubcommand(command));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(true);
    line.setParameterExceptionHandler(Main::wrongUsage);
    line.setExecutionExceptionHandler((e, command, result) -> fail(command, e, main.debug));
    return line;
  }

  private static int order(String name) {
    int index = ORDER.indexOf(name);
    return index < 0 ? ORDER.size() : index;
  }

  /** Without a command there is nothing to run but the help. */
  @Override
  public void run() {
    throw new UsageException("name a command; './flora --help' lists them", null);
  }

  private static int wrongUsage(ParameterException e, String[] arguments) {
    CommandLine line = e.getCommandLine();
    String message = firstLine(e.getMessage());
    line.getErr().println("flora: " + message + " (see '" + name(line) + " --help')");
    line.getErr().flush();
    return 2;
  }

  private static String name(CommandLine line) {
    return "./" + line.getCommandSpec().qualifiedName();
  }

  private static int fail(CommandLine line, Throwable e, boolean debug) {
    line.getErr().println("flora: " + explain(e));
    if (debug) {
      e.printStackTrace(line.getErr());
    }
    line.getErr().flush();
    return e instanceof UsageException || e instanceof EngineException ? 2 : 1;
  }

  private static String explain(Throwable e) {
    String message = e.getMessage() == null ? "" : firstLine(e.getMessage());
    if (e instanceof UncheckedIOException unchecked) {
      // An image file that was there when the data were loaded.
      return explain(Objects.requireNonNull(unchecked.getCause()));
    }
    if (e instanceof UsageException
        || e instanceof EngineException
        || e instanceof TrainingException) {
      return message;
    }
    if (e instanceof ai.djl.engine.EngineException) {
      return OUT_OF_MEMORY.matcher(message).find()
          ? "out of memory: use a smaller --batch-size (%s)".formatted(message)
          : message;
    }
    if (e instanceof FileSystemException file) {
      return file.getReason() == null
          ? "%s: %s".formatted(file.getFile(), file.getClass().getSimpleName())
          : "%s: %s".formatted(file.getFile(), file.getReason());
    }
    if (e instanceof OutOfMemoryError) {
      return "out of memory: use a smaller --batch-size, or give Java more with JAVA_OPTS=-Xmx…";
    }
    if (e instanceof IOException && !message.isEmpty()) {
      return message;
    }
    return "unexpected %s: %s (--debug shows where it came from)"
        .formatted(e.getClass().getSimpleName(), message);
  }

  private static String firstLine(@Nullable String text) {
    return text == null ? "" : text.lines().findFirst().orElse("");
  }

  /** Names the version of Flora. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"Flora " + Versions.flora()};
    }
  }
}
