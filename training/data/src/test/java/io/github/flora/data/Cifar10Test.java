package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Cifar10Test {

  @TempDir private Path folder = Path.of(".");

  /** Image i of label i: red is i, green 100 + i, blue the column. */
  private static byte[] records(int count, int first) {
    byte[] bytes = new byte[count * 3073];
    for (int i = 0; i < count; i++) {
      bytes[i * 3073] = (byte) ((first + i) % 10);
      for (int p = 0; p < 1024; p++) {
        bytes[i * 3073 + 1 + p] = (byte) (first + i);
        bytes[i * 3073 + 1025 + p] = (byte) (100 + first + i);
        bytes[i * 3073 + 2049 + p] = (byte) (p % 32);
      }
    }
    return bytes;
  }

  private void write(Path target) throws IOException {
    Files.createDirectories(target);
    for (int k = 1; k <= 5; k++) {
      Files.write(target.resolve("data_batch_%d.bin".formatted(k)), records(4, 4 * (k - 1)));
    }
    Files.write(target.resolve("test_batch.bin"), records(3, 50));
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "cifar10", "cifar-10-batches-bin"})
  void planesBecomePixels(String place) throws IOException {
    write(folder.resolve(place));
    ImageDataset cifar = ImageDatasets.load("cifar10", folder);
    assertEquals(20, cifar.train().size());
    assertEquals(3, cifar.test().size());
    assertEquals("dog", cifar.labels().get(5));
    for (int i = 0; i < 20; i++) {
      assertEquals(i % 10, cifar.train().label(i));
      byte[] pixels = cifar.train().pixels(i);
      byte[] seventh = Arrays.copyOfRange(pixels, 3 * (5 * 32 + 7), 3 * (5 * 32 + 7) + 3);
      assertArrayEquals(new byte[] {(byte) i, (byte) (100 + i), 7}, seventh);
    }
  }

  @Test
  void djlsOwnFileHoldsAllFive() throws IOException {
    Files.write(folder.resolve("data_batch.bin"), records(20, 0));
    Files.write(folder.resolve("test_batch.bin"), records(3, 0));
    assertEquals(20, ImageDatasets.load("cifar10", folder).train().size());
  }

  @Test
  void damageIsOneLine() throws IOException {
    write(folder);
    Files.write(folder.resolve("data_batch_3.bin"), new byte[3000]);
    assertMessage("data_batch_3.bin");
    byte[] bad = records(2, 0);
    bad[0] = 11;
    Files.write(folder.resolve("data_batch_3.bin"), bad);
    assertMessage("class 11");
    Files.delete(folder.resolve("data_batch_3.bin"));
    assertMessage("doesn't exist");
  }

  private void assertMessage(String part) {
    DataException e =
        assertThrows(DataException.class, () -> ImageDatasets.load("cifar10", folder));
    assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
    assertEquals(1, String.valueOf(e.getMessage()).lines().count());
  }
}
