package io.github.flora.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A server that has too much to do, and one that is told to end. */
final class DrainTest {

  private static List<CompletableFuture<HttpResponse<String>>> ask(TestServer server, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                server.client.sendAsync(
                    server.post("/predict", TestServer.picture(i), "image/png"),
                    HttpResponse.BodyHandlers.ofString()))
        .toList();
  }

  private static void awaitUnderWay(TestServer server, int count) throws Exception {
    while (!server.get("/metrics").body().contains("flora_images_under_way " + count + ".0")) {
      Thread.sleep(10);
    }
  }

  @Test
  void refusesWhatIsTooMuch() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    try (TestServer server = new TestServer(TestServer.SETTINGS, gate)) {
      List<CompletableFuture<HttpResponse<String>>> taken =
          new ArrayList<>(ask(server, TestServer.SETTINGS.queue() - 1));
      awaitUnderWay(server, TestServer.SETTINGS.queue() - 1);
      byte[] two =
          TestServer.multipart("xyz", List.of(TestServer.picture(1), TestServer.picture(2)));
      HttpRequest both = server.post("/predict", two, "multipart/form-data; boundary=xyz");
      assertEquals(
          503,
          server
              .client
              .sendAsync(both, HttpResponse.BodyHandlers.ofString())
              .get(20, TimeUnit.SECONDS)
              .statusCode(),
          "there is one place left, not two");
      taken.addAll(ask(server, 1));
      awaitUnderWay(server, TestServer.SETTINGS.queue());
      HttpResponse<String> refused = server.predict(TestServer.picture(1));
      assertEquals(503, refused.statusCode());
      assertEquals("1", refused.headers().firstValue("Retry-After").orElse(""));
      assertEquals(503, TestServer.json(refused).get("status").getAsInt());
      gate.countDown();
      for (CompletableFuture<HttpResponse<String>> answer : taken) {
        assertEquals(200, answer.get().statusCode());
      }
      assertEquals(200, server.predict(TestServer.picture(1)).statusCode(), "there is room again");
      assertTrue(server.get("/metrics").body().contains("outcome=\"busy\",status=\"503\""));
    }
  }

  /** Bodies that are still on their way take memory, too. */
  @Test
  void holdsNoMoreBytesThanItCan() throws Exception {
    int most = TestServer.SETTINGS.maxBody();
    String head =
        "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n";
    try (TestServer server =
        new TestServer(TestServer.settings(TestServer.SETTINGS.readTimeout(), 1))) {
      byte[] picture = TestServer.picture(1);
      try (RawRequest first = new RawRequest(server.server.port());
          RawRequest second = new RawRequest(server.server.port())) {
        first.write(head.formatted(most)).write(new byte[most - 1]);
        // It is there once nothing else fits beside it. A pause, since what is asked with takes
        // bytes that it may want just then.
        HttpResponse<String> refused;
        int asked = 0;
        do {
          Thread.sleep(100);
          refused = server.predict(picture);
        } while (refused.statusCode() == 200 && ++asked < 40);
        assertEquals(503, refused.statusCode());
        assertEquals("1", refused.headers().firstValue("Retry-After").orElse(""));
        second.write(head.formatted(most)).tryToWrite(new byte[most]).end();
        assertEquals(503, second.read().status());
        first.write(new byte[1]).end();
        assertEquals(415, first.read().status());
      }
      for (int i = 0; i < 20; i++) {
        assertEquals(200, server.predict(picture).statusCode(), "what was taken is given back");
      }
    }
  }

  @Test
  void answersWhatIsUnderWayBeforeItEnds() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    TestServer server = new TestServer(TestServer.SETTINGS, gate);
    int port = server.server.port();
    String ready = "GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n";
    CompletableFuture<Void> ended;
    List<CompletableFuture<HttpResponse<String>>> taken;
    try (RawRequest before = new RawRequest(port)) {
      before.write(ready);
      taken = ask(server, 20);
      awaitUnderWay(server, 20);
      ended = CompletableFuture.runAsync(server::close);
      long deadline = System.nanoTime() + 20_000_000_000L;
      while (accepts(port)) {
        assertTrue(System.nanoTime() < deadline, "it still takes connections");
        Thread.sleep(10);
      }
      before.write(ready);
      String answers = before.read().body();
      int busy = answers.indexOf("HTTP/1.1 503 ");
      assertTrue(busy >= 0, answers);
      assertTrue(answers.indexOf("Retry-After: 1", busy) > 0, answers);
      assertTrue(answers.indexOf("Connection: close", busy) > 0, answers);
    }
    // Longer than it waits for clients that have nothing under way.
    Thread.sleep(1000);
    gate.countDown();
    for (int i = 0; i < taken.size(); i++) {
      HttpResponse<String> answer = taken.get(i).get();
      assertEquals(200, answer.statusCode());
      assertEquals("level " + i * 10 / 256, TestServer.json(answer).get("class").getAsString());
      assertEquals("close", answer.headers().firstValue("Connection").orElse(""));
    }
    ended.get();
  }

  private static boolean accepts(int port) throws IOException {
    try {
      new RawRequest(port).close();
      return true;
    } catch (SocketException e) {
      // Refused, or reset where it came just before.
      return false;
    }
  }

  /** Only clients have to be quick. */
  @Test
  void takesLongerThanClientsMay() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    try (TestServer server = new TestServer(TestServer.settings(Duration.ofMillis(300)), gate)) {
      CompletableFuture<HttpResponse<String>> answer = ask(server, 1).get(0);
      awaitUnderWay(server, 1);
      Thread.sleep(900);
      gate.countDown();
      assertEquals(200, answer.get().statusCode());
    }
  }

  /** What doesn't come to an end is waited for as long as was said. */
  @Test
  void cutsOffWhatTakesTooLong() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    Duration drainTimeout = Duration.ofMillis(300);
    TestServer server =
        new TestServer(
            TestServer.settings(TestServer.SETTINGS.readTimeout(), 1 << 30, 8, 1, drainTimeout),
            gate);
    CompletableFuture<HttpResponse<String>> stuck = ask(server, 1).get(0);
    awaitUnderWay(server, 1);
    CompletableFuture<Void> ended = CompletableFuture.runAsync(server::close);
    try {
      assertThrows(ExecutionException.class, () -> stuck.get(20, TimeUnit.SECONDS));
    } finally {
      gate.countDown();
    }
    ended.get();
  }
}
