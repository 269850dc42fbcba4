package io.github.flora.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the server answers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ModelServerTest {

  private TestServer server;

  @BeforeAll
  void start() {
    server = new TestServer(TestServer.SETTINGS);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource({"0, png, image/png", "128, bmp, image/bmp", "255, gif, image/x-anything"})
  void namesTheClass(int brightness, String format, String type) throws Exception {
    byte[] image = TestServer.encoded(brightness, 40, 30, format);
    HttpResponse<String> response = server.send(server.post("/predict", image, type));
    assertEquals(200, response.statusCode(), response.body());
    JsonObject json = TestServer.json(response);
    String expected = "level " + brightness * 10 / 256;
    assertEquals(expected, json.get("class").getAsString());
    // Nine logits of 0 and one of 5.
    double confidence = Math.exp(5) / (Math.exp(5) + 9);
    assertEquals(confidence, json.get("confidence").getAsDouble(), 1e-9);
    JsonArray top = json.getAsJsonArray("top");
    assertEquals(5, top.size());
    assertEquals(expected, top.get(0).getAsJsonObject().get("class").getAsString());
    assertTrue(json.get("milliseconds").getAsDouble() > 0);
  }

  /** curl's --data-binary says that it is a form. */
  @ParameterizedTest
  @ValueSource(strings = {"application/x-www-form-urlencoded", "application/octet-stream"})
  void looksAtTheContentNotAtTheType(String type) throws Exception {
    HttpResponse<String> response =
        server.send(server.post("/predict", TestServer.picture(200), type));
    assertEquals(200, response.statusCode(), response.body());
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 3", "10, 10", "1000, 10"})
  void namesAsManyClassesAsAskedFor(int asked, int expected) throws Exception {
    HttpResponse<String> response =
        server.send(server.post("/predict?top_k=" + asked, TestServer.picture(7), "image/png"));
    assertEquals(200, response.statusCode(), response.body());
    JsonArray top = TestServer.json(response).getAsJsonArray("top");
    assertEquals(expected, top.size());
    double before = 1;
    for (int i = 0; i < top.size(); i++) {
      double confidence = top.get(i).getAsJsonObject().get("confidence").getAsDouble();
      assertTrue(confidence <= before, top::toString);
      before = confidence;
    }
  }

  @Test
  void answersSeveralImagesInTheirOrder() throws Exception {
    List<byte[]> images = IntStream.of(250, 10, 100).mapToObj(TestServer::picture).toList();
    HttpResponse<String> response =
        server.send(
            server.post(
                "/predict?top_k=1",
                TestServer.multipart("xyz", images),
                "multipart/form-data; boundary=xyz"));
    assertEquals(200, response.statusCode(), response.body());
    JsonArray predictions = TestServer.json(response).getAsJsonArray("predictions");
    assertEquals(
        List.of("0.png level 9", "1.png level 0", "2.png level 3"),
        IntStream.range(0, 3)
            .mapToObj(i -> predictions.get(i).getAsJsonObject())
            .map(p -> p.get("file").getAsString() + " " + p.get("class").getAsString())
            .toList());
  }

  @Test
  void saysWhatTheModelIs() throws Exception {
    JsonObject json = TestServer.json(server.get("/model"));
    assertEquals("brightness", json.get("name").getAsString());
    assertEquals("no engine", json.get("engine").getAsString());
    assertEquals(10, json.getAsJsonArray("labels").size());
    assertFalse(json.get("digits").getAsBoolean());
    assertEquals(
        "{\"channels\":3,\"height\":16,\"width\":16}", json.get("input").toString(), "its pixels");
    assertEquals(TestServer.SETTINGS.maxBody(), json.get("max_body").getAsInt());
    assertEquals(TestServer.SETTINGS.maxPixels(), json.get("max_pixels").getAsLong());
    assertEquals(TestServer.SETTINGS.maxParts(), json.get("max_parts").getAsInt());
  }

  @ParameterizedTest
  @CsvSource({"/health/live, live", "/health/ready, ready"})
  void isHealthy(String path, String status) throws Exception {
    HttpResponse<String> response = server.get(path);
    assertEquals(200, response.statusCode());
    assertEquals(status, TestServer.json(response).get("status").getAsString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flora_requests_seconds_count{outcome=\"answered\",status=\"200\"}",
        "flora_requests_seconds_count{outcome=\"refused\",status=\"400\"}",
        "flora_phase_seconds_bucket{phase=\"decode\",le=\"0.001\"}",
        "flora_phase_seconds_count{phase=\"queue\"}",
        "flora_phase_seconds_count{phase=\"inference\"}",
        "flora_batch_size_count",
        "flora_queue_depth",
        "flora_images_under_way",
        "flora_predictions_total{class=\"level 9\"}",
        "jvm_memory_used_bytes",
        "process_cpu_usage"
      })
  void measures(String metric) throws Exception {
    assertEquals(200, server.predict(TestServer.picture(255)).statusCode());
    assertEquals(400, server.predict(new byte[0]).statusCode());
    String text = server.get("/metrics").body();
    assertTrue(text.lines().anyMatch(line -> line.startsWith(metric)), text);
  }

  /** Three images in two requests, two of them bright; and a request without any. */
  @Test
  void countsWhatItDid() throws Exception {
    byte[] bright = TestServer.picture(255);
    byte[] two = TestServer.multipart("xyz", List.of(bright, TestServer.picture(0)));
    try (TestServer own = new TestServer(TestServer.SETTINGS)) {
      assertEquals(200, own.predict(bright).statusCode());
      assertEquals(
          200,
          own.send(own.post("/predict", two, "multipart/form-data; boundary=xyz")).statusCode());
      assertEquals(400, own.predict(new byte[0]).statusCode());
      String text = own.get("/metrics").body();

      String answered = "{outcome=\"answered\",status=\"200\"}";
      assertEquals(2, value(text, "flora_requests_seconds_count" + answered));
      assertEquals(
          1, value(text, "flora_requests_seconds_count{outcome=\"refused\",status=\"400\"}"));
      assertEquals(3, value(text, "flora_phase_seconds_count{phase=\"decode\"}"));
      assertEquals(3, value(text, "flora_phase_seconds_count{phase=\"queue\"}"));
      int batches = own.batches.get();
      assertEquals(batches, value(text, "flora_phase_seconds_count{phase=\"inference\"}"));
      assertEquals(batches, value(text, "flora_batch_size_count"));
      assertEquals(3, value(text, "flora_batch_size_sum"));
      assertEquals(2, value(text, "flora_predictions_total{class=\"level 9\"}"));
      assertEquals(1, value(text, "flora_predictions_total{class=\"level 0\"}"));
      assertEquals(0, value(text, "flora_predictions_total{class=\"level 5\"}"));

      double decoding = value(text, "flora_phase_seconds_sum{phase=\"decode\"}");
      assertTrue(decoding > 0, text);
      assertTrue(value(text, "flora_phase_seconds_sum{phase=\"queue\"}") > 0, text);
      assertTrue(value(text, "flora_phase_seconds_sum{phase=\"inference\"}") > 0, text);
      assertTrue(value(text, "flora_requests_seconds_sum" + answered) > decoding, text);
    }
  }

  private static double value(String metrics, String name) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " isn't among\n" + metrics));
  }

  /** The client learns that the server failed, its log why; the next one is served. */
  @Test
  void saysNothingOfItsInsideWhenTheModelFails() throws Exception {
    try (TestServer own = new TestServer(TestServer.SETTINGS)) {
      own.failing.set(true);
      HttpResponse<String> response = own.predict(TestServer.picture(100));
      assertEquals(500, response.statusCode(), response.body());
      assertEquals(
          "application/problem+json", response.headers().firstValue("Content-Type").orElse(""));
      assertEquals(500, TestServer.json(response).get("status").getAsInt());
      assertFalse(response.body().matches("(?s).*(secret|Exception).*"), response.body());
      own.failing.set(false);
      assertEquals(200, own.predict(TestServer.picture(100)).statusCode());
      String text = own.get("/metrics").body();
      assertEquals(
          1, value(text, "flora_requests_seconds_count{outcome=\"failed\",status=\"500\"}"));
      assertEquals(0, value(text, "flora_images_under_way"));
    }
  }

  /** A browser must not be talked into loading anything from elsewhere. */
  @Test
  void tellsBrowsersWhatThePageMayDo() throws Exception {
    java.net.http.HttpHeaders headers = server.get("/").headers();
    assertEquals(
        Set.of(
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'"),
        Set.of(headers.firstValue("Content-Security-Policy").orElse("").split("; *", -1)));
    assertEquals("nosniff", headers.firstValue("X-Content-Type-Options").orElse(""));
    assertEquals("no-referrer", headers.firstValue("Referrer-Policy").orElse(""));
  }

  /** The page's files come from here, and none of them names another host. */
  @Test
  void hasAllThatThePageAsksFor() throws Exception {
    String page = server.get("/").body();
    List<String> files =
        Pattern.compile("(?:href|src)=\"([^\"]*)\"")
            .matcher(page)
            .results()
            .map(match -> match.group(1))
            .toList();
    assertEquals(List.of("/page/icon.svg", "/page/page.css", "/page/page.js"), files);
    assertFalse(page.contains("//"), page);
    for (String file : files) {
      HttpResponse<String> response = server.get(file);
      assertEquals(200, response.statusCode(), file);
      // SVG's own name is an address that nobody asks.
      String text = response.body().replace("http://www.w3.org/2000/svg", "");
      assertFalse(text.contains("://"), file);
    }
  }

  @Test
  void sharesBatches() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    try (TestServer own = new TestServer(TestServer.SETTINGS, gate)) {
      List<CompletableFuture<HttpResponse<String>>> answers =
          IntStream.range(0, 17)
              .mapToObj(
                  i ->
                      own.client.sendAsync(
                          own.post("/predict", TestServer.picture(i * 15), "image/png"),
                          HttpResponse.BodyHandlers.ofString()))
              .toList();
      // The first waits in the model, alone or not; the others gather behind it.
      while (!own.get("/metrics").body().contains("flora_images_under_way 17.0")) {
        Thread.sleep(10);
      }
      gate.countDown();
      for (int i = 0; i < answers.size(); i++) {
        assertEquals(
            "level " + i * 150 / 256,
            TestServer.json(answers.get(i).get()).get("class").getAsString());
      }
      // 17 images in batches of at most 8 are 3 batches; the first may have been alone.
      assertTrue(own.batches.get() >= 3 && own.batches.get() <= 4, own.batches::toString);
    }
  }

  /** As many batches at once as there are workers, and no more. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void runsAsManyBatchesAsThereAreWorkers(int workers) throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    ServerSettings settings =
        TestServer.settings(TestServer.SETTINGS.readTimeout(), 1 << 30, 1, workers);
    try (TestServer own = new TestServer(settings, gate)) {
      List<CompletableFuture<HttpResponse<String>>> answers =
          IntStream.range(0, 7)
              .mapToObj(
                  i ->
                      own.client.sendAsync(
                          own.post("/predict", TestServer.picture(i), "image/png"),
                          HttpResponse.BodyHandlers.ofString()))
              .toList();
      String waiting = "flora_queue_depth " + (7 - workers) + ".0";
      while (own.entered.get() < workers || !own.get("/metrics").body().contains(waiting)) {
        Thread.sleep(10);
      }
      assertEquals(workers, own.entered.get());
      gate.countDown();
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        assertEquals(200, answer.get().statusCode());
      }
    }
  }
}
