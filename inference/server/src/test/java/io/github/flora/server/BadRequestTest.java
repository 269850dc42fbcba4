package io.github.flora.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each bad request gets its status and one problem document, and harms nobody else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BadRequestTest {

  private static final byte[] GOOD = TestServer.picture(100);
  private static final int MAX_BODY = TestServer.SETTINGS.maxBody();

  private TestServer server;

  @BeforeAll
  void start() {
    server = new TestServer(TestServer.settings(Duration.ofMillis(700)));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  /** Sends something bad. */
  private interface Sender {
    void send(RawRequest to) throws IOException;
  }

  @SuppressWarnings("ImmutableEnumChecker") // The senders hold no state.
  enum Bad {
    TRUNCATED_PNG(422, "cut off", body(Arrays.copyOf(GOOD, GOOD.length / 2))),
    TRUNCATED_JPEG(422, "cut off", body(half(TestServer.encoded(100, 200, 200, "jpeg")))),
    DAMAGED_PNG(422, "damaged", body(damaged())),
    NOT_AN_IMAGE(415, "isn't an image", body("Hello, world".getBytes(US_ASCII))),
    WEBSITE(415, "isn't an image", body("<!doctype html><p>".getBytes(US_ASCII))),
    BOMB_BY_HEADER(413, "pixels", body(png(60_000, 60_000, new byte[1]))),
    BOMB_BY_CONTENT(413, "pixels", body(png(20_000, 3_000, new byte[3000 * 20_001]))),
    OVERSIZED(413, "larger than", body(new byte[MAX_BODY + 1])),
    OVERSIZED_BY_PROMISE(413, "larger than", to -> to.write(head("image/png", 1L << 40))),
    OVERSIZED_CHUNKED(
        413,
        "larger than",
        to -> {
          to.write(head("image/png", 0).replace("Content-Length: 0", "Transfer-Encoding: chunked"));
          String chunk = "ffff\r\n" + "x".repeat(0xffff) + "\r\n";
          for (int i = 0; i < 8; i++) {
            to.tryToWrite(chunk.getBytes(US_ASCII));
          }
        }),
    EMPTY(400, "empty", body(new byte[0])),
    NO_BODY(400, "empty", to -> to.write("POST /predict HTTP/1.1\r\nHost: x\r\n\r\n").end()),
    WRONG_TYPE(415, "application/json", body("{}".getBytes(US_ASCII), "application/json")),
    WRONG_TYPE_OF_AN_IMAGE(415, "text/plain", body(GOOD, "text/plain; charset=utf-8")),
    TOO_MANY_PARTS(413, "parts", multipart(Collections.nCopies(5, GOOD))),
    FAR_TOO_MANY_PARTS(413, "parts", multipart(Collections.nCopies(500, new byte[1]))),
    NO_PARTS(400, "part", multipart(List.of())),
    ONE_BAD_PART(415, "1.png", multipart(List.of(GOOD, new byte[] {1, 2, 3}))),
    EMPTY_PART(400, "0.png", multipart(List.of(new byte[0]))),
    NO_BOUNDARY(400, "boundary", body(GOOD, "multipart/form-data")),
    PARTS_CUT_OFF(
        400,
        "cut off",
        body(
            half(TestServer.multipart("xyz", List.of(GOOD, GOOD))),
            "multipart/form-data; boundary=xyz")),
    SLOW(
        408,
        "0.7 s",
        to -> {
          to.write(head("image/png", GOOD.length));
          for (int i = 0; i < 20; i++) {
            to.tryToWrite(new byte[] {GOOD[i]});
            pause(60);
          }
        }),
    SILENT(408, "0.7 s", to -> to.write(head("image/png", GOOD.length))),
    SLOW_HEADERS(
        408,
        "",
        to -> {
          byte[] head = head("image/png", GOOD.length).getBytes(US_ASCII);
          for (int i = 0; i < 40; i++) {
            to.tryToWrite(new byte[] {head[i]});
            pause(60);
          }
        }),
    DISCONNECTING(
        400,
        "ended before",
        to -> to.write(head("image/png", GOOD.length)).write(Arrays.copyOf(GOOD, 20)).end()),
    TOP_K_ZERO(400, "top_k", query("top_k=0")),
    TOP_K_A_WORD(400, "top_k", query("top_k=many")),
    TOP_K_HUGE(400, "top_k", query("top_k=99999999999999999999")),
    TOP_K_TWICE(400, "top_k", query("top_k=1&top_k=2")),
    TOP_K_EMPTY(400, "top_k", query("top_k=")),
    UNKNOWN_PARAMETER(400, "topk", query("topk=1")),
    BROKEN_ESCAPE(400, "", query("top_k=%zz")),
    UNKNOWN_PATH(404, "openapi.json", line("GET /nothing/here HTTP/1.1")),
    OUT_OF_THE_FOLDER(400, "", line("GET /page/../../etc/passwd HTTP/1.1")),
    PATH_BELOW(404, "openapi.json", line("GET /predict/ HTTP/1.1")),
    WRONG_METHOD(405, "method", line("GET /predict HTTP/1.1")),
    WRONG_METHOD_OF_A_PAGE(405, "method", line("DELETE /health/live HTTP/1.1")),
    UNKNOWN_METHOD(405, "method", line("FLY /predict HTTP/1.1")),
    NO_HTTP(400, "HTTP", to -> to.write("\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n").end()),
    NO_HOST(400, "HTTP", to -> to.write("GET / HTTP/1.1\r\n\r\n").end()),
    TWO_LENGTHS(
        400,
        "HTTP",
        to ->
            to.write(head("image/png", 1).replace("\r\n\r\n", "\r\nContent-Length: 2\r\n\r\nab"))
                .end()),
    LONG_URI(414, "", line("GET /" + "a".repeat(20_000) + " HTTP/1.1")),
    LONG_HEADERS(
        431,
        "",
        to -> to.write("GET / HTTP/1.1\r\nHost: x\r\nA: " + "b".repeat(20_000) + "\r\n\r\n").end());

    final int status;
    final String hint;
    final Sender sender;

    Bad(int status, String hint, Sender sender) {
      this.status = status;
      this.hint = hint;
      this.sender = sender;
    }
  }

  @ParameterizedTest
  @EnumSource(Bad.class)
  void getsOneProblemDocument(Bad bad) throws Exception {
    RawRequest.Response response;
    try (RawRequest request = new RawRequest(server.server.port())) {
      bad.sender.send(request);
      response = request.read();
    }
    assertEquals(bad.status, response.status(), response::toString);
    assertEquals("application/problem+json", response.header("Content-Type"), response::toString);
    assertEquals(
        response.body().getBytes(UTF_8).length,
        response.body().length() == 0 ? -1 : Integer.parseInt(response.header("Content-Length")),
        "one document and nothing behind it");
    JsonObject problem = JsonParser.parseString(response.body()).getAsJsonObject();
    assertEquals(Set.of("type", "title", "status", "detail"), problem.keySet());
    assertEquals(bad.status, problem.get("status").getAsInt());
    String detail = problem.get("detail").getAsString();
    assertTrue(detail.contains(bad.hint), detail);
    assertFalse(
        response.body().matches("(?s).*(Exception|\\tat |java\\.|jetty|javalin|/opt/|/home/).*"),
        response::body);
    assertEquals(200, server.predict(GOOD).statusCode(), "the next one is served");
    assertTrue(
        server.get("/metrics").body().contains("flora_images_under_way 0.0"),
        "its place in the queue is free again");
  }

  @Test
  void saysWhichMethodsThereAre() throws Exception {
    try (RawRequest request = new RawRequest(server.server.port())) {
      Bad.WRONG_METHOD.sender.send(request);
      assertEquals("POST", request.read().header("Allow"));
    }
  }

  /** Slow is who has begun a request, not who may ask another one some time. */
  @Test
  void connectionsMayRest() throws Exception {
    String head = head("image/png", GOOD.length);
    try (RawRequest request = new RawRequest(server.server.port())) {
      request.write(head).write(GOOD);
      Thread.sleep(1500);
      request.write(head.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")).write(GOOD);
      RawRequest.Response both = request.read();
      assertEquals(200, both.status(), both::toString);
      assertTrue(both.body().contains("HTTP/1.1 200 "), both::toString);
    }
  }

  /** Nobody is left to answer; nothing may stay behind. */
  @Test
  void clientsThatVanishLeaveNothingBehind() throws Exception {
    for (int i = 0; i < 50; i++) {
      try (RawRequest request = new RawRequest(server.server.port())) {
        request.write(head("image/png", GOOD.length));
        request.write(Arrays.copyOf(GOOD, i % 2 == 0 ? 10 : GOOD.length));
        request.abort();
      }
    }
    String idle = "flora_images_under_way 0.0";
    String metrics = server.get("/metrics").body();
    for (int i = 0; i < 200 && !metrics.contains(idle); i++) {
      Thread.sleep(20);
      metrics = server.get("/metrics").body();
    }
    assertTrue(metrics.contains(idle), metrics);
    assertFalse(metrics.contains("outcome=\"failed\""), metrics);
    assertEquals(200, server.predict(GOOD).statusCode());
  }

  private static void pause(int milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String head(String type, long length) {
    return "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
        .formatted(type, length);
  }

  private static Sender body(byte[] body) {
    return body(body, "image/png");
  }

  private static Sender body(byte[] body, String type) {
    return to -> to.write(head(type, body.length)).tryToWrite(body).end();
  }

  private static Sender multipart(List<byte[]> files) {
    return body(TestServer.multipart("xyz", files), "multipart/form-data; boundary=xyz");
  }

  private static Sender query(String query) {
    return to ->
        to.write(head("image/png", GOOD.length).replace("/predict", "/predict?" + query))
            .write(GOOD)
            .end();
  }

  private static Sender line(String line) {
    return to -> to.write(line + "\r\nHost: x\r\n\r\n").end();
  }

  private static byte[] half(byte[] bytes) {
    return Arrays.copyOf(bytes, bytes.length / 2);
  }

  private static byte[] damaged() {
    byte[] bytes = TestServer.encoded(100, 50, 50, "png");
    // In the compressed pixels.
    Arrays.fill(bytes, 50, 60, (byte) 0x55);
    return bytes;
  }

  /** A grey PNG of any size with any content. */
  private static byte[] png(int width, int height, byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
    chunk(bytes, "IHDR", header.put((byte) 8).array());
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
    deflater.setInput(content);
    deflater.finish();
    byte[] compressed = new byte[content.length / 900 + 100];
    chunk(bytes, "IDAT", Arrays.copyOf(compressed, deflater.deflate(compressed)));
    deflater.end();
    chunk(bytes, "IEND", new byte[0]);
    return bytes.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream to, String type, byte[] content) {
    CRC32 crc = new CRC32();
    crc.update(type.getBytes(US_ASCII));
    crc.update(content);
    to.writeBytes(ByteBuffer.allocate(4).putInt(content.length).array());
    to.writeBytes(type.getBytes(US_ASCII));
    to.writeBytes(content);
    to.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
