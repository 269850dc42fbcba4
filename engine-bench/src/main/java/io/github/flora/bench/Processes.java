package io.github.flora.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.flora.bench.measure.Contender;
import io.github.flora.bench.measure.Job;
import io.github.flora.bench.measure.Message;
import io.github.flora.bench.measure.Worker;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Starts {@link Worker}s, one at a time, and hears what they say. */
final class Processes {

  /** A process that says nothing for so long is taken for hung. */
  private static final long PATIENCE_SECONDS = 900;

  /** Our TensorFlow engine's jar, or its classes in a build. */
  private static final String OURS = "META-INF/services/io.github.flora.engine.EngineSupport";

  private static final List<String> PASSED_ON =
      List.of(
          "ai.djl.offline",
          "DJL_CACHE_DIR",
          "ENGINE_CACHE_DIR",
          "org.bytedeco.javacpp.cachedir",
          "flora.log");

  private final Path work;
  private final BooleanSupplier stop;
  private int started;

  Processes(Path work, BooleanSupplier stop) {
    this.work = work;
    this.stop = stop;
  }

  /** The user wants no more. */
  static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stopped() {
      super("interrupted");
    }
  }

  /**
   * Runs a process to its end.
   *
   * @param contender the engine whose classpath it gets, or null for all
   * @param job what it shall do
   * @param listener hears what it says
   * @return why it ended before its time, or null
   * @throws Stopped if the user stops it
   */
  @Nullable String run(@Nullable Contender contender, Job job, Consumer<Message> listener)
      throws IOException {
    started++;
    Path file = work.resolve("job-" + started + ".json");
    Path err = work.resolve("job-" + started + ".err");
    Files.writeString(file, Worker.write(job));
    ProcessBuilder builder;
    try {
      builder = builder(contender, job, file);
    } catch (IOException e) {
      return e.getMessage();
    }
    Process process = builder.redirectError(err.toFile()).start();
    Optional<String> failure;
    try {
      failure = listen(process, listener);
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        return "the process doesn't end";
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Stopped();
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() == 0) {
      return null;
    }
    return failure.orElseGet(() -> ended(process.exitValue(), err));
  }

  private Optional<String> listen(Process process, Consumer<Message> listener)
      throws InterruptedException {
    BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
    Thread reader = new Thread(() -> read(process, lines), "flora-bench-reader");
    reader.setDaemon(true);
    reader.start();
    Optional<String> failure = Optional.empty();
    long heard = System.nanoTime();
    while (true) {
      if (stop.getAsBoolean()) {
        throw new Stopped();
      }
      Optional<String> line = lines.poll(200, TimeUnit.MILLISECONDS);
      if (line == null) {
        if (System.nanoTime() - heard > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
          process.destroyForcibly();
          return Optional.of("no answer within %d minutes".formatted(PATIENCE_SECONDS / 60));
        }
      } else if (line.isEmpty()) {
        if (stop.getAsBoolean()) {
          throw new Stopped();
        }
        return failure;
      } else {
        Message message = Worker.message(line.get());
        if (message != null) {
          heard = System.nanoTime();
          if (message.failed() != null && message.failed().batch() == null) {
            failure = Optional.of(message.failed().reason());
          }
          listener.accept(message);
        }
      }
    }
  }

  /** Puts every line into the queue, and nothing at the end. */
  private static void read(Process process, BlockingQueue<Optional<String>> lines) {
    try (BufferedReader out = process.inputReader(UTF_8)) {
      out.lines().forEach(line -> lines.add(Optional.of(line)));
    } catch (IOException | UncheckedIOException e) {
      // The process was killed: its end is what counts.
    } finally {
      lines.add(Optional.empty());
    }
  }

  private static String ended(int status, Path err) {
    String how =
        switch (status) {
          case 134 -> "the process crashed (SIGABRT)";
          case 137 -> "the process was killed (SIGKILL; out of memory?)";
          case 139 -> "the process crashed (SIGSEGV)";
          default -> "the process ended with status %d".formatted(status);
        };
    try (Stream<String> lines = Files.lines(err)) {
      return lines
          .filter(line -> !line.isBlank() && !line.startsWith("#") && !line.startsWith("\tat "))
          .reduce((first, last) -> last)
          .map(line -> how + ": " + line.strip())
          .orElse(how);
    } catch (IOException | UncheckedIOException e) {
      return how;
    }
  }

  /** The process that reads a job from a file. */
  static ProcessBuilder builder(@Nullable Contender contender, Job job, Path file)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command(contender, file));
    if (job.measurement() != null) {
      // PyTorch's threads that aren't the main one ask OpenMP how many there are.
      builder.environment().put("OMP_NUM_THREADS", Integer.toString(job.measurement().threads()));
    }
    return builder;
  }

  private static List<String> command(@Nullable Contender contender, Path job) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.matches("-(D|X|-enable-|-add-).*"))
        .filter(option -> !option.matches("-D(ai\\.djl\\.default_engine|flora\\.tensorflow\\.).*"))
        .forEach(command::add);
    for (String name : PASSED_ON) {
      String value = System.getProperty(name);
      if (value != null) {
        command.add("-D%s=%s".formatted(name, value));
      }
    }
    // The heap grows when it has to; else its size would be what the memory column shows.
    command.addAll(List.of("-XX:+UseSerialGC", "-Xms64m", "--enable-native-access=ALL-UNNAMED"));
    if (contender == Contender.TENSORFLOW_EAGER) {
      command.add("-Dflora.tensorflow.compile=false");
    }
    command.addAll(List.of("-cp", classpath(contender), Worker.class.getName(), job.toString()));
    return command;
  }

  private static String classpath(@Nullable Contender contender) throws IOException {
    String all = System.getProperty("java.class.path");
    if (contender == null || contender.form() != Contender.Form.SAVED_MODEL) {
      return all;
    }
    Path stock = stock();
    if (!Files.isDirectory(stock)) {
      throw new IOException(
          "DJL's TensorFlow engine isn't there: build engine-bench, which copies it to " + stock);
    }
    // The two engines can't share a process.
    return Arrays.stream(all.split(File.pathSeparator, -1))
            .filter(entry -> !isOurTensorFlow(Path.of(entry)))
            .collect(Collectors.joining(File.pathSeparator))
        + File.pathSeparator
        + stock
        + File.pathSeparator
        + stock
        + File.separator
        + "*";
  }

  private static boolean isOurTensorFlow(Path entry) {
    String name = String.valueOf(entry.getFileName());
    if (name.startsWith("flora-tensorflow-")) {
      return true;
    }
    Path services = entry.resolve(OURS);
    try {
      return Files.isRegularFile(services) && Files.readString(services).contains(".tensorflow.");
    } catch (IOException e) {
      return false;
    }
  }

  /** The build puts it beside this module's jar or classes. */
  private static Path stock() throws IOException {
    try {
      return Path.of(Processes.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .resolveSibling("stock");
    } catch (URISyntaxException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
