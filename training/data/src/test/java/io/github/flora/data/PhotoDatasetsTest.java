package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Photographs of one's own, in folders and lists, whole and damaged. */
class PhotoDatasetsTest {

  private static final PhotoOptions SMALL = new PhotoOptions(16, 0.875, false, 1);

  @TempDir private Path folder = Path.of(".");

  private static ImageDataset load(Path place) throws DataException {
    return load(place, SMALL);
  }

  private static ImageDataset load(Path place, PhotoOptions options) throws DataException {
    return ImageDatasets.load(new DataRequest("photos", place, false, 0, options));
  }

  private static void writePhotos(Path folder, int first, int count) throws IOException {
    for (int i = first; i < first + count; i++) {
      PhotoFiles.write(folder, "photo.jpg", i);
    }
  }

  private static List<Path> files(ImageSet set) {
    PhotoSet photos = assertInstanceOf(PhotoSet.class, set);
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < set.size(); i++) {
      files.add(photos.file(i));
    }
    return files;
  }

  /** 3 classes, 300 files, a fifth of them damaged or unusual in ten ways. */
  @Test
  void tenKindsOfDamageAreUsedOrReportedOnce() throws IOException {
    List<Path> bad = PhotoFiles.writeClasses(folder);
    assertEquals(12, bad.size());
    ImageDataset photos = load(folder);
    assertEquals(List.of("cat", "dog", "emu"), photos.labels());
    assertEquals(288, photos.train().size() + photos.test().size());
    assertEquals("12 of 300 images can't be used and are left out:", photos.problems().get(0));
    for (Path file : bad) {
      assertEquals(
          1,
          photos.problems().stream().filter(p -> p.startsWith(file + ": ")).count(),
          file.toString());
    }
    // What is left can all be used.
    for (ImageSet part : List.of(photos.train(), photos.test())) {
      for (int i = 0; i < part.size(); i++) {
        assertEquals(16 * 16 * 3, part.pixels(i).length);
      }
    }
    DataException strict =
        assertThrows(DataException.class, () -> load(folder, new PhotoOptions(16, 0.875, true, 1)));
    assertTrue(
        String.valueOf(strict.getMessage()).startsWith("12 of 300 images"), strict.getMessage());
    assertTrue(String.valueOf(strict.getMessage()).contains("--strict"), strict.getMessage());
  }

  /** Those that can't be used, and those that are known from before, count like the others. */
  @Test
  void theLookAtTheFilesIsReported() throws IOException {
    writePhotos(folder.resolve("cat"), 0, 10);
    writePhotos(folder.resolve("dog"), 10, 10);
    Files.writeString(folder.resolve("dog/empty.jpg"), "");
    List<Integer> expected = IntStream.rangeClosed(0, 21).boxed().toList();
    for (int start = 0; start < 2; start++) {
      List<Integer> told = new ArrayList<>();
      ImageDataset photos =
          ImageDatasets.load(
              new DataRequest("photos", folder, false, 0, SMALL),
              (checked, files) -> {
                assertEquals(21, files);
                told.add(checked);
              });
      assertEquals(2, photos.problems().size());
      assertEquals(expected, told);
    }
  }

  @Test
  void unusualFilesComeOutRight() throws IOException {
    DecodedImage cmyk = ImageFiles.read(PhotoFiles.write(folder, "cmyk.jpg", 0), 3);
    // Pillow's, which converts with other roundings.
    assertEquals(226, cmyk.value(3, 3, 0), 2);
    assertEquals(49, cmyk.value(3, 3, 1), 2);
    assertEquals(138, cmyk.value(3, 3, 2), 2);
    DecodedImage webp = ImageFiles.read(PhotoFiles.write(folder, "picture.webp", 0), 3);
    assertEquals(200, webp.value(5, 5, 0), 4);
    assertEquals(40, webp.value(5, 5, 1), 4);
    assertEquals(90, webp.value(5, 5, 2), 4);
    DecodedImage turned = ImageFiles.read(PhotoFiles.write(folder, "turned.jpg", 0), 3);
    assertEquals(40, turned.height());
    assertEquals(30, turned.width());
  }

  @Test
  void aFifthOfEveryClassIsTheTestAndStaysIt() throws IOException {
    writePhotos(folder.resolve("cat"), 0, 50);
    writePhotos(folder.resolve("dog"), 100, 20);
    ImageDataset photos = load(folder);
    assertEquals(14, photos.test().size());
    assertEquals(10, Arrays.stream(photos.test().labels()).filter(l -> l == 0).count());
    assertEquals(null, photos.validation());
    assertEquals(files(photos.test()), files(load(folder).test()));
    Set<Path> both = new HashSet<>(files(photos.train()));
    both.retainAll(files(photos.test()));
    assertEquals(Set.of(), both);
    TrainValidation split = photos.split(0.25, 1);
    assertEquals(14, split.validation().size());
    assertEquals(42, split.train().size());
  }

  @Test
  void identicalFilesStayTogetherOrAreReported() throws IOException {
    // A fifth of 14 ends within a pair.
    for (int i = 0; i < 7; i++) {
      Path file = PhotoFiles.write(folder.resolve("a"), "photo.jpg", i);
      Files.copy(file, file.resolveSibling("copy-" + i + ".jpg"));
      PhotoFiles.write(folder.resolve("b"), "photo.jpg", 50 + i);
    }
    ImageDataset drawn = load(folder);
    assertEquals(List.of(), drawn.problems());
    assertEquals(4 + 1, drawn.test().size());

    Path split = folder.resolveSibling(folder.getFileName() + "-split");
    for (String part : List.of("train", "val", "test")) {
      writePhotos(split.resolve(part).resolve("a"), part.length() * 10, 5);
      writePhotos(split.resolve(part).resolve("b"), part.length() * 20, 5);
    }
    Path twin = split.resolve("test/a/twin.jpg");
    Files.copy(split.resolve("train/a/50-photo.jpg"), twin);
    ImageDataset photos = load(split);
    assertEquals(10, photos.train().size());
    assertEquals(10, Objects.requireNonNull(photos.validation()).size());
    assertEquals(11, photos.test().size());
    assertEquals(1, photos.problems().stream().filter(p -> p.startsWith(twin.toString())).count());
  }

  @Test
  void withoutATestTheValidationImagesAreIt() throws IOException {
    for (String part : List.of("train", "val")) {
      writePhotos(folder.resolve(part).resolve("a"), part.length() * 10, 5);
      writePhotos(folder.resolve(part).resolve("b"), part.length() * 20, 5);
    }
    ImageDataset photos = load(folder);
    assertEquals(10, photos.test().size());
    assertEquals(null, photos.validation());
    assertTrue(photos.problems().get(0).contains("--validation-split"));
  }

  @Test
  void aTableNamesFilesAndLabels() throws IOException {
    writePhotos(folder.resolve("some, where"), 0, 6);
    StringBuilder table = new StringBuilder("Label,Path,Split\n");
    for (int i = 0; i < 6; i++) {
      table.append(i % 2 == 0 ? "even" : "\"odd, \"\"very\"\"\"");
      table.append(",\"some, where/%d-photo.jpg\",".formatted(i));
      table.append(i < 4 ? "train" : "test").append('\n');
    }
    ImageDataset photos = load(Files.writeString(folder.resolve("list.csv"), table));
    assertEquals(List.of("even", "odd, \"very\""), photos.labels());
    assertEquals(4, photos.train().size());
    assertArrayEquals(new int[] {0, 1}, photos.test().labels());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name,kind\\nx.jpg,cat|column 'path'",
        "path,label\\n|lists no images",
        "path,label\\nx.jpg|fields",
        "path,label,split\\nx.jpg,cat,later|'later'",
        "path,label\\nx.jpg,|no label",
      })
  void badTablesAreOneLine(String content, String message) throws IOException {
    Path table = Files.writeString(folder.resolve("list.csv"), content.replace("\\n", "\n"));
    DataException e = assertThrows(DataException.class, () -> load(table));
    assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
    assertEquals(1, String.valueOf(e.getMessage()).lines().count());
  }

  @Test
  void missingFilesOfATableAreReported() throws IOException {
    writePhotos(folder, 0, 8);
    StringBuilder table = new StringBuilder("path,label\nmissing.jpg,cat\n");
    for (int i = 0; i < 8; i++) {
      table.append("%d-photo.jpg,%s%n".formatted(i, i % 2 == 0 ? "cat" : "dog"));
    }
    ImageDataset photos = load(Files.writeString(folder.resolve("list.csv"), table));
    assertTrue(photos.problems().get(1).contains("missing.jpg: there is no such file"));
  }

  @Test
  void nothingToLearnFromIsOneLine() throws IOException {
    assertThrows(DataException.class, () -> load(folder.resolve("missing")));
    assertThrows(DataException.class, () -> load(folder));
    writePhotos(folder.resolve("only"), 0, 5);
    DataException e = assertThrows(DataException.class, () -> load(folder));
    assertTrue(String.valueOf(e.getMessage()).contains("one class only"), e.getMessage());
    DataException none =
        assertThrows(
            DataException.class,
            () -> ImageDatasets.load(new DataRequest("photos", null, false, 0)));
    assertTrue(String.valueOf(none.getMessage()).contains("--data"), none.getMessage());
  }

  /** The same pixels, whatever the threads, the batch size and the cache. */
  @ParameterizedTest
  @ValueSource(strings = {"1,7,0", "2,7,1", "5,7,0", "3,16,1", "8,1,0"})
  void reproducibleUnderAnyNumberOfThreads(String how) throws IOException {
    writePhotos(folder.resolve("a"), 0, 20);
    writePhotos(folder.resolve("b"), 20, 20);
    List<String> expected = pixels(1, 5, 1);
    String[] numbers = how.split(",", -1);
    assertEquals(
        expected,
        pixels(
            Integer.parseInt(numbers[0]),
            Integer.parseInt(numbers[1]),
            Integer.parseInt(numbers[2])));
  }

  private List<String> pixels(int workers, int batchSize, int cache) throws IOException {
    System.setProperty(Batches.WORKERS, String.valueOf(workers));
    try (NDManager manager = NDManager.newBaseManager()) {
      ImageDataset photos = load(folder, new PhotoOptions(16, 0.875, false, cache));
      Batches batches =
          new Batches(
              photos.train(),
              Normalization.IMAGENET,
              batchSize,
              Augmentation.STRONG,
              Sampling.EACH_ONCE);
      List<String> images = new ArrayList<>();
      for (long epoch = 1; epoch <= 2; epoch++) {
        for (Batch each : batches.shuffled(manager, epoch)) {
          try (Batch batch = each) {
            float[] values = batch.images().toFloatArray();
            int size = values.length / batch.size();
            for (int i = 0; i < batch.size(); i++) {
              images.add(
                  Arrays.hashCode(Arrays.copyOfRange(values, i * size, (i + 1) * size)) + "");
            }
          }
        }
      }
      assertEquals(2 * photos.train().size(), images.size());
      assertTrue(new HashSet<>(images).size() > images.size() * 0.95, "anew in every epoch");
      return images;
    } finally {
      System.clearProperty(Batches.WORKERS);
    }
  }

  @Test
  void theCacheKeepsNoMoreThanItMay() throws IOException {
    writePhotos(folder, 0, 3);
    DecodedCache cache = new DecodedCache(2 * 40 * 30 * 3 + 100);
    List<Path> all =
        List.of(
            folder.resolve("0-photo.jpg"),
            folder.resolve("1-photo.jpg"),
            folder.resolve("2-photo.jpg"));
    PhotoSet set = new PhotoSet(all, new int[3], SMALL, cache);
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(set.pixels(i), set.pixels(i));
    }
    assertNotNull(cache.get(all.get(0)));
    assertNotNull(cache.get(all.get(1)));
    assertEquals(null, cache.get(all.get(2)));
    assertEquals(2 * 40 * 30 * 3, cache.bytes());
  }

  /** Those of the test are read once and would only take room. */
  @ParameterizedTest
  @CsvSource({"0,false", "1,true"})
  void theOptionDecidesWhetherImagesAreKept(int megabytes, boolean kept) throws IOException {
    writePhotos(folder.resolve("a"), 0, 10);
    writePhotos(folder.resolve("b"), 10, 10);
    ImageDataset photos = load(folder, new PhotoOptions(16, 0.875, false, megabytes));
    for (ImageSet part : List.of(photos.train(), photos.test())) {
      byte[] before = part.pixels(0);
      assertArrayEquals(before, part.pixels(0));
      Files.delete(files(part).get(0));
      if (kept && part == photos.train()) {
        assertArrayEquals(before, part.pixels(0));
      } else {
        assertThrows(UncheckedIOException.class, () -> part.pixels(0));
      }
    }
  }

  @Test
  void aFileThatGoesAwayLaterIsNamed() throws IOException {
    writePhotos(folder, 0, 1);
    Path file = folder.resolve("0-photo.jpg");
    PhotoSet set = new PhotoSet(List.of(file), new int[1], SMALL, new DecodedCache(0));
    Files.delete(file);
    try (NDManager manager = NDManager.newBaseManager()) {
      Iterable<Batch> batches = new Batches(set, Normalization.IMAGENET, 1).inOrder(manager);
      UncheckedIOException e =
          assertThrows(UncheckedIOException.class, () -> batches.iterator().next());
      assertTrue(String.valueOf(e.getMessage()).contains(file.toString()), e.getMessage());
    }
    assertFalse(Files.exists(file));
  }
}
