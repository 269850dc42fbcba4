package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where data sets are looked for, with the network switched off. */
class ImageDatasetsTest {

  @TempDir Path temp;

  private DataRequest request(String name, @Nullable Path directory, boolean allowSynthetic) {
    return request(name, directory, allowSynthetic, Map.of());
  }

  private DataRequest request(
      String name,
      @Nullable Path directory,
      boolean allowSynthetic,
      Map<String, String> environment) {
    URI nowhere = URI.create("http://localhost:1/");
    return new DataRequest(
        name,
        directory,
        allowSynthetic,
        3,
        environment,
        PhotoOptions.DEFAULT,
        new DatasetRepository(nowhere, temp.resolve("cache"), true, Duration.ofSeconds(1)));
  }

  private static String problem(DataRequest request) {
    DataException e = assertThrows(DataException.class, () -> ImageDatasets.load(request));
    String message = String.valueOf(e.getMessage());
    assertFalse(message.contains("\n"), message);
    return message;
  }

  @Test
  void namesArePinned() {
    assertEquals(
        List.of("mnist", "fashion-mnist", "cifar10", "synthetic-digits", "flowers102", "photos"),
        ImageDatasets.names());
  }

  @ParameterizedTest
  @CsvSource({"mnist,7", "fashion-mnist,Sneaker"})
  void readsTheFolderItself(String name, String seventh) throws IOException {
    Path folder = IdxFiles.writeAll(temp.resolve("x"), 30, 20);
    ImageDataset dataset = ImageDatasets.load(request(name, folder, false));

    assertEquals(name, dataset.name());
    assertEquals(Source.REAL, dataset.source());
    assertEquals(folder.toString(), dataset.origin());
    assertEquals(10, dataset.labels().size());
    assertEquals(seventh, dataset.labels().get(7));
    assertEquals(30, dataset.train().size());
    assertEquals(20, dataset.test().size());
    assertEquals(Normalization.UNIT, dataset.normalization());
    assertNull(dataset.warning());
  }

  @ParameterizedTest
  @ValueSource(strings = {"mnist", "fashion-mnist"})
  void readsTheFolderOfThatNameBelow(String name) throws IOException {
    Path folder = IdxFiles.writeAll(temp.resolve(name), 30, 20);
    ImageDataset dataset = ImageDatasets.load(request(name, temp, true));
    assertEquals(folder.toString(), dataset.origin());
  }

  @Test
  void readsUnpackedFilesUnderBothSpellings() throws IOException {
    Files.write(temp.resolve("train-images.idx3-ubyte"), IdxFiles.images(3));
    Files.write(temp.resolve("train-labels-idx1-ubyte"), IdxFiles.labels(3));
    Files.write(temp.resolve("t10k-images.idx3-ubyte.gz"), IdxFiles.images(2));
    Files.write(temp.resolve("t10k-labels-idx1-ubyte"), IdxFiles.gzip(IdxFiles.labels(2)));
    assertEquals(3, ImageDatasets.load(request("mnist", temp, false)).train().size());
  }

  @Test
  void aNamedFolderIsUsedOrIsAnError() throws IOException {
    Path folder = IdxFiles.writeAll(temp.resolve("mnist"), 30, 20);
    Files.delete(folder.resolve("t10k-labels-idx1-ubyte.gz"));
    // Not even a good folder in the environment stands in for it.
    Path good = IdxFiles.writeAll(temp.resolve("good/mnist"), 30, 20);
    Map<String, String> environment = Map.of("FLORA_DATA", String.valueOf(good.getParent()));

    String message = problem(request("mnist", folder, true, environment));
    assertTrue(message.contains(folder + " has no file t10k-labels-idx1-ubyte"), message);
    assertTrue(message.contains("get the four IDX files from https://"), message);
  }

  @Test
  void aMissingOrUnreadableFolderIsNamed() throws IOException {
    Path missing = temp.resolve("missing");
    String message = problem(request("mnist", missing, true));
    assertTrue(message.contains(missing + " doesn't exist"), message);

    Path file = Files.writeString(temp.resolve("file"), "x");
    assertTrue(problem(request("mnist", file, true)).contains(file + " isn't a folder"));
    Path belowFile = file.resolve("folder"); // unreadable even for root
    message = problem(request("mnist", belowFile, true));
    assertTrue(message.contains(belowFile + " doesn't exist or can't be read"), message);
  }

  @Test
  void theEnvironmentNamesAFolderAboveAllDataSets() throws IOException {
    Path folder = IdxFiles.writeAll(temp.resolve("fashion-mnist"), 30, 20);
    Map<String, String> environment = Map.of("FLORA_DATA", temp.toString());

    ImageDataset dataset = ImageDatasets.load(request("fashion-mnist", null, false, environment));
    assertEquals(folder.toString(), dataset.origin());
    // There is no folder mnist in it, so that is looked for elsewhere.
    assertEquals(
        Source.SYNTHETIC, ImageDatasets.load(request("mnist", null, true, environment)).source());
  }

  @Test
  void aBrokenFolderOfTheEnvironmentIsNotSkipped() throws IOException {
    Path folder = IdxFiles.writeAll(temp.resolve("mnist"), 30, 20);
    Path labels = folder.resolve("train-labels-idx1-ubyte.gz");
    Files.write(labels, new byte[0]);

    String message = problem(request("mnist", null, true, Map.of("FLORA_DATA", temp.toString())));
    assertEquals(labels + " is empty", message);
  }

  @Test
  void syntheticDigitsStandInForMnistWithAWarning() throws IOException {
    ImageDataset dataset = ImageDatasets.load(request("mnist", null, true));

    assertEquals("synthetic-digits", dataset.name());
    assertEquals("synthetic", dataset.source().id());
    assertEquals("drawn by the program", dataset.origin());
    assertEquals(12_000, dataset.train().size());
    assertEquals(2_000, dataset.test().size());
    String warning = String.valueOf(dataset.warning());
    assertTrue(warning.contains("NOT MNIST"), warning);
    assertTrue(warning.contains("offline mode is on"), warning);
    assertTrue(warning.contains("--data"), warning);
    assertFalse(warning.contains("\n"), warning);
  }

  @ParameterizedTest
  @CsvSource({"mnist,false,MNIST", "fashion-mnist,true,Fashion-MNIST"})
  void elseNothingStandsIn(String name, boolean allowSynthetic, String title) {
    String message = problem(request(name, null, allowSynthetic));
    assertTrue(message.startsWith(title + " can't be had from http://localhost:1/"), message);
    assertTrue(message.contains("offline mode is on"), message);
    assertTrue(message.contains("FLORA_DATA"), message);
  }

  @Test
  void syntheticDigitsCanBeAskedFor() throws IOException {
    ImageDataset dataset = ImageDatasets.load(request("synthetic-digits", null, false));
    assertEquals(Source.SYNTHETIC, dataset.source());
    assertNull(dataset.warning());
    assertTrue(problem(request("synthetic-digits", temp, true)).contains("leave --data out"));
  }

  @Test
  void anUnknownNameListsTheKnown() {
    assertEquals(
        "There is no data set 'minst'; there are mnist, fashion-mnist, cifar10, synthetic-digits, flowers102, photos",
        problem(request("minst", null, true)));
  }
}
