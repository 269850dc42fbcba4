package io.github.flora.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The program as a process of its own, with the classes of the tests. */
final class Served implements AutoCloseable {

  private static final Pattern LISTENING = Pattern.compile("listening on (http://.*:(\\d+)/) ");

  private static final List<String> SETTINGS =
      List.of(
          "DJL_DEFAULT_ENGINE",
          "FLORA_CLASSPATH",
          "GLIBC_TUNABLES",
          "GOMP_SPINCOUNT",
          "OMP_WAIT_POLICY");

  final HttpClient client = HttpClient.newHttpClient();
  final Process process;
  private final Path out;
  private final Path err;

  private Served(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * Starts the program as its user does: by a copy of the launcher in a house without sources,
   * where it builds nothing.
   *
   * @param folder for what it prints
   * @param java options for Java
   * @param arguments the command line
   */
  static Served start(Path folder, List<String> java, String... arguments) throws IOException {
    Path home = Files.createTempDirectory(folder, "flora");
    Path launcher = Files.copy(Path.of("../../flora"), home.resolve("flora"));
    Files.writeString(
        Files.createDirectories(home.resolve("docker/target")).resolve("classpath"),
        System.getProperty("java.class.path"));
    List<String> command = new ArrayList<>(List.of("bash", launcher.toString()));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    // What the tests' own process is told isn't what a user's shell says.
    SETTINGS.forEach(builder.environment()::remove);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("JAVA_OPTS", "-Dai.djl.offline=true " + String.join(" ", java));
    return new Served(builder.start(), out, err);
  }

  /** Waits until it listens. */
  Served ready() throws Exception {
    while (!LISTENING.matcher(out()).find()) {
      assertTrue(process.isAlive(), () -> "it ended: " + this);
      Thread.sleep(20);
    }
    return this;
  }

  String out() {
    return read(out);
  }

  String err() {
    return read(err);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  int port() {
    Matcher matcher = LISTENING.matcher(out());
    assertTrue(matcher.find(), this::toString);
    return Integer.parseInt(matcher.group(2));
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  JsonObject get(String path) throws Exception {
    return JsonParser.parseString(text(path)).getAsJsonObject();
  }

  String text(String path) throws Exception {
    return ok(HttpRequest.newBuilder(uri(path)).build());
  }

  JsonObject predict(byte[] image) throws Exception {
    return JsonParser.parseString(ok(post(image))).getAsJsonObject();
  }

  HttpRequest post(byte[] image) {
    return HttpRequest.newBuilder(uri("/predict"))
        .POST(HttpRequest.BodyPublishers.ofByteArray(image))
        .build();
  }

  private String ok(HttpRequest request) throws Exception {
    HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
    assertEquals(200, response.statusCode(), () -> response.body() + this);
    return response.body();
  }

  /** Sends SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** Waits for the end; returns the exit status. */
  int ended() throws Exception {
    assertTrue(process.waitFor(2, TimeUnit.MINUTES), () -> "it doesn't end: " + this);
    return process.exitValue();
  }

  /** Failed with this status and one line on standard error; returns the line. */
  String failed(int status) throws Exception {
    assertEquals(status, ended(), this::toString);
    assertEquals(1, err().lines().count(), this::toString);
    assertTrue(err().startsWith("flora: "), this::toString);
    return err().strip();
  }

  @Override
  public String toString() {
    return "\n--- out\n" + out() + "--- err\n" + err();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
