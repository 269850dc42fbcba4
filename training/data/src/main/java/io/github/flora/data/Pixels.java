package io.github.flora.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorConvertOp;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import javax.imageio.IIOException;

/**
 * Turns what ImageIO decodes into grey or sRGB bytes. Grey is Rec. 601's luma of the gamma-coded
 * values in Pillow's fixed-point form; transparency lies on white; 16 bits are rounded to 8.
 */
final class Pixels {

  /** What ImageIO says, too, of colours that it can't read. */
  static final String UNSUPPORTED = "Unsupported Image Type";

  private Pixels() {}

  static DecodedImage of(BufferedImage decoded, int channels) throws IIOException {
    BufferedImage image = inStandardColours(decoded);
    int height = image.getHeight();
    int width = image.getWidth();
    if (channels == 3 && isPlain(image.getColorModel())) {
      // By far the most common: the samples as they are, in the order of the bands.
      byte[] samples = (byte[]) image.getRaster().getDataElements(0, 0, width, height, null);
      return DecodedImage.wrap(samples, height, width, channels);
    }
    byte[] pixels = new byte[Math.multiplyExact(Math.multiplyExact(height, width), channels)];
    boolean grey = isGrey(image.getColorModel());
    boolean printed = isPrinted(image.getColorModel());
    int[] row = new int[width];
    int[] samples = new int[width * image.getRaster().getNumBands()];
    int out = 0;
    for (int y = 0; y < height; y++) {
      if (grey) {
        greyRow(image, y, samples, row);
      } else if (printed) {
        printedRow(image, y, samples, row);
      } else {
        image.getRGB(0, y, width, 1, row, 0, width);
      }
      for (int argb : row) {
        int alpha = argb >>> 24;
        int red = onWhite(argb >> 16 & 0xff, alpha);
        int green = onWhite(argb >> 8 & 0xff, alpha);
        int blue = onWhite(argb & 0xff, alpha);
        if (channels == 1) {
          pixels[out++] = (byte) luma(red, green, blue);
        } else {
          pixels[out++] = (byte) red;
          pixels[out++] = (byte) green;
          pixels[out++] = (byte) blue;
        }
      }
    }
    return DecodedImage.wrap(pixels, height, width, channels);
  }

  /** Rec. 601's grey of a colour, all from 0 to 255. */
  static int luma(int red, int green, int blue) {
    return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }

  private static int onWhite(int value, int alpha) {
    return alpha == 255 ? value : (value * alpha + 255 * (255 - alpha) + 127) / 255;
  }

  private static boolean isPlain(ColorModel model) {
    return model instanceof ComponentColorModel
        && model.getColorSpace().isCS_sRGB()
        && model.getNumComponents() == 3
        && model.getTransferType() == DataBuffer.TYPE_BYTE
        && model.getComponentSize(0) == 8;
  }

  private static boolean isGrey(ColorModel model) {
    return model instanceof ComponentColorModel
        && model.getColorSpace().getType() == ColorSpace.TYPE_GRAY
        && !model.isAlphaPremultiplied()
        && model.getTransferType() != DataBuffer.TYPE_FLOAT
        && model.getTransferType() != DataBuffer.TYPE_DOUBLE;
  }

  /** Takes grey as it is stored: Java thinks that it is linear and would brighten it. */
  private static void greyRow(BufferedImage image, int y, int[] samples, int[] argb) {
    Raster raster = image.getRaster();
    ColorModel model = image.getColorModel();
    int bands = raster.getNumBands();
    raster.getPixels(0, y, argb.length, 1, samples);
    long brightest = (1L << model.getComponentSize(0)) - 1;
    long opaque = bands == 2 ? (1L << model.getComponentSize(1)) - 1 : 1;
    for (int x = 0; x < argb.length; x++) {
      int value = toByte(samples[x * bands], brightest);
      int alpha = bands == 2 ? toByte(samples[x * bands + 1], opaque) : 255;
      argb[x] = alpha << 24 | value * 0x010101;
    }
  }

  private static boolean isPrinted(ColorModel model) {
    return model instanceof ComponentColorModel
        && model.getColorSpace().getType() == ColorSpace.TYPE_CMYK
        && model.getNumComponents() == 4
        && model.getComponentSize(0) == 8;
  }

  /** Takes cyan, magenta, yellow and black as Pillow does: without a profile, each a filter. */
  private static void printedRow(BufferedImage image, int y, int[] samples, int[] argb) {
    image.getRaster().getPixels(0, y, argb.length, 1, samples);
    for (int x = 0; x < argb.length; x++) {
      int light = 255 - samples[4 * x + 3];
      int colour = 0xff;
      for (int ink = 0; ink < 3; ink++) {
        colour = colour << 8 | (light - (samples[4 * x + ink] * light + 127) / 255);
      }
      argb[x] = colour;
    }
  }

  private static int toByte(int sample, long brightest) {
    return (int) (((sample & 0xffffffffL) * 255 + brightest / 2) / brightest);
  }

  private static BufferedImage inStandardColours(BufferedImage image) throws IIOException {
    ColorModel model = image.getColorModel();
    if (isGrey(model) || isPrinted(model) || model.getColorSpace().isCS_sRGB()) {
      return image;
    }
    if (model.getColorSpace().getType() != ColorSpace.TYPE_RGB) {
      throw new IIOException(UNSUPPORTED);
    }
    int type = model.hasAlpha() ? BufferedImage.TYPE_INT_ARGB : BufferedImage.TYPE_INT_RGB;
    BufferedImage converted = new BufferedImage(image.getWidth(), image.getHeight(), type);
    return new ColorConvertOp(null).filter(image, converted);
  }
}
