package io.github.flora.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The OpenAPI document tells what the server answers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OpenApiTest {

  private TestServer server;
  private JsonObject document;

  @BeforeAll
  void start() throws Exception {
    server = new TestServer(TestServer.SETTINGS);
    document = TestServer.json(server.get("/openapi.json"));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void namesEveryPath() {
    assertEquals("3.1.0", document.get("openapi").getAsString());
    assertEquals(
        Set.of("/predict", "/model", "/health/live", "/health/ready", "/metrics", "/openapi.json"),
        document.getAsJsonObject("paths").keySet());
  }

  /** Each with a status that {@link #describesPredictions} or another test sees. */
  @Test
  void namesEveryStatus() {
    assertEquals(
        Set.of("200", "400", "408", "413", "415", "422", "503"), responses("/predict", "post"));
    assertEquals(Set.of("200", "503"), responses("/health/ready", "get"));
    assertTrue(
        operation("/predict", "post")
            .getAsJsonObject("responses")
            .getAsJsonObject("503")
            .getAsJsonObject("headers")
            .has("Retry-After"));
  }

  private JsonObject operation(String path, String method) {
    return document.getAsJsonObject("paths").getAsJsonObject(path).getAsJsonObject(method);
  }

  private Set<String> responses(String path, String method) {
    return operation(path, method).getAsJsonObject("responses").keySet();
  }

  @Test
  void describesBodies() {
    assertEquals(
        Set.of("image/*", "application/octet-stream", "multipart/form-data"),
        operation("/predict", "post")
            .getAsJsonObject("requestBody")
            .getAsJsonObject("content")
            .keySet());
  }

  @Test
  void describesTopK() throws Exception {
    JsonObject parameter =
        operation("/predict", "post").getAsJsonArray("parameters").get(0).getAsJsonObject();
    assertEquals("top_k", parameter.get("name").getAsString());
    JsonObject schema = parameter.getAsJsonObject("schema");
    assertEquals(
        schema.get("default").getAsInt(),
        TestServer.json(server.predict(TestServer.picture(1))).getAsJsonArray("top").size());
    int least = schema.get("minimum").getAsInt();
    int most = schema.get("maximum").getAsInt();
    assertEquals(
        List.of(400, 200, 200, 400),
        List.of(
            topK(least - 1).statusCode(),
            topK(least).statusCode(),
            topK(most).statusCode(),
            topK(most + 1).statusCode()));
  }

  private HttpResponse<String> topK(int number) throws Exception {
    return server.send(server.post("/predict?top_k=" + number, TestServer.picture(1), "image/png"));
  }

  @ParameterizedTest
  @CsvSource({"/model", "/health/live", "/health/ready", "/metrics", "/openapi.json"})
  void describesWhatIsGot(String path) throws Exception {
    HttpResponse<String> response = server.get(path);
    assertEquals(200, response.statusCode());
    check(path, "get", response);
  }

  /** Requests and the status that each of them gets. */
  @ParameterizedTest
  @CsvSource({
    "200, image/png, GOOD, ''",
    "200, multipart/form-data; boundary=b, PARTS, '?top_k=2'",
    "400, image/png, EMPTY, ''",
    "400, image/png, GOOD, '?top_k=x'",
    "413, image/png, LARGE, ''",
    "415, text/plain, GOOD, ''",
    "422, image/png, CUT, ''"
  })
  void describesPredictions(int status, String type, String body, String query) throws Exception {
    byte[] good = TestServer.picture(99);
    byte[] bytes =
        switch (body) {
          case "GOOD" -> good;
          case "PARTS" -> TestServer.multipart("b", List.of(good, good));
          case "EMPTY" -> new byte[0];
          case "LARGE" -> new byte[TestServer.SETTINGS.maxBody() + 1];
          case "CUT" -> java.util.Arrays.copyOf(good, 60);
          default -> throw new IllegalArgumentException(body);
        };
    HttpRequest request = server.post("/predict" + query, bytes, type);
    HttpResponse<String> response = server.send(request);
    assertEquals(status, response.statusCode(), response.body());
    check("/predict", "post", response);
  }

  private void check(String path, String method, HttpResponse<String> response) {
    JsonObject answers = operation(path, method).getAsJsonObject("responses");
    JsonObject answer = answers.getAsJsonObject(Integer.toString(response.statusCode()));
    assertTrue(answer != null, () -> response.statusCode() + " isn't documented for " + path);
    JsonObject content = answer.getAsJsonObject("content");
    String type = response.headers().firstValue("Content-Type").orElse("");
    String documented = content.keySet().iterator().next();
    assertTrue(type.startsWith(documented), type);
    if (documented.endsWith("json")) {
      List<String> wrong = new ArrayList<>();
      validate(
          content.getAsJsonObject(documented).getAsJsonObject("schema"),
          JsonParser.parseString(response.body()),
          "$",
          wrong);
      assertEquals(List.of(), wrong, response.body());
      if (!path.equals("/openapi.json")) {
        Set<String> described = new TreeSet<>();
        properties(document, described);
        Set<String> undescribed = new TreeSet<>();
        keys(JsonParser.parseString(response.body()), undescribed);
        undescribed.removeAll(described);
        assertEquals(Set.of(), undescribed);
      }
    }
  }

  /** The names of all properties that the document describes. */
  private static void properties(JsonElement in, Set<String> names) {
    if (in.isJsonObject()) {
      JsonObject object = in.getAsJsonObject();
      if (object.has("properties")) {
        names.addAll(object.getAsJsonObject("properties").keySet());
      }
      object.entrySet().forEach(entry -> properties(entry.getValue(), names));
    } else if (in.isJsonArray()) {
      in.getAsJsonArray().forEach(element -> properties(element, names));
    }
  }

  private static void keys(JsonElement in, Set<String> names) {
    if (in.isJsonObject()) {
      names.addAll(in.getAsJsonObject().keySet());
      in.getAsJsonObject().entrySet().forEach(entry -> keys(entry.getValue(), names));
    } else if (in.isJsonArray()) {
      in.getAsJsonArray().forEach(element -> keys(element, names));
    }
  }

  /** As much of JSON Schema as the document uses. */
  private void validate(JsonObject schema, JsonElement value, String at, List<String> wrong) {
    if (schema.has("$ref")) {
      JsonElement target = document;
      for (String step : schema.get("$ref").getAsString().substring(2).split("/", -1)) {
        target = target.getAsJsonObject().get(step);
      }
      validate(target.getAsJsonObject(), value, at, wrong);
    }
    if (schema.has("allOf")) {
      schema.getAsJsonArray("allOf").forEach(s -> validate(s.getAsJsonObject(), value, at, wrong));
    }
    if (schema.has("oneOf")) {
      int fitting = 0;
      for (JsonElement one : schema.getAsJsonArray("oneOf")) {
        List<String> problems = new ArrayList<>();
        validate(one.getAsJsonObject(), value, at, problems);
        fitting += problems.isEmpty() ? 1 : 0;
      }
      if (fitting != 1) {
        wrong.add(at + " fits " + fitting + " of oneOf");
      }
    }
    if (schema.has("type") && !isA(schema.get("type").getAsString(), value)) {
      wrong.add(at + " isn't of type " + schema.get("type"));
      return;
    }
    if (value.isJsonObject()) {
      JsonObject object = value.getAsJsonObject();
      if (schema.has("required")) {
        for (JsonElement key : schema.getAsJsonArray("required")) {
          if (!object.has(key.getAsString())) {
            wrong.add(at + " has no " + key);
          }
        }
      }
      if (schema.has("properties")) {
        JsonObject properties = schema.getAsJsonObject("properties");
        for (String key : properties.keySet()) {
          if (object.has(key)) {
            validate(properties.getAsJsonObject(key), object.get(key), at + "." + key, wrong);
          }
        }
      }
    } else if (value.isJsonArray() && schema.has("items")) {
      value
          .getAsJsonArray()
          .forEach(v -> validate(schema.getAsJsonObject("items"), v, at + "[]", wrong));
    } else if (schema.has("maximum") && value.getAsDouble() > schema.get("maximum").getAsDouble()) {
      wrong.add(at + " is above its maximum");
    }
  }

  private static boolean isA(String type, JsonElement value) {
    return switch (type) {
      case "object" -> value.isJsonObject();
      case "array" -> value.isJsonArray();
      case "string" -> value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
      case "boolean" -> value.isJsonPrimitive() && value.getAsJsonPrimitive().isBoolean();
      case "number" -> value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
      case "integer" ->
          value.isJsonPrimitive()
              && value.getAsJsonPrimitive().isNumber()
              && value.getAsDouble() == Math.rint(value.getAsDouble());
      default -> throw new IllegalArgumentException(type);
    };
  }
}
