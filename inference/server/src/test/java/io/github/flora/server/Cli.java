package io.github.flora.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.trainer.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs the program within the tests' process, for what ends by itself.
 *
 * @param status the exit status
 * @param out what went to standard output
 * @param err what went to standard error
 */
record Cli(int status, String out, String err) {

  static Cli run(String command, List<String> arguments) {
    PrintStream realOut = System.out;
    PrintStream realErr = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status;
    System.setOut(new PrintStream(out, true, UTF_8));
    System.setErr(new PrintStream(err, true, UTF_8));
    try {
      status =
          Main.run(Stream.concat(Stream.of(command), arguments.stream()).toArray(String[]::new));
    } finally {
      System.setOut(realOut);
      System.setErr(realErr);
    }
    return new Cli(status, out.toString(UTF_8), err.toString(UTF_8));
  }

  /** Failed with this status and one line on standard error; returns the line. */
  String failed(int expected) {
    assertEquals(expected, status, this::toString);
    List<String> lines = err.lines().filter(line -> !line.startsWith("WARN ")).toList();
    assertEquals(1, lines.size(), this::toString);
    assertTrue(lines.get(0).startsWith("flora: "), this::toString);
    return lines.get(0);
  }
}
