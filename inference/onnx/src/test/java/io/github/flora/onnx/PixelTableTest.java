package io.github.flora.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a table looks up is what the formula says, for even and odd numbers of pixels. */
class PixelTableTest {

  @ParameterizedTest(name = "{0} images of {1} pixels, {2} channels, from byte {3}")
  @CsvSource({
    "3, 15, 1, 0",
    "2, 15, 1, 7",
    "4, 16, 1, 3",
    "1, 1, 1, 0",
    "3, 15, 3, 5",
    "2, 6, 2, 0"
  })
  void isTheFormula(int images, int area, int channels, int from) {
    ImageInput image =
        new ImageInput(
            IntStream.range(0, channels).mapToObj(c -> 0.5f - 0.1f * c).toList(),
            IntStream.range(0, channels).mapToObj(c -> 0.2f + 0.1f * c).toList());
    byte[] pixels = new byte[from + images * area * channels + 4];
    new Random(1).nextBytes(pixels);
    ByteBuffer target =
        ByteBuffer.allocateDirect(4 * images * area * channels).order(ByteOrder.nativeOrder());
    new PixelTable(image, channels).apply(pixels, from, images, area, target);
    for (int n = 0; n < images; n++) {
      for (int c = 0; c < channels; c++) {
        for (int i = 0; i < area; i++) {
          double pixel = (pixels[from + (n * area + i) * channels + c] & 0xff) / 255.0;
          double wanted = (pixel - image.mean().get(c)) / image.std().get(c);
          assertEquals(
              wanted,
              target.asFloatBuffer().get((n * channels + c) * area + i),
              1e-5,
              "pixel " + i);
        }
      }
    }
  }
}
