package io.github.flora.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code flora serve} as its users start it: a process of its own, with a model that was trained.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ServeCommandTest {

  private static final int SIGTERM = 128 + 15;

  @TempDir static Path folder;
  private static Path run;
  private static List<byte[]> pictures;

  /** What one picture at a time gets. */
  private static List<JsonObject> known;

  /** A run folder is exported on demand; everything else is compared with what that answers. */
  @BeforeAll
  static void trainAndServe() throws Exception {
    run = DigitRun.train(folder);
    pictures = DigitRun.pictures(24);
    assertFalse(Files.exists(run.resolve("model.onnx")), "training exports nothing");
    known = new ArrayList<>();
    try (Served served = serve(run.toString()).ready()) {
      assertTrue(served.out().startsWith("mnist-mlp on OnnxRuntime 1."), served::toString);
      for (byte[] picture : pictures) {
        known.add(served.predict(picture));
      }
    }
    assertTrue(Files.exists(run.resolve("model.onnx")), "exported once");
  }

  private static Served serve(String... arguments) throws Exception {
    return serveWith(List.of(), arguments);
  }

  private static Served serveWith(List<String> java, String... arguments) throws Exception {
    return Served.start(
        folder,
        java,
        Stream.concat(Stream.of("serve", "--port", "0"), Stream.of(arguments))
            .toArray(String[]::new));
  }

  private static void assertKnown(int index, JsonObject answer) {
    JsonObject expected = known.get(index);
    assertEquals(expected.get("class"), answer.get("class"), () -> expected + " " + answer);
    assertEquals(
        expected.get("confidence").getAsDouble(), answer.get("confidence").getAsDouble(), 1e-5);
  }

  /** Of synthetic digits, a model that learnt synthetic digits knows most. */
  @Test
  @Order(1)
  void knowsDigits() {
    assertTrue(known.stream().map(a -> a.get("class")).distinct().count() > 5, known::toString);
    assertTrue(
        known.stream().filter(a -> a.get("confidence").getAsDouble() > 0.5).count() > 12,
        known::toString);
  }

  /** Every engine, from the option, the file or the property, several workers at once. */
  @ParameterizedTest
  @CsvSource({
    "OnnxRuntime, FILE, ''",
    "OnnxRuntime, RUN, '--engine onnxruntime --workers 3 --max-batch 4'",
    "PyTorch, RUN, '--engine PyTorch --workers 3 --max-batch 4'",
    "TensorFlow, RUN, '--engine tensorflow --workers 3 --max-batch 4'",
    "PyTorch, PROPERTY, ''"
  })
  void answersTheSameOnEveryEngine(String engine, String subject, String options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(options.split(" +", -1)));
    arguments.removeIf(String::isEmpty);
    arguments.add((subject.equals("FILE") ? run.resolve("model.onnx") : run).toString());
    List<String> java =
        subject.equals("PROPERTY") ? List.of("-Dai.djl.default_engine=pytorch") : List.of();
    try (Served served = serveWith(java, arguments.toArray(String[]::new)).ready()) {
      assertTrue(served.out().startsWith("mnist-mlp on " + engine + " "), served::toString);
      assertTrue(
          served.get("/model").get("engine").getAsString().startsWith(engine + " "),
          served::toString);
      for (int round = 0; round < 10; round++) {
        List<CompletableFuture<HttpResponse<String>>> answers =
            pictures.stream()
                .map(
                    picture ->
                        served.client.sendAsync(
                            served.post(picture), HttpResponse.BodyHandlers.ofString()))
                .toList();
        for (int i = 0; i < answers.size(); i++) {
          HttpResponse<String> answer = answers.get(i).get();
          assertEquals(200, answer.statusCode(), answer::body);
          assertKnown(i, JsonParser.parseString(answer.body()).getAsJsonObject());
        }
      }
      assertEquals("", served.err());
    }
  }

  /** Loopback unless told otherwise; told by a signal, it says so and ends as signals do. */
  @Test
  void endsWithWhatWasAskedWhenTold() throws Exception {
    try (Served served = serve(run.toString(), "--max-delay", "1000").ready()) {
      assertTrue(
          served.out().contains("listening on http://127.0.0.1:" + served.port() + "/"),
          served::toString);
      // Gathered for a second, so under way when the signal comes.
      CompletableFuture<HttpResponse<String>> answer =
          served.client.sendAsync(
              served.post(pictures.get(0)), HttpResponse.BodyHandlers.ofString());
      while (!served.text("/metrics").contains("flora_images_under_way 1.0")) {
        assertFalse(answer.isDone(), "it should wait for others");
      }
      served.terminate();
      assertEquals(200, answer.get().statusCode());
      assertKnown(0, JsonParser.parseString(answer.get().body()).getAsJsonObject());
      assertEquals(SIGTERM, served.ended(), served::toString);
      assertTrue(served.out().endsWith("draining" + System.lineSeparator()), served::toString);
      assertEquals("", served.err());
    }
  }

  /** Where it listens is said as a browser takes it. */
  @Test
  void bracketsAnAddressWithColons() throws Exception {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(InetAddress.getAllByName("::1")[0], 0));
    } catch (IOException e) {
      assumeTrue(false, "no IPv6 here");
    }
    try (Served served = serve(run.toString(), "--host", "::1").ready()) {
      assertTrue(
          served.out().contains("listening on http://[::1]:" + served.port() + "/"),
          served::toString);
    }
  }

  /** A connection that is kept takes little of the heap, however many there are. */
  @Test
  void keepsManyConnectionsInASmallHeap() throws Exception {
    int connections = 1200;
    Map<Integer, Integer> statuses = new TreeMap<>();
    try (Served served = serveWith(List.of("-Xmx96m"), "--queue", "2000", run.toString()).ready();
        LoadGenerator load =
            new LoadGenerator(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), served.port()),
                List.of(LoadGenerator.post(served.uri("/predict"), "image/png", pictures.get(0))),
                connections,
                (request, status, head, body, nanos) -> statuses.merge(status, 1, Integer::sum))) {
      while (load.sent() < 5 * connections) {
        load.run(Duration.ofSeconds(1), 0);
        assertEquals(0, load.lost(), served::toString);
      }
      assertEquals(Map.of(200, load.sent()), statuses);
      assertEquals(connections, load.open(), served::toString);
      assertEquals("", served.err());
    }
  }

  /** Many large pictures at once in a small heap: some are put off, nothing breaks. */
  @Test
  void staysWithinASmallHeap() throws Exception {
    byte[] large = TestServer.encoded(1, 5000, 4000, "png");
    try (Served served = serveWith(List.of("-Xmx160m"), run.toString()).ready()) {
      for (int round = 0; round < 2; round++) {
        List<CompletableFuture<HttpResponse<String>>> answers =
            Stream.generate(() -> large)
                .limit(12)
                .map(
                    picture ->
                        served.client.sendAsync(
                            served.post(picture), HttpResponse.BodyHandlers.ofString()))
                .toList();
        int decoded = 0;
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
          // Nothing can be seen in it, which is known only when it was decoded.
          int status = answer.get().statusCode();
          assertTrue(status == 422 || status == 503, () -> answer.join().body());
          decoded += status == 422 ? 1 : 0;
        }
        assertTrue(decoded > 0, "one at a time fits");
        assertKnown(0, served.predict(pictures.get(0)));
      }
      assertEquals("", served.err());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2, --port -1, --port is -1",
    "2, --port 65536, --port is 65536",
    "2, --max-batch 0, --max-batch is 0",
    "2, --max-delay -1, --max-delay is -1",
    "2, --max-delay soon, --max-delay",
    "2, --queue 0, --queue is 0",
    "2, --workers 0, --workers is 0",
    "2, --max-body 1, --max-body is 1",
    "2, --max-pixels 0, --max-pixels is 0",
    "2, --max-parts 257, --max-parts is 257",
    "2, --read-timeout 0, --read-timeout is 0",
    "2, --drain-timeout 51, --drain-timeout is 51",
    "2, --threads 0, --threads is 0",
    "2, --engine Nonsense, Nonsense",
    "2, --frobnicate, --frobnicate",
    "1, --host 192.0.2.1, can't listen on 192.0.2.1",
  })
  void namesWhatIsWrong(int status, String options, String message) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(options.split(" ", -1)));
    arguments.add(run.toString());
    String line = Cli.run("serve", arguments).failed(status);
    assertTrue(line.contains(message), line);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nothing/there", "nothing.onnx", "empty", "broken.onnx", "text.txt"})
  void namesWhatCannotBeServed(String name) throws Exception {
    Files.createDirectories(folder.resolve("empty"));
    Files.writeString(folder.resolve("broken.onnx"), "This isn't a model.");
    Files.writeString(folder.resolve("text.txt"), "This isn't a run.");
    Path path = folder.resolve(name);
    String line = Cli.run("serve", List.of("--port", "0", path.toString())).failed(1);
    assertTrue(line.contains(path.toString()), line);
  }

  @Test
  void namesAnEngineThatDoesNotRunTheFile() {
    Path file = run.resolve("model.onnx");
    String line = Cli.run("serve", List.of("--engine", "pytorch", file.toString())).failed(2);
    assertTrue(line.contains("OnnxRuntime, not on pytorch"), line);
  }

  @Test
  void namesAPortThatIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      String line = Cli.run("serve", List.of("--port", port, run.toString())).failed(1);
      assertTrue(line.contains("127.0.0.1:" + port) && line.contains("--port"), line);
    }
  }

  /** The address that strangers reach is a choice, and so is every limit. */
  @Test
  void pinsTheDefaults() {
    String help = Cli.run("serve", List.of("--help")).out().replaceAll("\\s+", " ");
    for (String text :
        List.of(
            "--host=ADDRESS Address to listen on (default: 127.0.0.1,",
            "--port=N Port to listen on; 0 for any that is free (default: 8080)",
            "else PyTorch (serve: OnnxRuntime).",
            "--max-batch=N Images of the largest batch (default: 32)",
            "--max-delay=MS Milliseconds that an image waits for others to share its batch"
                + " (default: 1)",
            "--queue=N Images under way at most; further ones get 503 with Retry-After (default:"
                + " 256)",
            "--workers=N Threads that run batches, each with --threads (default: 1)",
            "--max-body=BYTES Bytes of the largest request (default: 16777216)",
            "--max-pixels=N Pixels of the largest image (default: 25000000)",
            "--max-parts=N Images of one request (default: 32)",
            "--read-timeout=S Seconds that a client may take to send a request (default: 20)",
            "--drain-timeout=S Seconds that requests under way get when the server is told to end"
                + " (default: 8)")) {
      assertTrue(help.contains(text), () -> text + " in " + help);
    }
    ServerSettings d = ServerSettings.DEFAULT;
    assertEquals(
        "127.0.0.1 8080 32 1 256 1 16777216 25000000 32 20 8",
        "%s %d %d %d %d %d %d %d %d %d %d"
            .formatted(
                d.host(),
                d.port(),
                d.maxBatch(),
                d.maxDelay().toMillis(),
                d.queue(),
                d.workers(),
                d.maxBody(),
                d.maxPixels(),
                d.maxParts(),
                d.readTimeout().toSeconds(),
                d.drainTimeout().toSeconds()));
  }
}
