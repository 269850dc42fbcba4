package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.util.Utils;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.format.Mat5File;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sinks;

/** Oxford's flowers in small, and files made to do harm. */
class Flowers102Test {

  private static final int IMAGES = 306;

  @TempDir private Path folder = Path.of(".");
  private String cacheBefore = "";

  @BeforeEach
  void cacheOfItsOwn() {
    cacheBefore = System.getProperty("DJL_CACHE_DIR", "");
    System.setProperty("DJL_CACHE_DIR", folder.resolve("cache").toString());
  }

  @AfterEach
  void formerCache() {
    if (cacheBefore.isEmpty()) {
      System.clearProperty("DJL_CACHE_DIR");
    } else {
      System.setProperty("DJL_CACHE_DIR", cacheBefore);
    }
  }

  private static Matrix row(int... values) {
    Matrix matrix = Mat5.newMatrix(1, values.length);
    for (int i = 0; i < values.length; i++) {
      matrix.setDouble(i, values[i]);
    }
    return matrix;
  }

  private static void write(Path file, Map<String, Matrix> lists) throws IOException {
    Mat5File content = Mat5.newMatFile();
    lists.forEach(content::addArray);
    try (var sink = Sinks.newStreamingFile(file.toFile())) {
      content.writeTo(sink);
    }
  }

  private static int[] range(int first, int count) {
    int[] ids = new int[count];
    for (int i = 0; i < count; i++) {
      ids[i] = first + i;
    }
    return ids;
  }

  /** 306 images of 102 classes; the first 102 are trained with. */
  private void flowers() throws IOException {
    int[] labels = new int[IMAGES];
    try (TarArchiveOutputStream tar = tar(folder.resolve("102flowers.tgz"))) {
      for (int id = 1; id <= IMAGES; id++) {
        labels[id - 1] = (id - 1) % 102 + 1;
        add(tar, "jpg/image_%05d.jpg".formatted(id), PhotoFiles.photo(id));
      }
    }
    write(folder.resolve("imagelabels.mat"), Map.of("labels", row(labels)));
    write(
        folder.resolve("setid.mat"),
        Map.of(
            "trnid", row(range(1, 102)),
            "valid", row(range(103, 102)),
            "tstid", row(range(205, 102))));
  }

  private static TarArchiveOutputStream tar(Path file) throws IOException {
    OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(file));
    return new TarArchiveOutputStream(gzip);
  }

  private static void add(TarArchiveOutputStream tar, String name, byte[] bytes)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  private ImageDataset load() throws DataException {
    return ImageDatasets.load(
        new DataRequest("flowers102", folder, false, 0, PhotoOptions.DEFAULT.withImageSize(32)));
  }

  private String failure() {
    DataException e = assertThrows(DataException.class, this::load);
    assertEquals(1, String.valueOf(e.getMessage()).lines().count(), e.getMessage());
    return String.valueOf(e.getMessage());
  }

  @Test
  void theOfficialSplitWithNames() throws IOException {
    flowers();
    ImageDataset flowers = load();
    assertEquals("flowers102", flowers.name());
    assertEquals(102, flowers.labels().size());
    assertEquals("pink primrose", flowers.labels().get(0));
    assertEquals("blackberry lily", flowers.labels().get(101));
    assertEquals(102, flowers.train().size());
    assertEquals(102, Objects.requireNonNull(flowers.validation()).size());
    assertEquals(102, flowers.test().size());
    PhotoSet test = (PhotoSet) flowers.test();
    assertEquals("image_00205.jpg", test.file(0).getFileName().toString());
    assertEquals(0, test.label(0));
    assertEquals(List.of(), flowers.problems());
    assertEquals(32, test.height());
    assertEquals(37, test.shorterSide());
    // Unpacked once; the second time it is there.
    Files.write(folder.resolve("102flowers.tgz.copy"), new byte[0]);
    assertEquals(test.file(0), ((PhotoSet) load().test()).file(0));
  }

  @Test
  void aSwappedSplitIsSaid() throws IOException {
    flowers();
    write(
        folder.resolve("setid.mat"),
        Map.of(
            "trnid", row(range(103, 204)),
            "valid", row(range(1, 51)),
            "tstid", row(range(52, 51))));
    assertTrue(load().problems().stream().anyMatch(p -> p.contains("swaps")));
  }

  @Test
  void anEntryThatClimbsOutIsRefused() throws IOException {
    flowers();
    for (String name : List.of("../../climbed.txt", "/tmp/climbed-out-of-flora.txt")) {
      try (TarArchiveOutputStream tar = tar(folder.resolve("102flowers.tgz"))) {
        add(tar, name, new byte[5]);
      }
      assertTrue(failure().contains("outside of the archive's own folder"), failure());
    }
    assertFalse(Files.exists(Path.of("/tmp/climbed-out-of-flora.txt")));
    try (var all = Files.walk(folder)) {
      assertTrue(all.noneMatch(path -> path.endsWith("climbed.txt")));
    }
  }

  @Test
  void aLinkIsRefused() throws IOException {
    flowers();
    try (TarArchiveOutputStream tar = tar(folder.resolve("102flowers.tgz"))) {
      TarArchiveEntry link = new TarArchiveEntry("jpg", TarArchiveEntry.LF_SYMLINK);
      link.setLinkName("/etc");
      tar.putArchiveEntry(link);
      tar.closeArchiveEntry();
    }
    assertTrue(failure().contains("link"), failure());
  }

  @Test
  void whatUnpacksToFarMoreIsRefused() throws IOException {
    flowers();
    try (TarArchiveOutputStream tar = tar(folder.resolve("102flowers.tgz"))) {
      add(tar, "jpg/image_00001.jpg", new byte[80 << 20]);
    }
    Set<String> before = unpacked();
    assertTrue(failure().contains("100 times its size"), failure());
    assertEquals(before, unpacked());
  }

  /** What lies in the cache, which is another one where the environment says so. */
  private static Set<String> unpacked() throws IOException {
    Path cache = Utils.getCacheDir().resolve("cache/flora/flowers102");
    if (!Files.exists(cache)) {
      return Set.of();
    }
    try (var all = Files.list(cache)) {
      return all.map(Path::toString).collect(Collectors.toSet());
    }
  }

  @Test
  void aDamagedArchiveIsOneLine() throws IOException {
    flowers();
    byte[] whole = Files.readAllBytes(folder.resolve("102flowers.tgz"));
    Files.write(folder.resolve("102flowers.tgz"), Arrays.copyOf(whole, whole.length / 2));
    assertTrue(failure().contains("can't be unpacked"), failure());
  }

  /** Rows times columns that no memory holds, with and without the numbers' own length to match. */
  @ParameterizedTest
  @ValueSource(longs = {1L << 60, 1L << 40, 1L << 31, 1L << 22})
  void listsThatClaimToBeHugeAreRefused(long elements) throws IOException {
    flowers();
    int rows = (int) Math.min(elements, 1L << 30);
    ByteBuffer mat = ByteBuffer.allocate(128 + 8 + 56).order(ByteOrder.LITTLE_ENDIAN);
    mat.put("MATLAB 5.0 MAT-file".getBytes(StandardCharsets.US_ASCII));
    mat.position(124).putShort((short) 0x0100).put((byte) 'I').put((byte) 'M');
    mat.putInt(14).putInt(56); // miMATRIX
    mat.putInt(6).putInt(8).putInt(6).putInt(0); // flags: double
    mat.putInt(5).putInt(8).putInt(rows).putInt((int) (elements / rows)); // dimensions
    mat.putInt(1).putInt(6).put("labels".getBytes(StandardCharsets.US_ASCII)).putShort((short) 0);
    mat.putInt(9).putInt((int) Math.min(Integer.MAX_VALUE, 8 * elements)); // numbers
    Files.write(folder.resolve("imagelabels.mat"), mat.array());
    assertTrue(failure().contains("which no list of labels has"), failure());
  }

  @Test
  void otherDamageIsOneLine() throws IOException {
    flowers();
    byte[] whole = Files.readAllBytes(folder.resolve("imagelabels.mat"));
    for (int length : new int[] {0, 50, 128, 150, whole.length / 2}) {
      Files.write(folder.resolve("imagelabels.mat"), Arrays.copyOf(whole, length));
      assertTrue(failure().contains("imagelabels.mat"), failure());
    }
    write(folder.resolve("imagelabels.mat"), Map.of("labels", row(1, 2, 3)));
    assertTrue(failure().contains("isn't one of 3 images"), failure());
    Files.delete(folder.resolve("imagelabels.mat"));
    assertTrue(failure().contains("imagelabels.mat"), failure());
  }

  @Test
  void withoutANetworkOneLineSaysWhatToDo() {
    DataException e =
        assertThrows(
            DataException.class,
            () ->
                Flowers102.download(
                    PhotoOptions.DEFAULT,
                    new Download(true, Duration.ofSeconds(1)),
                    CheckListener.NONE));
    assertEquals(1, String.valueOf(e.getMessage()).lines().count());
    assertTrue(String.valueOf(e.getMessage()).contains("offline mode"), e.getMessage());
    assertTrue(String.valueOf(e.getMessage()).contains("--data"), e.getMessage());
  }

  @Test
  void aDownloadOfAnotherDigestIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "not the flowers");
    URI uri = file.toUri();
    Download download = new Download(false, Duration.ofSeconds(1));
    Path target = folder.resolve("target");
    IOException e =
        assertThrows(IOException.class, () -> download.fetch(uri, target, "0".repeat(32)));
    assertTrue(String.valueOf(e.getMessage()).contains("MD5"), e.getMessage());
    assertFalse(Files.exists(target));
    download.fetch(uri, target, md5(file));
    assertTrue(Files.exists(target));
  }

  private static String md5(Path file) throws IOException {
    return HexFormat.of().formatHex(Digests.of("MD5", file));
  }

  /** The real thing, at 64 pixels, where it is there. */
  @Test
  void theRealFlowers() throws IOException {
    String data = System.getenv("FLORA_DATA");
    Path real = Path.of(data == null ? "" : data, "flowers102-64px");
    assumeTrue(data != null && Files.isDirectory(real), "FLORA_DATA has no folder flowers102-64px");
    ImageDataset flowers =
        ImageDatasets.load(new DataRequest("flowers102", real, false, 0, PhotoOptions.DEFAULT));
    assertEquals(1020, flowers.train().size());
    assertEquals(1020, Objects.requireNonNull(flowers.validation()).size());
    assertEquals(6149, flowers.test().size());
    assertEquals("image_06765.jpg", ((PhotoSet) flowers.train()).file(0).getFileName().toString());
    // Oxford's own twins.
    assertTrue(flowers.problems().get(0).startsWith("3 of the test images are also among"));
  }
}
