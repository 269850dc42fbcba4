package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the second start on the same files needn't do again, and what it must. */
class PhotoIndexTest {

  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2020-02-02T02:02:02Z"));

  @TempDir private Path folder = Path.of(".");
  private Path photos = Path.of(".");
  private Path first = Path.of(".");
  private String cacheBefore = "";

  @BeforeEach
  void writePhotos() throws IOException {
    cacheBefore = System.getProperty("DJL_CACHE_DIR", "");
    System.setProperty("DJL_CACHE_DIR", folder.resolve("cache").toString());
    photos = folder.resolve("photos");
    for (int i = 0; i < 20; i++) {
      Path own = photos.resolve(i % 2 == 0 ? "even" : "odd");
      Files.setLastModifiedTime(PhotoFiles.write(own, "photo.jpg", i), LONG_AGO);
    }
    first = photos.resolve("even/0-photo.jpg");
  }

  @AfterEach
  void restoreCache() {
    if (cacheBefore.isEmpty()) {
      System.clearProperty("DJL_CACHE_DIR");
    } else {
      System.setProperty("DJL_CACHE_DIR", cacheBefore);
    }
  }

  private List<String> problems() throws DataException {
    return load(false).problems();
  }

  private ImageDataset load(boolean strict) throws DataException {
    PhotoOptions options = new PhotoOptions(16, 0.875, strict, 0);
    return ImageDatasets.load(new DataRequest("photos", photos, false, 0, options));
  }

  private Path index() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("cache/cache/flora/checked"))) {
      List<Path> all = files.toList();
      assertEquals(1, all.size(), all.toString());
      return all.get(0);
    }
  }

  /** Other bytes, as many as before. */
  private static void ruin(Path file, FileTime time) throws IOException {
    Files.write(file, new byte[(int) Files.size(file)]);
    Files.setLastModifiedTime(file, time);
  }

  @Test
  void aFileThatLooksUnchangedIsNotReadAgain() throws IOException {
    ImageDataset before = load(false);
    for (int i = 0; i < 20; i++) {
      ruin(photos.resolve(i % 2 == 0 ? "even" : "odd").resolve(i + "-photo.jpg"), LONG_AGO);
    }
    // Only whoever reads them sees that they are no images any more.
    ImageDataset after = load(true);
    assertEquals(List.of(), after.problems());
    for (int i = 0; i < after.test().size(); i++) {
      assertEquals(((PhotoSet) before.test()).file(i), ((PhotoSet) after.test()).file(i));
    }
  }

  @Test
  void aFileThatLooksChangedIs() throws IOException {
    assertEquals(List.of(), problems());
    ruin(first, FileTime.from(LONG_AGO.toInstant().plusNanos(1_000_000)));
    assertEquals(2, problems().size());
    assertTrue(problems().get(1).startsWith(first + ": "), () -> "another file");
  }

  @Test
  void aFileOfAnotherLengthIs() throws IOException {
    assertEquals(List.of(), problems());
    Files.write(first, new byte[1]);
    Files.setLastModifiedTime(first, LONG_AGO);
    assertEquals(2, problems().size());
  }

  @Test
  void damagedFilesAreReportedAtEveryStart() throws IOException {
    ruin(first, LONG_AGO);
    List<String> problems = problems();
    assertEquals(2, problems.size());
    assertEquals(problems, problems());
    assertThrows(DataException.class, () -> load(true));
    assertFalse(Files.readString(index()).contains(first.toString()));
    // Mended, with nothing else to show for it.
    byte[] whole = PhotoFiles.photo(0);
    Files.write(first, whole);
    Files.setLastModifiedTime(first, LONG_AGO);
    assertEquals(List.of(), problems());
  }

  /** It might change again without a later time to show for it. */
  @Test
  void aFileThatJustChangedIsNotTrusted() throws IOException {
    FileTime now = FileTime.from(Instant.now());
    Files.setLastModifiedTime(first, now);
    assertEquals(List.of(), problems());
    ruin(first, now);
    assertEquals(2, problems().size());
  }

  @Test
  void filesThatWentAreForgotten() throws IOException {
    assertEquals(List.of(), problems());
    assertEquals(21, Files.readString(index()).lines().count());
    Files.delete(first);
    assertEquals(List.of(), problems());
    assertEquals(20, Files.readString(index()).lines().count());
    assertFalse(Files.readString(index()).contains(first.toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "x", "HEADER\nx", "HEADER\na 1 yesterday b", "HEADER\n \u00e9"})
  void aBrokenIndexIsAsGoodAsNone(String content) throws IOException {
    assertEquals(List.of(), problems());
    String header = Files.readString(index()).lines().findFirst().orElseThrow();
    ruin(first, LONG_AGO);
    Files.writeString(index(), content.replace("HEADER", header));
    assertEquals(2, problems().size());
    assertEquals(2, problems().size());
  }

  @Test
  void aCacheThatCannotBeWrittenIsNoError() throws IOException {
    System.setProperty("DJL_CACHE_DIR", first.resolve("below-a-file").toString());
    assertEquals(List.of(), problems());
    ruin(first, LONG_AGO);
    assertEquals(2, problems().size());
  }
}
