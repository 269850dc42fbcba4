package io.github.flora.trainer.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import io.github.flora.engine.Engines;
import io.github.flora.trainer.SmallData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Runs the program within the tests' process, or as a process of its own.
 *
 * @param status the exit status
 * @param out what went to standard output
 * @param err what went to standard error
 */
record Cli(int status, String out, String err) {

  private static final String ENGINE = "ai.djl.default_engine";

  static {
    // Once loaded, engines have nothing more to say on standard error.
    SmallData.pytorch();
    for (String engine : Engines.available()) {
      Engine unused = Engine.getEngine(engine);
    }
  }

  static Cli run(String... arguments) {
    PrintStream realOut = System.out;
    PrintStream realErr = System.err;
    String engine = System.getProperty(ENGINE);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status;
    // The commands ask for the streams when they start.
    System.setOut(new PrintStream(out, true, UTF_8));
    System.setErr(new PrintStream(err, true, UTF_8));
    try {
      status = Main.run(arguments);
    } finally {
      System.setOut(realOut);
      System.setErr(realErr);
      System.setProperty(ENGINE, engine == null ? "PyTorch" : engine);
    }
    return new Cli(status, out.toString(UTF_8), withoutWarnings(err.toString(UTF_8)));
  }

  /** The tests let libraries log warnings; users see errors only. */
  private static String withoutWarnings(String err) {
    return err.lines()
        .filter(line -> !line.startsWith("WARN "))
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  /** Runs with arguments that are separated by blanks. */
  static Cli line(String arguments) {
    return run(arguments.trim().split(" +"));
  }

  Cli succeeded() {
    assertEquals(0, status, this::toString);
    return this;
  }

  /** Failed with this status and one line of its own on standard error; returns the line. */
  String failed(int expected) {
    assertEquals(expected, status, this::toString);
    assertEquals(1, err.lines().count(), this::toString);
    assertTrue(err.startsWith("flora: "), this::toString);
    assertFalse(err.contains("unexpected") || err.contains("Exception"), this::toString);
    return err.strip();
  }

  /** Prepares the program as a process, with this process's classes and engine. */
  static ProcessBuilder process(Path folder, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.awt.headless=true",
            "-Dai.djl.offline=true"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).directory(folder.toFile());
  }
}
