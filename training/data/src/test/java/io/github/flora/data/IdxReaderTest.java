package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdxReaderTest {

  private static final int COUNT = 25;

  @TempDir Path folder;

  private ImageSet read(byte[] images, byte[] labels) throws IOException {
    Path imageFile = Files.write(folder.resolve("the-images"), images);
    Path labelFile = Files.write(folder.resolve("the-labels"), labels);
    return IdxReader.read(imageFile, labelFile, 10, null, null);
  }

  @ParameterizedTest
  @CsvSource({"false,false", "true,true", "false,true", "true,false"})
  void readsPlainAndGzippedWhateverTheName(boolean gzipImages, boolean gzipLabels)
      throws IOException {
    byte[] images = IdxFiles.images(COUNT);
    byte[] labels = IdxFiles.labels(COUNT);
    ImageSet set =
        read(
            gzipImages ? IdxFiles.gzip(images) : images,
            gzipLabels ? IdxFiles.gzip(labels) : labels);

    assertEquals("25 images of 28×28×1", set.toString());
    for (int i = 0; i < COUNT; i++) {
      assertEquals(i % 10, set.label(i));
      assertArrayEquals(
          Arrays.copyOfRange(images, 16 + i * 784, 16 + (i + 1) * 784), set.pixels(i));
    }
  }

  static Stream<Arguments> brokenImages() {
    byte[] good = IdxFiles.images(COUNT);
    byte[] packed = IdxFiles.gzip(good);
    return Stream.of(
        Arguments.of("empty", new byte[0], "is empty"),
        Arguments.of("one byte", new byte[1], "truncated: it ends within its header"),
        Arguments.of("header only in part", Arrays.copyOf(good, 9), "it ends within its header"),
        Arguments.of("truncated", Arrays.copyOf(good, good.length - 1), "truncated: its header"),
        Arguments.of(
            "truncated gz", Arrays.copyOf(packed, packed.length / 2), "compressed data breaks off"),
        Arguments.of("gz without its end", Arrays.copyOf(packed, packed.length - 4), "breaks off"),
        Arguments.of(
            "gz of a truncated file",
            IdxFiles.gzip(Arrays.copyOf(good, good.length - 800)),
            "it ends within number 23"),
        Arguments.of("damaged gz", flip(packed, packed.length / 2), "is damaged"),
        Arguments.of("trailing", Arrays.copyOf(good, good.length + 1), "goes on after the last"),
        Arguments.of(
            "trailing in gz",
            IdxFiles.gzip(Arrays.copyOf(good, good.length + 1)),
            "goes on after the last of the 25 entries"),
        Arguments.of("swapped", IdxFiles.labels(COUNT), "are the two files swapped?"),
        Arguments.of(
            "floats", IdxFiles.images(0x0D03, COUNT, 28, 28), "0x00000d03 instead of 0x00000803"),
        Arguments.of("32×32", IdxFiles.images(0x0803, COUNT, 32, 32), "images of 32×32, not 28×28"),
        Arguments.of("none", IdxFiles.images(0), "holds nothing"),
        Arguments.of("more than fit", claim(good, 3_000_000), "its header promises 3000000"),
        Arguments.of("more than the file", claim(good, 2_000_000), "more than it can hold"),
        Arguments.of(
            "more than its gz can hold",
            IdxFiles.gzip(claim(good, 2_000_000)),
            "more than it can hold"),
        Arguments.of("negative", claim(good, -1), "its header promises 4294967295"));
  }

  private static byte[] claim(byte[] file, int count) {
    return ByteBuffer.wrap(file.clone()).putInt(4, count).array();
  }

  private static byte[] flip(byte[] file, int place) {
    byte[] flipped = file.clone();
    for (int i = 0; i < 16; i++) {
      flipped[place + i] ^= 0x55;
    }
    return flipped;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenImages")
  void namesTheImagesFileAndWhatIsWrong(String name, byte[] images, String expected) {
    assertProblem("the-images", expected, images, IdxFiles.labels(COUNT));
  }

  static Stream<Arguments> brokenLabels() {
    byte[] good = IdxFiles.labels(COUNT);
    UnaryOperator<byte[]> outOfRange =
        file -> {
          byte[] changed = file.clone();
          changed[8 + 7] = 10;
          return changed;
        };
    return Stream.of(
        Arguments.of("swapped", IdxFiles.images(COUNT), "are the two files swapped?"),
        Arguments.of("10", outOfRange.apply(good), "label 10 of image 7 is outside 0 to 9"),
        Arguments.of("other count", IdxFiles.labels(24), "25 images, but"),
        Arguments.of("truncated", Arrays.copyOf(good, 20), "truncated"),
        Arguments.of(
            "text",
            "<html>404 Not Found".getBytes(StandardCharsets.UTF_8),
            "magic number 0x3c68746d"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenLabels")
  void namesTheLabelsFileAndWhatIsWrong(String name, byte[] labels, String expected) {
    assertProblem("the-labels", expected, IdxFiles.images(COUNT), labels);
  }

  private void assertProblem(String file, String expected, byte[] images, byte[] labels) {
    DataException problem = assertThrows(DataException.class, () -> read(images, labels));
    String message = String.valueOf(problem.getMessage());
    assertTrue(message.contains(folder.resolve(file).toString()), message);
    assertTrue(message.contains(expected), message);
    assertFalse(message.contains("\n"), message);
  }

  @Test
  void anotherDigestIsAnErrorWhereOneIsExpected() throws IOException {
    Path images = Files.write(folder.resolve("i"), IdxFiles.images(COUNT));
    Path labels = Files.write(folder.resolve("l"), IdxFiles.gzip(IdxFiles.labels(COUNT)));
    // Computed with Python's hashlib.
    assertEquals(COUNT, IdxReader.read(images, labels, 10, null, LABELS_MD5).size());
    DataException problem =
        assertThrows(
            DataException.class, () -> IdxReader.read(images, labels, 10, LABELS_MD5, LABELS_MD5));
    assertTrue(String.valueOf(problem.getMessage()).contains("isn't the published file"));
  }

  private static final String LABELS_MD5 = "e315fd61439b95f87730db973c8138a1";

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void unreadablePlacesAreNamed(boolean folderInPlaceOfFile) throws IOException {
    Path labels = Files.write(folder.resolve("l"), IdxFiles.labels(COUNT));
    Path images =
        folderInPlaceOfFile
            ? Files.createDirectory(folder.resolve("a-folder"))
            : labels.resolve("below-a-file"); // unreadable even for root
    DataException problem =
        assertThrows(DataException.class, () -> IdxReader.read(images, labels, 10, null, null));
    String message = String.valueOf(problem.getMessage());
    assertTrue(message.contains(images.toString()), message);
    assertTrue(message.contains("can't be read"), message);
  }
}
