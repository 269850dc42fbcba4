package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import javax.imageio.IIOException;
import org.junit.jupiter.api.Test;

class PixelsTest {

  /** Some colour space that nobody needs to convert. */
  private static ColorSpace space(int type, int components) {
    return new ColorSpace(type, components) {
      private static final long serialVersionUID = 1L;

      @Override
      public float[] toRGB(float[] values) {
        throw new UnsupportedOperationException();
      }

      @Override
      public float[] fromRGB(float[] values) {
        throw new UnsupportedOperationException();
      }

      @Override
      public float[] toCIEXYZ(float[] values) {
        throw new UnsupportedOperationException();
      }

      @Override
      public float[] fromCIEXYZ(float[] values) {
        throw new UnsupportedOperationException();
      }
    };
  }

  private static BufferedImage pixel(ColorSpace space, int... values) {
    ComponentColorModel model =
        new ComponentColorModel(
            space, false, false, ComponentColorModel.OPAQUE, DataBuffer.TYPE_BYTE);
    WritableRaster raster =
        Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 1, 1, values.length, null);
    raster.setPixel(0, 0, values);
    return new BufferedImage(model, raster, false, null);
  }

  @Test
  void linearColoursBecomeStandardRgb() throws IIOException {
    ColorSpace linear = ColorSpace.getInstance(ColorSpace.CS_LINEAR_RGB);
    DecodedImage image = Pixels.of(pixel(linear, 255, 55, 0), 3);
    assertEquals(255, image.value(0, 0, 0));
    assertEquals(128, image.value(0, 0, 1), 2); // linear 0.216 is 0.5 in sRGB
    assertEquals(0, image.value(0, 0, 2));
  }

  /** Pillow: {@code Image.new("CMYK", (1, 1), (152, 80, 114, 40)).convert("RGB")}. */
  @Test
  void printersColoursAreConvertedLikePillow() throws IIOException {
    BufferedImage image = pixel(space(ColorSpace.TYPE_CMYK, 4), 152, 80, 114, 40);
    assertArrayEquals(new byte[] {87, (byte) 148, 119}, Pixels.of(image, 3).pixels());
  }

  @Test
  void coloursOfNoKnownKindAreRefused() {
    BufferedImage image = pixel(space(ColorSpace.TYPE_Lab, 3), 1, 2, 3);
    assertThrows(IIOException.class, () -> Pixels.of(image, 3));
  }
}
