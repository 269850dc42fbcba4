package io.github.flora.server;

import io.github.flora.trainer.cli.EngineOptions;
import io.github.flora.trainer.cli.FloraCommand;
import io.github.flora.trainer.cli.Interrupts;
import io.github.flora.trainer.cli.Subject;
import io.github.flora.trainer.cli.UsageException;
import io.github.flora.trainer.run.TrainedModel;
import io.javalin.util.JavalinBindException;
import io.javalin.util.JavalinLogger;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flora serve}: a model over HTTP, with a page. */
@Command(
    name = "serve",
    description = "Serve a trained model over HTTP, with a page to try it.",
    sortOptions = false)
public final class ServeCommand implements FloraCommand {

  private static final String ENGINE = "OnnxRuntime";

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "RUN",
      description = "The run folder that train printed, or an ONNX file that export wrote.")
  private Path run = Path.of(".");

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = {
        "Address to listen on (default: ${DEFAULT-VALUE}, this machine only; 0.0.0.0 for all)."
      })
  private String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8080",
      description = "Port to listen on; 0 for any that is free (default: ${DEFAULT-VALUE}).")
  private int port;

  @Mixin private EngineOptions engineOptions = new EngineOptions();

  @Option(
      names = "--max-batch",
      paramLabel = "N",
      defaultValue = "32",
      description = "Images of the largest batch (default: ${DEFAULT-VALUE}).")
  private int maxBatch;

  @Option(
      names = "--max-delay",
      paramLabel = "MS",
      defaultValue = "1",
      description = {
        "Milliseconds that an image waits for others to share its batch (default: ${DEFAULT-VALUE})."
      })
  private int maxDelay;

  @Option(
      names = "--queue",
      paramLabel = "N",
      defaultValue = "256",
      description = {
        "Images under way at most; further ones get 503 with Retry-After (default:"
            + " ${DEFAULT-VALUE})."
      })
  private int queue;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "1",
      description = "Threads that run batches, each with --threads (default: ${DEFAULT-VALUE}).")
  private int workers;

  @Option(
      names = "--max-body",
      paramLabel = "BYTES",
      defaultValue = "16777216",
      description = "Bytes of the largest request (default: ${DEFAULT-VALUE}).")
  private int maxBody;

  @Option(
      names = "--max-pixels",
      paramLabel = "N",
      defaultValue = "25000000",
      description = "Pixels of the largest image (default: ${DEFAULT-VALUE}).")
  private long maxPixels;

  @Option(
      names = "--max-parts",
      paramLabel = "N",
      defaultValue = "32",
      description = "Images of one request (default: ${DEFAULT-VALUE}).")
  private int maxParts;

  @Option(
      names = "--read-timeout",
      paramLabel = "S",
      defaultValue = "20",
      description = "Seconds that a client may take to send a request (default: ${DEFAULT-VALUE}).")
  private int readTimeout;

  @Option(
      names = "--drain-timeout",
      paramLabel = "S",
      defaultValue = "8",
      description = {
        "Seconds that requests under way get when the server is told to end (default:"
            + " ${DEFAULT-VALUE})."
      })
  private int drainTimeout;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    ServerSettings settings = settings();
    try (Interrupts interrupts = new Interrupts();
        Subject subject = Subject.of(run, engineOptions, ENGINE)) {
      EngineOptions.Chosen computing = engineOptions.load(engineOptions.name(ENGINE));
      try (TrainedModel model = subject.load(computing);
          ModelServer server = start(subject, computing, model, settings)) {
        out.printf(
            "%s on %s%nlistening on http://%s:%d/ (Ctrl-C ends it)%n",
            subject.recipe(), computing.describe(), shown(host), server.port());
        out.flush();
        interrupts.await();
        out.println("draining");
        out.flush();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return 0;
  }

  private ServerSettings settings() {
    try {
      return new ServerSettings(
          host,
          port,
          maxBatch,
          Duration.ofMillis(maxDelay),
          queue,
          workers,
          maxBody,
          maxPixels,
          maxParts,
          ServerSettings.DEFAULT.memory(),
          Duration.ofSeconds(readTimeout),
          Duration.ofSeconds(drainTimeout));
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), null);
    }
  }

  private ModelServer start(
      Subject subject, EngineOptions.Chosen computing, TrainedModel model, ServerSettings settings)
      throws IOException {
    // It would say once more what it throws.
    JavalinLogger.enabled = false;
    try {
      return new ModelServer(subject.recipe(), computing.describe(), model, settings);
    } catch (JavalinBindException e) {
      throw new IOException(
          "can't listen on %s:%d: %s; choose others with --host and --port"
              .formatted(host, port, reason(e)),
          e);
    } finally {
      JavalinLogger.enabled = true;
    }
  }

  /** What the system says: that the address is in use, or isn't one of this machine. */
  private static String reason(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  /** As it stands in a URL. */
  private static String shown(String host) {
    return host.contains(":") ? "[" + host + "]" : host;
  }
}
