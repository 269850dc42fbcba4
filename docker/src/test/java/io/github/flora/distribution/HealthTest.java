package io.github.flora.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The containers' health check, run on what a command line of process 1 looks like. */
final class HealthTest {

  private static final String JAVA =
      "/opt/java/bin/java -cp a.jar io.github.flora.trainer.cli.Main";

  @TempDir private Path temp;

  private int check(String command) throws Exception {
    Path file = temp.resolve("cmdline");
    Files.writeString(file, command.replace(' ', '\0') + '\0');
    Process process =
        new ProcessBuilder("bash", Path.of("health").toAbsolutePath().toString(), file.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("the check hangs: " + output);
    }
    return process.exitValue();
  }

  private static HttpServer server(
      InetAddress address, int status, AtomicReference<@Nullable String> path) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(address, 0), 0);
    server.createContext(
        "/",
        exchange -> {
          path.set(exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  @ParameterizedTest
  @CsvSource({
    "200, ' --port ', '', 0",
    "200, ' --port=', ' --max-batch 8', 0",
    "200, ' --host 0.0.0.0 --port ', '', 0",
    "200, ' --host=127.0.0.1 --port ', '', 0",
    "503, ' --port ', '', 1",
    "500, ' --port=', '', 1",
  })
  void asksTheServerWhereItListens(int status, String before, String after, int expected)
      throws Exception {
    AtomicReference<@Nullable String> path = new AtomicReference<>();
    HttpServer server = server(InetAddress.getLoopbackAddress(), status, path);
    try {
      int port = server.getAddress().getPort();
      assertEquals(expected, check(JAVA + " serve runs/a" + before + port + after));
      assertEquals("/health/ready", path.get());
    } finally {
      server.stop(0);
    }
  }

  /** Not at the usual address, where nobody listens. */
  @ParameterizedTest
  @ValueSource(strings = {" --host ", " --host="})
  @EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere loopback has one address")
  void asksTheAddressThatItServes(String option) throws Exception {
    String address = "127.0.0.2";
    AtomicReference<@Nullable String> path = new AtomicReference<>();
    HttpServer server = server(InetAddress.getByName(address), 200, path);
    try {
      int port = server.getAddress().getPort();
      assertEquals(0, check(JAVA + " serve runs/a --port " + port + option + address));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void isUnhealthyWhereNobodyListens() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    assertFalse(check(JAVA + " serve runs/a --port " + free) == 0);
  }

  /** It takes connections but never answers. */
  @Test
  void isUnhealthyWhereNobodyAnswers() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      assertFalse(check(JAVA + " serve runs/a --port " + socket.getLocalPort()) == 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"train mnist-mlp --port 1", "bench mnist-mlp", "info"})
  void otherCommandsAreHealthyAsLongAsTheyRun(String command) throws Exception {
    assertEquals(0, check(JAVA + " " + command));
  }
}
