package io.github.flora.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.flora.trainer.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs the program within the tests' process.
 *
 * @param status the exit status
 * @param out what went to standard output
 * @param err what went to standard error
 */
record Cli(int status, String out, String err) {

  static Cli run(String... arguments) {
    PrintStream realOut = System.out;
    PrintStream realErr = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status;
    System.setOut(new PrintStream(out, true, UTF_8));
    System.setErr(new PrintStream(err, true, UTF_8));
    try {
      status = Main.run(arguments);
    } finally {
      System.setOut(realOut);
      System.setErr(realErr);
    }
    return new Cli(status, out.toString(UTF_8), err.toString(UTF_8));
  }

  /** Runs with arguments that are separated by blanks, then some more. */
  static Cli line(String arguments, String... more) {
    List<String> all = new ArrayList<>(List.of(arguments.trim().split(" +", -1)));
    all.addAll(List.of(more));
    return run(all.toArray(String[]::new));
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
    return err.strip();
  }

  JsonObject json() {
    return JsonParser.parseString(out).getAsJsonObject();
  }

  List<JsonObject> rows() {
    JsonArray rows = json().getAsJsonArray("rows");
    List<JsonObject> list = new ArrayList<>();
    rows.forEach(row -> list.add(row.getAsJsonObject()));
    return list;
  }

  /** The row of an engine and batch size. */
  JsonObject row(String engine, int batch) {
    return rows().stream()
        .filter(row -> row.get("engine").getAsString().equals(engine))
        .filter(row -> row.get("batch").getAsInt() == batch)
        .findFirst()
        .orElseThrow(() -> new AssertionError(engine + " " + batch + " in " + out));
  }
}
