package io.github.flora.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The dashboard of the containers asks for metrics that a server which has answered has. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DashboardTest {

  private static final Path DASHBOARD = Path.of("../../docker/grafana/dashboards/flora.json");
  private static final Pattern METRIC = Pattern.compile("\\b(?:flora|jvm|process|system)_\\w+");
  private static final Pattern SAMPLE = Pattern.compile("(\\w+)(?:\\{(.*)})? \\S+");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern BY = Pattern.compile("\\bby \\(([^)]*)\\)");

  /** Metrics with the labels and values that they have. */
  private final Map<String, Set<String>> metrics = new TreeMap<>();

  @BeforeAll
  void scrape() throws Exception {
    String text;
    try (TestServer server = new TestServer(TestServer.SETTINGS)) {
      assertEquals(200, server.predict(TestServer.picture(100)).statusCode());
      assertEquals(415, server.send(server.post("/predict", new byte[] {1}, "a/b")).statusCode());
      text = server.get("/metrics").body();
    }
    for (String line : text.lines().filter(l -> !l.startsWith("#")).toList()) {
      Matcher sample = SAMPLE.matcher(line);
      assertTrue(sample.matches(), line);
      Set<String> labels = metrics.computeIfAbsent(sample.group(1), name -> new TreeSet<>());
      Matcher label = LABEL.matcher(String.valueOf(sample.group(2)));
      while (label.find()) {
        labels.add(label.group(1));
        labels.add(label.group());
      }
    }
  }

  static List<String> expressions() throws Exception {
    List<String> found = new ArrayList<>();
    JsonObject dashboard = JsonParser.parseString(Files.readString(DASHBOARD)).getAsJsonObject();
    for (JsonElement panel : dashboard.getAsJsonArray("panels")) {
      for (JsonElement target : panel.getAsJsonObject().getAsJsonArray("targets")) {
        found.add(target.getAsJsonObject().get("expr").getAsString());
      }
    }
    return found;
  }

  @ParameterizedTest
  @MethodSource("expressions")
  void asksForWhatTheServerHas(String expression) {
    Matcher metric = METRIC.matcher(expression);
    Set<String> labels = new TreeSet<>();
    assertTrue(metric.find(), expression);
    do {
      assertTrue(
          metrics.containsKey(metric.group()),
          () -> metric.group() + " isn't among " + metrics.keySet());
      labels.addAll(metrics.getOrDefault(metric.group(), Set.of()));
    } while (metric.find());
    Matcher by = BY.matcher(expression);
    while (by.find()) {
      Arrays.stream(by.group(1).split(", *"))
          .forEach(label -> assertTrue(labels.contains(label), label + " of " + labels));
    }
    Matcher chosen = LABEL.matcher(expression);
    while (chosen.find()) {
      assertTrue(labels.contains(chosen.group()), chosen.group() + " of " + labels);
    }
  }

  /** And shows everything that the server measures of its own. */
  @Test
  void showsAllThatTheServerMeasures() throws Exception {
    String all = String.join("\n", expressions());
    List<String> own =
        metrics.keySet().stream()
            .filter(name -> name.startsWith("flora_"))
            .map(name -> name.replaceAll("_(bucket|count|sum|max|total)$", ""))
            .distinct()
            .toList();
    assertFalse(own.isEmpty());
    for (String name : own) {
      assertTrue(all.contains(name), name);
    }
    assertNotNull(metrics.get("flora_predictions_total"));
  }
}
