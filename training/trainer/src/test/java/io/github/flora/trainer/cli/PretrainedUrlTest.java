package io.github.flora.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.util.Utils;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import io.github.flora.data.PhotoFiles;
import io.github.flora.trainer.SmallData;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --pretrained} with what isn't on the disk yet, with and without a network. */
final class PretrainedUrlTest {

  private static final String OFFLINE = "ai.djl.offline";
  private static final String CACHE = "DJL_CACHE_DIR";
  private static final String ENGINES = "ENGINE_CACHE_DIR";

  @TempDir Path temp;

  private final Map<String, @Nullable String> before = new HashMap<>();

  @BeforeEach
  void ownCache() {
    for (String property : List.of(OFFLINE, CACHE, ENGINES)) {
      before.put(property, System.getProperty(property));
    }
    // The engines' libraries stay where they are.
    System.setProperty(ENGINES, Utils.getEngineCacheDir().toString());
    System.setProperty(CACHE, temp.resolve("cache").toString());
  }

  @AfterEach
  void restore() {
    before.forEach(
        (property, value) -> {
          if (value == null) {
            System.clearProperty(property);
          } else {
            System.setProperty(property, value);
          }
        });
  }

  /** The recipe's own weights, when nobody says otherwise. */
  @Test
  void withoutANetworkThereIsOneLineAndTheWayOut() throws IOException {
    System.setProperty(OFFLINE, "true");
    for (int i = 0; i < 20; i++) {
      PhotoFiles.write(temp.resolve("photos").resolve(i % 2 == 0 ? "a" : "b"), "photo.jpg", i);
    }
    Path run = temp.resolve("run");
    String train =
        "train photos-resnet18 --data %s --output %s".formatted(temp.resolve("photos"), run);
    String line = Cli.line(train).failed(1);
    assertTrue(
        line.startsWith(
            "flora: pretrained weights can't be had from"
                + " https://download.pytorch.org/models/resnet18-f37072fd.pth: offline mode is on"),
        line);
    assertTrue(line.contains("--pretrained FILE") && line.contains("--pretrained none"), line);
    assertFalse(Files.exists(run));
  }

  @Test
  void aUrlIsFetchedOnceAndTheRunKeepsIt() throws IOException, GeneralSecurityException {
    System.setProperty(OFFLINE, "false");
    Path data = SmallData.write(temp.resolve("data"), 200, 50);
    String train = "train mnist-mlp --epochs 1 --data %s --output %s/".formatted(data, temp);
    // Whatever cache there is, it doesn't know weights of this seed.
    Cli.line(train + "first --seed " + System.nanoTime()).succeeded();
    byte[] weights = Files.readAllBytes(temp.resolve("first/model/model.safetensors"));
    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(weights));
    AtomicInteger asked = new AtomicInteger();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/net.safetensors",
        exchange -> {
          asked.incrementAndGet();
          exchange.sendResponseHeaders(200, weights.length);
          exchange.getResponseBody().write(weights);
          exchange.close();
        });
    server.start();
    try {
      String file = "http://127.0.0.1:%d/net.safetensors".formatted(server.getAddress().getPort());
      String url = file + "#sha256=" + digest;
      Cli once = Cli.line(train + "once --pretrained " + url).succeeded();
      assertTrue(once.err().startsWith("flora: downloading %s into ".formatted(file)), once.err());
      Cli again = Cli.line(train + "again --pretrained " + url).succeeded();
      assertFalse(again.err().contains("downloading"), again.err());
      assertEquals(1, asked.get());
      JsonObject kept =
          JsonParser.parseString(Files.readString(temp.resolve("again/run.json")))
              .getAsJsonObject()
              .getAsJsonObject("pretrained");
      assertEquals(digest + "-net.safetensors", kept.get("file").getAsString());
      assertEquals(digest, kept.get("sha256").getAsString());
      assertEquals(url, kept.get("url").getAsString());
    } finally {
      server.stop(0);
    }
  }
}
