package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PhotoPreparationTest {

  private static DecodedImage pattern(int height, int width) {
    byte[] pixels = new byte[height * width * 3];
    int i = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        pixels[i++] = (byte) (x * 7 + y * 3);
        pixels[i++] = (byte) (x * x + y * 5);
        pixels[i++] = (byte) ((x ^ y) * 9);
      }
    }
    return DecodedImage.of(pixels, height, width, 3);
  }

  /** Pillow 12's resize with BILINEAR and crop, as torchvision's Resize and CenterCrop use them. */
  @ParameterizedTest
  @CsvSource({
    "37,53,18,16,3965349946",
    "53,38,9,8,836497333",
    "20,11,32,28,3046551097",
    "9,200,8,8,2395892180",
  })
  void theMiddleIsPillowsToTheBit(int height, int width, int shorterSide, int size, long crc) {
    CRC32 found = new CRC32();
    found.update(pattern(height, width).middle(shorterSide, size, size).pixels());
    assertEquals(crc, found.getValue());
  }

  /** From the file to the network's input, beside the same by Pillow. */
  @Test
  void aPhotographIsWithinTwoOf255OfTorchvisions() throws IOException {
    DecodedImage ours = resource("photo.jpg").middle(37, 32, 32);
    DecodedImage theirs = resource("photo-37-32.png");
    double sum = 0;
    for (int i = 0; i < ours.pixels().length; i++) {
      sum += Math.abs((ours.pixels()[i] & 0xff) - (theirs.pixels()[i] & 0xff));
    }
    assertEquals(theirs.pixels().length, ours.pixels().length);
    assertTrue(sum / ours.pixels().length < 2, () -> "mean difference");
  }

  private static DecodedImage resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(PhotoPreparationTest.class.getResourceAsStream(name))) {
      return ImageFiles.decode(in.readAllBytes(), name, 3);
    }
  }

  @Test
  void veryLongImagesNeedNoMemory() {
    DecodedImage line = pattern(1, 20_000);
    DecodedImage middle = line.middle(256, 224, 224);
    assertEquals(line.value(0, 10_000, 0), middle.value(100, 112, 0), 8);
  }

  @Test
  void sizesThatDontFitAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> pattern(4, 4).middle(7, 8, 8));
    assertThrows(IllegalArgumentException.class, () -> new PhotoOptions(7, 1, false, 0));
    assertThrows(IllegalArgumentException.class, () -> new PhotoOptions(64, 0, false, 0));
    assertThrows(IllegalArgumentException.class, () -> new PhotoOptions(64, 1.1, false, 0));
    assertThrows(IllegalArgumentException.class, () -> new PhotoOptions(64, 1, false, -1));
  }

  @Test
  void imagenetsSizes() {
    assertEquals(256, PhotoOptions.DEFAULT.shorterSide());
    assertEquals(146, PhotoOptions.DEFAULT.withImageSize(128).shorterSide());
  }

  /** A crop's pixels are those of cutting first and resizing then. */
  @Test
  void cutAndResizedInOneStep() {
    DecodedImage image = pattern(40, 50);
    assertArrayEquals(
        image.cropped(3, 5, 20, 30).resized(8, 9).pixels(), image.resampled(3, 5, 20, 30, 8, 9));
    assertArrayEquals(image.cropped(3, 5, 20, 30).pixels(), image.resampled(3, 5, 20, 30, 20, 30));
  }
}
