package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageSetTest {

  /** Three images of 2×2×1: 1 2 / 3 4, 5 6 / 7 8, 9 10 / 11 12. */
  private static final ImageSet SET =
      ImageSet.of(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, new int[] {0, 1, 2}, 2, 2, 1);

  @Test
  void keepsNothingOfTheCallersArrays() {
    byte[] pixels = {1, 2};
    int[] labels = {3, 4};
    ImageSet set = ImageSet.of(pixels, labels, 1, 1, 1);
    pixels[0] = 9;
    labels[0] = 9;
    set.labels()[1] = 9;
    set.pixels(1)[0] = 9;

    assertArrayEquals(new int[] {3, 4}, set.labels());
    assertArrayEquals(new byte[] {1}, set.pixels(0));
    assertArrayEquals(new byte[] {2}, set.pixels(1));
  }

  @Test
  void selectionsOfSelectionsPickTheRightImages() {
    ImageSet view = SET.select(new int[] {2, 0, 2}).select(new int[] {0, 1});

    assertArrayEquals(new int[] {2, 0}, view.labels());
    assertArrayEquals(new byte[] {9, 10, 11, 12}, view.pixels(0));
    assertArrayEquals(new byte[] {1, 2, 3, 4}, view.pixels(1));
    assertEquals(0, view.select(new int[0]).size());
  }

  @Test
  void copiesToTheBuffersPosition() {
    ByteBuffer target = ByteBuffer.allocate(9);
    target.put((byte) 100);
    SET.copyPixels(1, target);
    SET.copyPixels(0, target);

    assertArrayEquals(new byte[] {100, 5, 6, 7, 8, 1, 2, 3, 4}, target.array());
    assertThrows(BufferOverflowException.class, () -> SET.copyPixels(0, target));
  }

  @Test
  void paddingPutsTheImageInTheMiddle() {
    ImageSet padded = SET.select(new int[] {1, 0}).padded(1);

    assertEquals("2 images of 4×4×1", padded.toString());
    assertArrayEquals(
        new byte[] {0, 0, 0, 0, 0, 5, 6, 0, 0, 7, 8, 0, 0, 0, 0, 0}, padded.pixels(0));
    assertArrayEquals(
        new byte[] {0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0}, padded.pixels(1));
    assertArrayEquals(new int[] {1, 0}, padded.labels());
    assertSame(SET, SET.padded(0));
    assertThrows(IllegalArgumentException.class, () -> SET.padded(-1));
  }

  @Test
  void paddingKeepsChannelsTogether() {
    ImageSet colours = ImageSet.of(new byte[] {1, 2, 3}, new int[] {0}, 1, 1, 3);
    byte[] expected = new byte[27];
    expected[12] = 1;
    expected[13] = 2;
    expected[14] = 3;
    assertArrayEquals(expected, colours.padded(1).pixels(0));
  }

  @ParameterizedTest
  @CsvSource({"2,2,1,3", "0,2,1,4", "2,2,0,4", "2,-2,-1,4", "65536,65536,1,4"})
  void sizesHaveToAgree(int height, int width, int channels, int bytes) {
    assertThrows(
        IllegalArgumentException.class,
        () -> ImageSet.of(new byte[bytes], new int[1], height, width, channels));
  }

  @Test
  void indicesAndLabelsAreChecked() {
    assertThrows(
        IllegalArgumentException.class, () -> ImageSet.of(new byte[1], new int[] {-1}, 1, 1, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> SET.pixels(3));
    assertThrows(IndexOutOfBoundsException.class, () -> SET.pixels(-1));
    assertThrows(IndexOutOfBoundsException.class, () -> SET.select(new int[] {3}));
  }
}
