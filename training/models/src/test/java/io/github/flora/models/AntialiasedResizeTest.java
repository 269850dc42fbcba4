package io.github.flora.models;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class AntialiasedResizeTest {

  /** Every fifth pixel of Pillow 12's resize to 18×25 with BILINEAR, cropped to 16×16. */
  private static final int[] SMALLER = {
    71, 96, 91, 145, 143, 178, 220, 141, 115, 38, 150, 122, 102, 147, 47, 176, 194, 137, 178, 141,
    160, 69, 139, 81, 132, 199, 78, 206, 123, 55, 25, 162, 85, 99, 103, 95, 163, 163, 116, 237, 68,
    210, 56, 110, 39, 130, 130, 83
  };

  /** Every ninth pixel of 9×20 resized to 32×71, cropped to 28×28. */
  private static final int[] LARGER = {
    42, 35, 54, 60, 71, 76, 77, 120, 97, 95, 182, 121, 49, 48, 44, 67, 84, 95, 84, 133, 75, 102,
    195, 122, 57, 60, 18, 75, 96, 118, 92, 145, 124, 110, 207, 85, 64, 73, 102, 82, 109, 29, 99,
    158, 43, 117, 220, 57
  };

  @Test
  void smallerAsPillow() {
    check(37, 53, 18, 16, 5, SMALLER);
  }

  @Test
  void largerAsPillow() {
    check(9, 20, 32, 28, 9, LARGER);
  }

  private static void check(
      int height, int width, int shorterSide, int size, int step, int[] expected) {
    byte[] pixels = new byte[height * width * 3];
    int i = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        pixels[i++] = (byte) (x * 7 + y * 3);
        pixels[i++] = (byte) (x * x + y * 5);
        pixels[i++] = (byte) ((x ^ y) * 9);
      }
    }
    try (NDManager manager = NDManager.newBaseManager()) {
      Shape shape = new Shape(height, width, 3);
      NDArray image = manager.create(ByteBuffer.wrap(pixels), shape, DataType.UINT8);
      NDArray middle = AntialiasedResize.middle(image, shorterSide, size, size);
      assertEquals(new Shape(size, size, 3), middle.getShape());
      float[] found = middle.toFloatArray();
      int at = 0;
      for (int y = 0; y < size; y += step) {
        for (int x = 0; x < size; x += step) {
          for (int c = 0; c < 3; c++) {
            // Pillow rounds between rows and columns, too.
            assertEquals(expected[at++], found[(y * size + x) * 3 + c], 1);
          }
        }
      }
      assertEquals(expected.length, at);
    }
  }
}
