package io.github.flora.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.flora.server.ServeCommand;
import io.github.flora.trainer.cli.TrainCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import picocli.CommandLine;

/** compose.yaml and what it mounts fit together and to the program. */
final class ComposeTest {

  private static final Path DOCKER = Path.of("").toAbsolutePath();

  private static Object yaml(String file) throws IOException {
    try (var reader = Files.newBufferedReader(DOCKER.resolve(file))) {
      return new Yaml(new SafeConstructor(new LoaderOptions())).load(reader);
    }
  }

  private static Map<?, ?> map(Object value) {
    return assertInstanceOf(Map.class, value);
  }

  private static List<?> list(Object value) {
    return assertInstanceOf(List.class, value);
  }

  private static Object at(Object map, String... keys) {
    Object value = map;
    for (String key : keys) {
      Object next = map(value).get(key);
      assertNotNull(next, () -> key + " in " + map);
      value = next;
    }
    return value;
  }

  static Map<?, ?> services() {
    try {
      return map(at(yaml("compose.yaml"), "services"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<String> names() {
    return services().keySet().stream().map(String.class::cast);
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyServiceMayDoLittle(String name) throws IOException {
    Map<?, ?> service = map(at(services(), name));
    assertEquals(true, service.get("read_only"));
    assertEquals(List.of("ALL"), service.get("cap_drop"));
    assertEquals(List.of("no-new-privileges:true"), service.get("security_opt"));
    for (Object port : service.containsKey("ports") ? list(service.get("ports")) : List.of()) {
      assertTrue(port.toString().startsWith("127.0.0.1:"), port::toString);
    }
    assertNotNull(at(service, "healthcheck"));
    Object volumes = at(yaml("compose.yaml"), "volumes");
    for (Object volume : list(at(service, "volumes"))) {
      String source = volume.toString().split(":", 2)[0];
      if (source.startsWith(".")) {
        assertTrue(volume.toString().endsWith(":ro"), volume::toString);
        assertTrue(Files.exists(DOCKER.resolve(source)), source);
      } else {
        assertTrue(map(volumes).containsKey(source), source);
      }
    }
  }

  /** The addresses that compose.yaml and the README name. */
  @ParameterizedTest
  @CsvSource({
    "flora, flora, 8080",
    "prometheus, prom/prometheus, 9090",
    "grafana, grafana/grafana, 3000",
  })
  void everyServiceIsWhereItIsLookedFor(String name, String image, String port) {
    assertEquals(List.of("127.0.0.1:%s:%s".formatted(port, port)), at(services(), name, "ports"));
    assertEquals(image, at(services(), name, "image").toString().split(":", -1)[0]);
  }

  /** The first start trains, later ones find what was trained; both write to the image's volume. */
  @Test
  void trainsOnceBeforeItServes() throws IOException {
    assertEquals(
        "service_completed_successfully",
        at(services(), "flora", "depends_on", "train", "condition"));
    String script = list(at(services(), "train", "entrypoint")).get(2).toString();
    String run = script.replaceAll(".* --output (\\S+) .*", "$1");
    assertTrue(
        script.startsWith("[ -e " + run + "/model/model.safetensors ] || exec flora train "),
        script);
    for (String service : List.of("train", "flora")) {
      assertEquals(List.of("workspace:/workspace"), at(services(), service, "volumes"));
      assertEquals(List.of("/tmp"), at(services(), service, "tmpfs"));
    }
    assertTrue(Files.readString(DOCKER.resolve("Dockerfile")).contains("\nVOLUME /workspace\n"));
  }

  @Test
  void serveAndTrainKnowTheirOptions() {
    List<String> serve = new ArrayList<>();
    for (Object word : list(at(services(), "flora", "command"))) {
      serve.add(word.toString().replaceAll("\\$\\{\\w+:-(.*)}", "$1"));
    }
    assertEquals("serve", serve.remove(0));
    CommandLine.ParseResult parsed =
        new CommandLine(new ServeCommand()).parseArgs(serve.toArray(new String[0]));
    assertEquals("0.0.0.0", parsed.matchedOptionValue("--host", ""));
    assertEquals(
        List.of("127.0.0.1:8080:" + parsed.matchedOptionValue("--port", 0)),
        at(services(), "flora", "ports"));

    String script = list(at(services(), "train", "entrypoint")).get(2).toString();
    List<String> train = Arrays.asList(script.split("flora train ", -1)[1].split(" ", -1));
    CommandLine.ParseResult training =
        new CommandLine(new TrainCommand()).parseArgs(train.toArray(new String[0]));
    // What is trained is what is served.
    assertEquals(
        parsed.matchedPositionalValue(0, Path.of("")),
        training.matchedOptionValue("--output", Path.of("nothing")));
  }

  @Test
  void healthIsTheImagesOwn() throws IOException {
    Object program = list(at(services(), "flora", "healthcheck", "test")).get(1);
    assertTrue(
        Files.readString(DOCKER.resolve("Dockerfile")).contains("CMD [\"" + program + "\"]"),
        program::toString);
    Path context = DOCKER.resolve(at(services(), "flora", "build", "context").toString());
    Path dockerfile = context.resolve(at(services(), "flora", "build", "dockerfile").toString());
    assertEquals(DOCKER.resolve("Dockerfile"), dockerfile.normalize());
  }

  @Test
  void prometheusAsksTheServer() throws IOException {
    Object job = list(at(yaml("prometheus.yaml"), "scrape_configs")).get(0);
    String target = list(at(list(at(job, "static_configs")).get(0), "targets")).get(0).toString();
    String[] hostAndPort = target.split(":", -1);
    assertTrue(services().containsKey(hostAndPort[0]), target);
    assertTrue(list(at(services(), "flora", "command")).contains(hostAndPort[1]), target);
    assertFalse(map(job).containsKey("metrics_path"), "/metrics is Prometheus's default");
    assertTrue(
        list(at(services(), "prometheus", "volumes"))
            .contains("./prometheus.yaml:/etc/prometheus/prometheus.yml:ro"),
        "where Prometheus looks");
  }

  @Test
  void grafanaFindsPrometheusAndItsDashboards() throws IOException {
    Object source = list(at(yaml("grafana/datasources.yaml"), "datasources")).get(0);
    assertEquals("http://prometheus:9090", at(source, "url"));
    assertTrue(services().containsKey("prometheus"));
    for (String kind : List.of("datasources", "dashboards")) {
      assertTrue(
          list(at(services(), "grafana", "volumes"))
              .contains(
                  "./grafana/%s.yaml:/etc/grafana/provisioning/%s/flora.yaml:ro"
                      .formatted(kind, kind)),
          kind);
    }

    Object provider = list(at(yaml("grafana/dashboards.yaml"), "providers")).get(0);
    String folder = at(provider, "options", "path").toString();
    assertTrue(
        list(at(services(), "grafana", "volumes"))
            .contains("./grafana/dashboards:" + folder + ":ro"),
        folder);
    Object home =
        at(services(), "grafana", "environment", "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH");
    assertEquals(folder + "/flora.json", home);
  }

  /** It is filled when it comes up, and only with what is here. */
  @Test
  void grafanaAsksForNoLoginAndCallsNobody() {
    Map<?, ?> environment = map(at(services(), "grafana", "environment"));
    assertEquals("true", environment.get("GF_AUTH_ANONYMOUS_ENABLED"));
    assertEquals("true", environment.get("GF_AUTH_DISABLE_LOGIN_FORM"));
    for (String call :
        List.of(
            "GF_ANALYTICS_REPORTING_ENABLED",
            "GF_ANALYTICS_CHECK_FOR_UPDATES",
            "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES",
            "GF_NEWS_NEWS_FEED_ENABLED")) {
      assertEquals("false", environment.get(call), call);
    }
    assertEquals("true", environment.get("GF_PLUGINS_PREINSTALL_DISABLED"));
  }

  @ParameterizedTest
  @ValueSource(strings = "flora.json")
  void everyPanelAsksTheDataSourceAndFitsTheGrid(String dashboard) throws IOException {
    Object source = list(at(yaml("grafana/datasources.yaml"), "datasources")).get(0);
    JsonObject parsed =
        JsonParser.parseString(Files.readString(DOCKER.resolve("grafana/dashboards/" + dashboard)))
            .getAsJsonObject();
    boolean[][] taken = new boolean[100][24];
    for (JsonElement element : parsed.getAsJsonArray("panels")) {
      JsonObject panel = element.getAsJsonObject();
      String title = panel.get("title").getAsString();
      assertEquals(at(source, "uid"), uid(panel), title);
      for (JsonElement target : panel.getAsJsonArray("targets")) {
        assertEquals(at(source, "uid"), uid(target.getAsJsonObject()), title);
      }
      JsonObject grid = panel.getAsJsonObject("gridPos");
      for (int y = 0; y < grid.get("h").getAsInt(); y++) {
        for (int x = 0; x < grid.get("w").getAsInt(); x++) {
          int row = grid.get("y").getAsInt() + y;
          int column = grid.get("x").getAsInt() + x;
          assertFalse(taken[row][column], title + " lies on another panel");
          taken[row][column] = true;
        }
      }
    }
  }

  private static String uid(JsonObject of) {
    return of.getAsJsonObject("datasource").get("uid").getAsString();
  }
}
