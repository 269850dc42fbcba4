package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecodedImageTest {

  private static DecodedImage pattern(int height, int width, int channels, int modulus) {
    byte[] pixels = new byte[height * width * channels];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) ((long) i * i * (channels == 1 ? 37 : 1) % modulus);
    }
    return DecodedImage.of(pixels, height, width, channels);
  }

  private static long crc(DecodedImage image) {
    CRC32 crc = new CRC32();
    crc.update(image.pixels());
    return crc.getValue();
  }

  /**
   * The checksums are those of Pillow 12.3.0, so every byte agrees:
   *
   * <pre>{@code
   * from PIL import Image
   * import numpy as np, zlib
   * def show(a, size):  # width, height
   *     print(zlib.crc32(np.asarray(Image.fromarray(a).resize(size, Image.BILINEAR)).tobytes()))
   * i = np.arange(13 * 17); g = (i * i * 37 % 251).astype(np.uint8).reshape(13, 17)
   * i = np.arange(30 * 20 * 3); c = (i * i % 253).astype(np.uint8).reshape(30, 20, 3)
   * show(g, (5, 4)); show(g, (28, 28)); show(g, (17, 6)); show(g, (40, 3)); show(g, (1, 1))
   * show(c, (7, 9)); show(c, (33, 64))
   * }</pre>
   */
  @ParameterizedTest
  @CsvSource({
    "1, 4, 5, 2007049090", // smaller
    "1, 28, 28, 145344005", // larger
    "1, 6, 17, 3860542787", // one direction only
    "1, 3, 40, 2815640369", // smaller and larger
    "1, 1, 1, 1220369467",
    "3, 9, 7, 772088996",
    "3, 64, 33, 1881942574"
  })
  void resizesLikePillow(int channels, int height, int width, long expected) {
    DecodedImage image = channels == 1 ? pattern(13, 17, 1, 251) : pattern(30, 20, 3, 253);
    DecodedImage resized = image.resized(height, width);
    assertEquals(height, resized.height());
    assertEquals(width, resized.width());
    assertEquals(expected, crc(resized));
  }

  /** Pillow: {@code show((np.arange(20000) * 7 % 256).astype(np.uint8)[None], (20, 1))}. */
  @Test
  void veryLongImagesShrinkToo() {
    byte[] pixels = new byte[20_000];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i * 7);
    }
    assertEquals(2970713081L, crc(DecodedImage.of(pixels, 1, 20_000, 1).resized(1, 20)));
  }

  @Test
  void theSameSizeIsTheSameImage() {
    DecodedImage image = pattern(5, 6, 3, 253);
    assertSame(image, image.resized(5, 6));
  }

  @Test
  void coveringKeepsProportionsAndTheMiddle() {
    // Three squares of 10×10: only the middle one stays.
    byte[] pixels = new byte[300];
    for (int i = 0; i < 300; i++) {
      pixels[i] = (byte) (i % 30 / 10 * 100);
    }
    DecodedImage wide = DecodedImage.of(pixels, 10, 30, 1);
    byte[] expected = new byte[25];
    Arrays.fill(expected, (byte) 100);
    assertEquals(DecodedImage.of(expected, 5, 5, 1), wide.covering(5, 5));
    assertEquals(8, wide.covering(8, 3).height());
    assertEquals(3, wide.covering(8, 3).width());
    assertEquals(7, DecodedImage.of(new byte[20_000], 1, 20_000, 1).covering(7, 9).height());
  }

  @Test
  void theCentreIsCutOut() {
    DecodedImage image = DecodedImage.of(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 3, 3, 1);
    assertArrayEquals(new byte[] {5}, image.centre(1, 1).pixels());
    assertThrows(IllegalArgumentException.class, () -> image.centre(4, 1));
  }

  @Test
  void copiesInAndOut() {
    byte[] pixels = {1, 2, 3};
    DecodedImage image = DecodedImage.of(pixels, 1, 1, 3);
    pixels[0] = 9;
    image.pixels()[1] = 9;
    assertEquals(DecodedImage.of(new byte[] {1, 2, 3}, 1, 1, 3), image);
    assertEquals(DecodedImage.of(new byte[] {1, 2, 3}, 1, 1, 3).hashCode(), image.hashCode());
    assertNotEquals(DecodedImage.of(new byte[] {1, 2, 3}, 1, 3, 1), image);
  }

  @ParameterizedTest
  @CsvSource({"0,1,1,0", "1,0,1,0", "1,1,2,2", "1,1,4,4", "2,2,1,3", "65536,65536,1,0"})
  void sizesHaveToAgree(int height, int width, int channels, int length) {
    assertThrows(
        IllegalArgumentException.class,
        () -> DecodedImage.of(new byte[length], height, width, channels));
  }

  @Test
  void sizesToResizeToAreChecked() {
    DecodedImage image = pattern(2, 2, 1, 251);
    assertThrows(IllegalArgumentException.class, () -> image.resized(0, 1));
    assertThrows(IllegalArgumentException.class, () -> image.resized(65536, 65536));
  }
}
