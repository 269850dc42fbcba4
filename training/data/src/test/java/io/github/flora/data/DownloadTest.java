package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Downloads, from a server on the loopback laid out like DJL's repository. */
class DownloadTest {

  private static final String ROOT = "/dataset/cv/ai/djl/basicdataset/";

  @TempDir Path cache;

  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final AtomicInteger answered = new AtomicInteger();
  private HttpServer server;

  DownloadTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void startServer() {
    server.createContext(
        "/",
        exchange -> {
          byte[] content = files.get(exchange.getRequestURI().getPath());
          answered.incrementAndGet();
          if (content == null) {
            exchange.sendResponseHeaders(404, -1);
          } else {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
          }
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  private URI uri() {
    return URI.create("http://127.0.0.1:%d/".formatted(server.getAddress().getPort()));
  }

  private DataRequest request(String name, URI uri, boolean offline) {
    return new DataRequest(
        name,
        null,
        false,
        1,
        Map.of(),
        PhotoOptions.DEFAULT,
        new DatasetRepository(uri, cache, offline, Duration.ofMillis(500)));
  }

  private String problem(DataRequest request) {
    DataException e =
        assertTimeoutPreemptively(
            Duration.ofSeconds(10),
            () -> assertThrows(DataException.class, () -> ImageDatasets.load(request)));
    String message = String.valueOf(e.getMessage());
    assertFalse(message.contains("\n"), message);
    return message;
  }

  /** Offers four gzipped files and the description that names their digests. */
  private void offer(String artifact) {
    List<String> items =
        List.of(
            item(artifact, "train_data", "train-images-idx3-ubyte.gz", IdxFiles.images(30)),
            item(artifact, "train_labels", "train-labels-idx1-ubyte.gz", IdxFiles.labels(30)),
            item(artifact, "test_data", "t10k-images-idx3-ubyte.gz", IdxFiles.images(20)),
            item(artifact, "test_labels", "t10k-labels-idx1-ubyte.gz", IdxFiles.labels(20)));
    String metadata =
        """
        {"metadataVersion": "0.2", "resourceType": "dataset", "application": "cv",
         "groupId": "ai.djl.basicdataset", "artifactId": "%s", "name": "x",
         "artifacts": [{"version": "1.0", "files": {%s}}]}"""
            .formatted(artifact, String.join(", ", items));
    files.put(ROOT + artifact + "/metadata.json", metadata.getBytes(StandardCharsets.UTF_8));
  }

  private String item(String artifact, String key, String name, byte[] content) {
    byte[] packed = IdxFiles.gzip(content);
    files.put(ROOT + artifact + "/1.0/" + name, packed);
    return "\"%s\": {\"uri\": \"1.0/%s\", \"sha1Hash\": \"%s\", \"size\": %d}"
        .formatted(key, name, sha1(packed), packed.length);
  }

  private static String sha1(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private List<Path> cachedFiles() throws IOException {
    try (Stream<Path> all = Files.walk(cache)) {
      return all.filter(Files::isRegularFile).map(Path::getFileName).sorted().toList();
    }
  }

  @Test
  void downloadsOnceAndThenWorksWithoutTheNetwork() throws IOException {
    offer("fashmnist");
    ImageDataset dataset = ImageDatasets.load(request("fashion-mnist", uri(), false));
    assertEquals("download", dataset.origin());
    assertEquals(Source.REAL, dataset.source());
    assertEquals(30, dataset.train().size());
    assertEquals(20, dataset.test().size());
    assertEquals(5, answered.get());

    ImageDatasets.load(request("fashion-mnist", uri(), false));
    assertEquals(5, answered.get());
    stopServer();
    assertEquals(20, ImageDatasets.load(request("fashion-mnist", uri(), true)).test().size());
  }

  @Test
  void offlineModeAsksNobody() {
    offer("fashmnist");
    String message = problem(request("fashion-mnist", uri(), true));
    assertTrue(message.contains("offline mode is on"), message);
    assertEquals(0, answered.get());
  }

  @Test
  void aFileWithAnotherDigestIsRefusedAndNotKept() throws IOException {
    offer("fashmnist");
    files.put(ROOT + "fashmnist/1.0/t10k-labels-idx1-ubyte.gz", IdxFiles.gzip(IdxFiles.labels(19)));
    String message = problem(request("fashion-mnist", uri(), false));
    assertTrue(message.contains("Checksum error: t10k-labels-idx1-ubyte"), message);
    assertEquals(List.of(Path.of("metadata.json")), cachedFiles());
  }

  @Test
  void mnistHasToBeTheOriginalWhateverTheServerSays() {
    offer("mnist");
    String message = problem(request("mnist", uri(), false));
    assertTrue(message.contains("train-images-idx3-ubyte isn't the published file"), message);
    assertTrue(message.contains("delete " + cache.resolve("dataset/cv")), message);
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    offer("fashmnist");
    files.remove(ROOT + "fashmnist/1.0/t10k-images-idx3-ubyte.gz");
    String message = problem(request("fashion-mnist", uri(), false));
    assertTrue(message.contains("not found: "), message);
    assertTrue(message.contains("t10k-images-idx3-ubyte.gz; get the four IDX files"), message);
    assertEquals(List.of(Path.of("metadata.json")), cachedFiles());
  }

  @Test
  void anAnswerThatIsNoDescriptionIsRefusedAndNotKept() throws IOException {
    byte[] page = "<html>Please log in</html>".getBytes(StandardCharsets.UTF_8);
    files.put(ROOT + "mnist/metadata.json", page);
    String message = problem(request("mnist", uri(), false));
    assertTrue(message.contains("the answer isn't a description of a data set"), message);
    assertEquals(List.of(), cachedFiles());
  }

  @Test
  void aDamagedDescriptionInTheCacheIsFetchedAnew() throws IOException {
    offer("fashmnist");
    Path folder = Files.createDirectories(cache.resolve(ROOT.substring(1) + "fashmnist"));
    Files.writeString(folder.resolve("metadata.json"), "{\"artifacts\": [");
    assertEquals(30, ImageDatasets.load(request("fashion-mnist", uri(), false)).train().size());
  }

  @Test
  void filesWithoutADigestAreRefused() {
    offer("fashmnist");
    String place = ROOT + "fashmnist/metadata.json";
    String metadata = new String(files.getOrDefault(place, new byte[0]), StandardCharsets.UTF_8);
    files.put(place, metadata.replace("sha1Hash", "none").getBytes(StandardCharsets.UTF_8));
    String message = problem(request("fashion-mnist", uri(), false));
    assertTrue(message.contains("has no known digest"), message);
  }

  @Test
  void aServerThatIsNotThereIsToldAtOnce() {
    URI gone = uri();
    stopServer();
    String message = problem(request("mnist", gone, false));
    assertTrue(message.contains("MNIST can't be had from " + gone), message);
    assertTrue(message.contains("no connection"), message);
    assertTrue(message.contains("--data"), message);
  }

  @Test
  void aServerThatNeverAnswersIsGivenUp() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      URI uri = URI.create("http://127.0.0.1:%d/".formatted(silent.getLocalPort()));
      String message = problem(request("mnist", uri, false));
      assertTrue(message.contains("no answer in time"), message);
    }
  }

  @Test
  void anUnwritableCacheIsNamed() throws IOException {
    offer("fashmnist");
    Path file = Files.writeString(cache.resolve("file"), "");
    DataRequest request =
        new DataRequest(
            "fashion-mnist",
            null,
            true,
            1,
            Map.of(),
            PhotoOptions.DEFAULT,
            new DatasetRepository(uri(), file.resolve("x"), false, Duration.ofSeconds(1)));
    assertTrue(problem(request).contains(file.toString()));
  }
}
