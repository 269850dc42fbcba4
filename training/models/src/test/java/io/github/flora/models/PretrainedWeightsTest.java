package io.github.flora.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import com.sun.net.httpserver.HttpServer;
import io.github.flora.models.ResNet.Stem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights from files and from a server on the loopback. */
final class PretrainedWeightsTest {

  @TempDir Path folder;
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final Map<String, Integer> cut = new ConcurrentHashMap<>();
  private final AtomicInteger answered = new AtomicInteger();
  private final List<String> notes = new ArrayList<>();
  private final HttpServer server;
  private NDManager manager;

  PretrainedWeightsTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void open() {
    manager = Fixtures.ENGINE.newBaseManager();
    server.createContext(
        "/",
        exchange -> {
          answered.incrementAndGet();
          String path = exchange.getRequestURI().getPath();
          byte[] content = files.get(path);
          if (content == null) {
            exchange.sendResponseHeaders(404, -1);
          } else {
            exchange.sendResponseHeaders(200, content.length);
            int sent = cut.getOrDefault(path, content.length);
            exchange.getResponseBody().write(content, 0, sent);
          }
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
    manager.close();
  }

  private Path cache() {
    return folder.resolve("cache");
  }

  private WeightsDownload download(boolean offline) {
    return new WeightsDownload(cache(), offline, Duration.ofMillis(500));
  }

  private String url(String path) {
    return "http://127.0.0.1:%d%s".formatted(server.getAddress().getPort(), path);
  }

  /** Offers a file under a name that carries its digest, and returns its URL. */
  private String offer(byte[] content) throws IOException {
    Path file = Files.write(folder.resolve("content"), content);
    String path = "/models/net-" + PretrainedWeights.digest(file).substring(0, 8) + ".pth";
    files.put(path, content);
    return url(path);
  }

  private PretrainedWeights find(String choice) throws IOException {
    return PretrainedWeights.find(choice, "resnet18", download(false), notes::add);
  }

  private String problem(String choice, boolean offline) {
    WeightsException e =
        assertTimeoutPreemptively(
            Duration.ofSeconds(20),
            () ->
                assertThrows(
                    WeightsException.class,
                    () ->
                        PretrainedWeights.find(choice, "resnet18", download(offline), notes::add)));
    String message = String.valueOf(e.getMessage());
    assertFalse(message.contains("\n"), message);
    assertTrue(message.contains("--pretrained FILE"), message);
    assertTrue(message.contains("--pretrained none"), message);
    return message;
  }

  private List<String> cached() throws IOException {
    if (!Files.exists(cache())) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(cache())) {
      return all.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aFileIsDownloadedOnceAndThenNeedsNoNetwork() throws IOException {
    byte[] content = {1, 2, 3};
    String url = offer(content);
    PretrainedWeights found = find(url);
    assertArrayEquals(content, Files.readAllBytes(found.file()));
    assertEquals(url, found.url());
    assertEquals(
        "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81", found.sha256());
    assertEquals(List.of("net-039058c6.pth"), cached());
    assertEquals(List.of("downloading " + url + " into " + cache()), notes);

    find(url);
    assertEquals(1, answered.get());
    server.stop(0);
    assertEquals(
        found.file(), PretrainedWeights.find(url, "resnet18", download(true), notes::add).file());
    assertEquals(1, notes.size());
  }

  @Test
  void aDamagedFileInTheCacheIsDownloadedAnew() throws IOException {
    String url = offer(new byte[] {1, 2, 3});
    Path file = find(url).file();
    Files.write(file, new byte[] {1, 2});
    assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(find(url).file()));
    assertEquals(2, answered.get());
  }

  @Test
  void aDigestBehindTheUrlIsCheckedToo() throws IOException {
    files.put("/model.safetensors", new byte[] {1, 2, 3});
    String digest = "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81";
    find(url("/model.safetensors") + "#sha256=" + digest);
    assertEquals(List.of(digest + "-model.safetensors"), cached());
    String other = digest.replace("039", "139");
    String message = problem(url("/model.safetensors") + "#sha256=" + other, false);
    assertTrue(message.contains("another SHA-256 than promised, 039058c6f2c0cb49…"), message);
    assertEquals(List.of(digest + "-model.safetensors"), cached());
  }

  @Test
  void aFileWithAnotherDigestThanItsNameIsRefusedAndNotKept() throws IOException {
    String url = offer(new byte[] {1, 2, 3});
    files.replaceAll((path, content) -> new byte[] {4});
    assertTrue(problem(url, false).contains("another SHA-256 than promised"));
    assertEquals(List.of(), cached());
  }

  @Test
  void aFileThatBreaksOffIsRefusedAndNotKept() throws IOException {
    String url = offer(new byte[10_000]);
    files.keySet().forEach(path -> cut.put(path, 5000));
    assertTrue(problem(url, false).contains(url));
    assertEquals(List.of(), cached());
    cut.clear();
    assertEquals(10_000, Files.size(find(url).file()));
  }

  @Test
  void aMissingFileIsToldByItsStatus() {
    assertTrue(
        problem(url("/no-00000000.pth"), false).contains("the host answers with status 404"));
  }

  @Test
  void offlineModeAsksNobody() throws IOException {
    String url = offer(new byte[] {1});
    assertTrue(problem(url, true).contains("offline mode is on"));
    assertEquals(0, answered.get());
    assertEquals(List.of(), notes);
  }

  @Test
  void aServerThatIsNotThereIsToldAtOnce() throws IOException {
    String url = offer(new byte[] {1});
    server.stop(0);
    assertTrue(problem(url, false).contains("no connection to 127.0.0.1"));
  }

  @Test
  void anUnknownHostIsTold() {
    String message = problem("http://nowhere.invalid/net-00000000.pth", false);
    assertTrue(message.contains("unknown host nowhere.invalid (is there a network?)"), message);
  }

  @Test
  void aServerThatNeverAnswersIsGivenUp() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:%d/net-00000000.pth".formatted(silent.getLocalPort());
      assertTrue(problem(url, false).contains("no answer in time"));
    }
  }

  @Test
  void aCacheThatCantBeWrittenIsTold() throws IOException {
    Files.write(cache(), new byte[0]);
    assertTrue(problem(offer(new byte[] {1}), false).contains("can't write " + cache()));
  }

  @ParameterizedTest
  @CsvSource({
    "https://host/net.pth, names no digest to check the file by: add #sha256= and its 64 digits",
    "https://host/net-123.pth, names no digest",
    "https://host/net.pth#sha256=12, names no digest",
    "https://host/net-12345678.pth#md5=1, names no digest",
    "https://host/, names no file",
    "https:///net-12345678.pth, names no file",
    "'', names no file",
    "/, names no file",
  })
  void choicesThatMakeNoSenseAreRefused(String choice, String reason) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> PretrainedWeights.check(choice, "resnet18"));
    assertTrue(String.valueOf(e.getMessage()).contains(reason), e.getMessage());
  }

  @Test
  void imageNetsWeightsAreTorchvisions() throws IOException {
    String message = problem("imagenet", true);
    assertTrue(
        message.contains("https://download.pytorch.org/models/resnet18-f37072fd.pth"), message);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> PretrainedWeights.check("imagenet", "resnet18-small"));
    assertEquals(
        "there are no ImageNet weights known for the model 'resnet18-small', only for resnet18,"
            + " resnet34: name a file with --pretrained, or none",
        e.getMessage());
    // A file that was put into the cache by hand would do, if its digest were right.
    Files.createDirectories(cache());
    Files.write(cache().resolve("resnet18-f37072fd.pth"), new byte[] {1});
    assertTrue(problem("imagenet", true).contains("offline mode is on"));
  }

  @Test
  void aFileThatIsNotThereIsTold() {
    WeightsException e =
        assertThrows(WeightsException.class, () -> find(folder.resolve("no.pth").toString()));
    assertTrue(String.valueOf(e.getMessage()).contains("no.pth: there is no such file"));
    WeightsException f = assertThrows(WeightsException.class, () -> find(folder.toString()));
    assertTrue(String.valueOf(f.getMessage()).contains("is a folder"));
  }

  private Block resnet(int classes, float dropout, int hidden) {
    return Fixtures.initialized(
        manager,
        ResNet.resnet18(new NetworkOptions(classes, dropout, false, hidden), Stem.SMALL),
        new Shape(3, 8, 8));
  }

  private Path saved(Block block) throws IOException {
    Path file = folder.resolve("saved.safetensors");
    Weights.save(block, file, Map.of());
    return file;
  }

  private static float[] values(Block block, String name) {
    return Fixtures.parameter(block, name).getArray().toFloatArray();
  }

  @ParameterizedTest
  @CsvSource({
    // Classes, dropout and hidden units of the file and of the network; whether the head stays.
    "10, 0, 0, 10, 0, 0, true",
    "10, 0, 0, 10, 0.5, 0, true",
    "10, 0, 0, 7, 0, 0, false",
    "10, 0, 0, 10, 0, 16, false",
    "10, 0.5, 16, 10, 0, 0, false",
    "10, 0.5, 16, 10, 0.5, 16, true",
    "10, 0.5, 16, 7, 0.5, 16, false",
  })
  void theHeadIsReplacedWhereItIsAnother(
      int classes,
      float dropout,
      int hidden,
      int newClasses,
      float newDropout,
      int newHidden,
      boolean same)
      throws IOException {
    Block pretrained = resnet(classes, dropout, hidden);
    Path file = saved(pretrained);
    Block network = resnet(newClasses, newDropout, newHidden);
    String last = newHidden == 0 ? "fc.bias" : "fc." + (newDropout > 0 ? 3 : 2) + ".bias";
    float[] before = values(network, last);
    LoadReport report = find(file.toString()).load(network);
    assertArrayEquals(
        values(pretrained, "layer4.1.conv2.weight"), values(network, "layer4.1.conv2.weight"));
    assertEquals(same, report.kept().isEmpty());
    assertEquals(!same, Arrays.equals(before, values(network, last)));
    int backbone = ParameterNames.of(network).size() - (newHidden == 0 ? 2 : 4);
    assertEquals(
        same ? backbone + report.loaded().size() - backbone : backbone, report.loaded().size());
  }

  @Test
  void allThatDiffersInTheBackboneIsListed() throws IOException {
    Path file = saved(resnet(10, 0, 0));
    Block other =
        Fixtures.initialized(manager, ResNet.resnet34(10, Stem.SMALL), new Shape(1, 8, 8));
    float[] before = values(other, "bn1.weight");
    PretrainedWeights weights = find(file.toString());
    WeightsException e = assertThrows(WeightsException.class, () -> weights.load(other));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains("missing layer1.2.conv1.weight, layer1.2.bn1.weight"), message);
    assertTrue(message.contains("conv1.weight is (64, 3, 3, 3), not (64, 1, 3, 3)"), message);
    assertArrayEquals(before, values(other, "bn1.weight"));
    assertNull(weights.url());
  }

  @Test
  void whatIsNewInTheHeadIsToldAndWhy() throws IOException {
    PretrainedWeights hidden = find(saved(resnet(10, 0.5f, 16)).toString());
    assertEquals(
        "weights     saved.safetensors: 100 tensors; new: fc.weight, fc.bias (the file's not used:"
            + " fc.0.bias, fc.0.weight, fc.3.bias, fc.3.weight)",
        hidden.describe(hidden.load(resnet(10, 0, 0))));
    PretrainedWeights plain = find(saved(resnet(10, 0, 0)).toString());
    assertEquals(
        "weights     saved.safetensors: 100 tensors; new: fc.weight, fc.bias (the file's fc.weight"
            + " is (10, 512), not (7, 512); fc.bias is (10), not (7))",
        plain.describe(plain.load(resnet(7, 0, 0))));
    assertEquals(
        "weights     saved.safetensors: 102 tensors", plain.describe(plain.load(resnet(10, 0, 0))));
  }
}
