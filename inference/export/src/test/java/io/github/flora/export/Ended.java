package io.github.flora.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.flora.trainer.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Arrays;

/** How a command ended, and what it said, warnings of the log left out. */
record Ended(int status, String out, String err) {

  /** Runs a command line in this process. */
  static Ended flora(Object... arguments) {
    PrintStream realOut = System.out;
    PrintStream realErr = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, UTF_8));
    System.setErr(new PrintStream(err, true, UTF_8));
    try {
      int status = Main.run(Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new));
      String said =
          err.toString(UTF_8)
              .lines()
              .filter(line -> !line.startsWith("WARN "))
              .map(line -> line + "\n")
              .reduce("", String::concat);
      return new Ended(status, out.toString(UTF_8), said);
    } finally {
      System.setOut(realOut);
      System.setErr(realErr);
    }
  }

  Ended succeeded() {
    assertEquals(0, status, this::toString);
    return this;
  }

  String failed(int expected) {
    assertEquals(expected, status, this::toString);
    assertEquals(1, err.lines().count(), this::toString);
    assertFalse(err.contains("unexpected") || err.contains("Exception"), err);
    return err.strip();
  }
}
