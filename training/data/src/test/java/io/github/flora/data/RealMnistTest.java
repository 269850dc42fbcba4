package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The published files: {@code FLORA_DATA=FOLDER mvn verify}, with a folder mnist in it. */
class RealMnistTest {

  private static Path folder() {
    String root = System.getenv("FLORA_DATA");
    assumeTrue(root != null, "skipped: FLORA_DATA isn't set, so there is no MNIST to check");
    Path folder = Path.of(String.valueOf(root), "mnist");
    assumeTrue(Files.isDirectory(folder), "skipped: there is no folder " + folder);
    return folder;
  }

  @Test
  void theContentIsThePublished() throws IOException {
    ImageDataset mnist = IdxSource.MNIST.read(folder(), "test", true);
    assertEquals(60_000, mnist.train().size());
    assertEquals(10_000, mnist.test().size());
    // The first labels as printed in many a tutorial, and the mean and counts known everywhere.
    assertArrayEquals(
        new int[] {5, 0, 4, 1, 9, 2, 1, 3, 1, 4}, Arrays.copyOf(mnist.train().labels(), 10));
    assertArrayEquals(
        new int[] {7, 2, 1, 0, 4, 1, 4, 9, 5, 9}, Arrays.copyOf(mnist.test().labels(), 10));
    long sum = 0;
    int[] counts = new int[10];
    for (int i = 0; i < mnist.train().size(); i++) {
      counts[mnist.train().label(i)]++;
      for (byte pixel : mnist.train().pixels(i)) {
        sum += pixel & 0xff;
      }
    }
    assertEquals(0.1307, sum / 60_000.0 / 784 / 255, 0.00005);
    assertArrayEquals(
        new int[] {5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}, counts);
  }

  @Test
  void isFoundThroughTheEnvironment() throws IOException {
    Path folder = folder();
    ImageDataset mnist = ImageDatasets.load(new DataRequest("mnist", null, false, 1));
    assertEquals(folder.toString(), mnist.origin());
    assertEquals(6_000, mnist.split(0.1, 1).validation().size());
    assertEquals(32, mnist.padded(2).train().height());
  }
}
