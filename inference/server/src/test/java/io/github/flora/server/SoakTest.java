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
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two minutes of twice as many requests as the server can answer, two of a hundred of them bad:
 *
 * <pre>
 * mvn verify -Pslow -pl inference/server -am -Dtest=SoakTest -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
@Tag("slow")
final class SoakTest {

  private static final int CONNECTIONS = 2 * ServerSettings.DEFAULT.queue();
  private static final long LARGEST_GROWTH_MB = 50;
  private static final int SIGTERM = 128 + 15;

  @TempDir Path folder;

  /**
   * A request and what it has to get unless the server is busy.
   *
   * @param known the answer to a good one
   */
  private record Expected(ByteBuffer request, int status, JsonObject known) {

    Expected(byte[] request, int status, JsonObject known) {
      this(ByteBuffer.wrap(request), status, known);
    }
  }

  /** Checks every answer against what is known. */
  private static final class Checks implements LoadGenerator.Listener {
    final Map<Integer, Integer> statuses = new TreeMap<>();
    final List<String> wrong = new ArrayList<>();
    private final List<Expected> mix;

    Checks(List<Expected> mix) {
      this.mix = mix;
    }

    @Override
    public void answered(int request, int status, String head, byte[] body, long nanos) {
      statuses.merge(status, 1, Integer::sum);
      String text = new String(body, StandardCharsets.UTF_8);
      String problem = problem(mix.get(request), status, head, text);
      if (!problem.isEmpty() && wrong.size() < 20) {
        wrong.add(problem + ": " + status + " " + text);
      }
    }

    private static String problem(Expected expected, int status, String head, String text) {
      JsonObject json = JsonParser.parseString(text).getAsJsonObject();
      if (status == 503) {
        return LoadGenerator.header(head, "retry-after", "").equals("1") ? "" : "no Retry-After";
      }
      if (status != expected.status) {
        return "not " + expected.status;
      }
      if (status != 200) {
        return json.get("status").getAsInt() == status ? "" : "another problem";
      }
      boolean same =
          json.get("class").equals(expected.known.get("class"))
              && Math.abs(
                      json.get("confidence").getAsDouble()
                          - expected.known.get("confidence").getAsDouble())
                  < 1e-5;
      return same ? "" : "not " + expected.known;
    }
  }

  private static List<Expected> mix(Served served) throws Exception {
    List<byte[]> pictures = DigitRun.pictures(98);
    URI uri = served.uri("/predict");
    JsonObject none = new JsonObject();
    List<Expected> mix = new ArrayList<>();
    String promise =
        "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n"
            .formatted(1L << 40);
    byte[] cutOff = Arrays.copyOf(pictures.get(0), pictures.get(0).length / 2);
    byte[] bomb = TestServer.encoded(1, 5001, 5000, "png");
    List<Expected> bad =
        List.of(
            new Expected(LoadGenerator.post(uri, "image/png", cutOff), 422, none),
            new Expected(LoadGenerator.post(uri, "image/png", new byte[1000]), 415, none),
            new Expected(LoadGenerator.post(uri, "text/plain", pictures.get(0)), 415, none),
            new Expected(LoadGenerator.post(uri, "image/png", new byte[0]), 400, none),
            new Expected(LoadGenerator.post(uri, "image/png", bomb), 413, none),
            new Expected(promise.getBytes(StandardCharsets.US_ASCII), 413, none));
    List<Expected> good = new ArrayList<>();
    for (byte[] picture : pictures) {
      good.add(
          new Expected(
              LoadGenerator.post(uri, "image/png", picture), 200, served.predict(picture)));
    }
    for (int hundred = 0; hundred < bad.size() / 2; hundred++) {
      mix.addAll(good.subList(0, 49));
      mix.add(bad.get(2 * hundred));
      mix.addAll(good.subList(49, 98));
      mix.add(bad.get(2 * hundred + 1));
    }
    return mix;
  }

  private static long residentMb(Process process) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  private static LoadGenerator load(Served served, List<Expected> mix, int count, Checks checks)
      throws IOException {
    return new LoadGenerator(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), served.port()),
        mix.stream().map(expected -> expected.request().array()).toList(),
        count,
        checks);
  }

  @Test
  void standsTwiceWhatItCanDo() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/status")), "resident memory is read from /proc");
    Path run = DigitRun.train(folder);
    try (Served served =
        Served.start(folder, List.of(), "serve", "--port", "0", run.toString()).ready()) {
      List<Expected> mix = mix(served);
      Checks warm = new Checks(mix);
      double capacity;
      try (LoadGenerator load = load(served, mix, 32, warm)) {
        load.run(Duration.ofSeconds(10), 0);
        int before = load.sent();
        load.run(Duration.ofSeconds(10), 0);
        capacity = (load.sent() - before) / 10.0;
      }
      assertEquals(List.of(), warm.wrong);
      double rate = 2 * capacity;
      Checks checks = new Checks(mix);
      try (LoadGenerator load = load(served, mix, CONNECTIONS, checks)) {
        load.run(Duration.ofSeconds(20), rate);
        long before = residentMb(served.process);
        checks.statuses.clear();
        load.run(Duration.ofMinutes(2), rate);
        long after = residentMb(served.process);
        System.out.printf(
            "capacity %.0f requests/s; at %.0f/s for two minutes: %s, lost %d; resident %d MB, then %d MB%n",
            capacity, rate, checks.statuses, load.lost(), before, after);
        assertEquals(List.of(), checks.wrong);
        assertEquals(0, load.lost());
        assertFalse(checks.statuses.keySet().stream().anyMatch(s -> s >= 500 && s != 503));
        assertTrue(checks.statuses.getOrDefault(503, 0) > 0, "it was never too much");
        assertTrue(after - before <= LARGEST_GROWTH_MB, before + " MB, then " + after);
        drain(served, load, rate);
      }
      assertEquals(List.of(), checks.wrong);
      assertEquals("", served.err());
    }
  }

  /** What was asked before the connections end is answered, all of it. */
  private static void drain(Served served, LoadGenerator load, double rate) throws Exception {
    load.stopReconnecting();
    Thread signal =
        new Thread(
            () -> {
              try {
                Thread.sleep(500);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              served.terminate();
            });
    signal.start();
    load.run(Duration.ofSeconds(5), rate);
    signal.join();
    assertEquals(SIGTERM, served.ended(), served::toString);
    assertEquals(0, load.open(), "every answer was the last of its connection");
    assertEquals(0, load.lost(), "the drain lost requests");
  }
}
