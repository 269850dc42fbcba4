package io.github.flora.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ConnectException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
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
          ask(server, TestServer.SETTINGS.queue());
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
        // It is there once nothing else fits beside it.
        HttpResponse<String> refused = server.predict(picture);
        while (refused.statusCode() == 200) {
          refused = server.predict(picture);
        }
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
    List<CompletableFuture<HttpResponse<String>>> taken = ask(server, 20);
    awaitUnderWay(server, 20);
    HttpRequest late = server.post("/predict", TestServer.picture(1), "image/png");
    HttpRequest ready = HttpRequest.newBuilder(server.uri("/health/ready")).build();
    CompletableFuture<Void> ended = CompletableFuture.runAsync(server::close);
    while (true) {
      // On a connection from before: new ones aren't taken any more.
      try {
        if (server.send(ready).statusCode() == 503) {
          break;
        }
      } catch (java.io.IOException e) {
        break;
      }
      Thread.sleep(10);
    }
    gate.countDown();
    for (int i = 0; i < taken.size(); i++) {
      HttpResponse<String> answer = taken.get(i).get();
      assertEquals(200, answer.statusCode());
      assertEquals("level " + i * 10 / 256, TestServer.json(answer).get("class").getAsString());
      assertEquals("close", answer.headers().firstValue("Connection").orElse(""));
    }
    ended.get();
    assertThrows(ConnectException.class, () -> server.send(late));
  }
}
