package io.github.flora.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a camera was held: EXIF's tag 0x0112 in a JPEG file, 1 for upright to 8 (CIPA DC-008, "Exif
 * 2.32", 4.6.4).
 */
final class Orientation {

  private static final int UPRIGHT = 1;
  private static final int TAG = 0x0112;
  private static final int START_OF_SCAN = 0xda;
  private static final int APP1 = 0xe1;

  private Orientation() {}

  /** Returns the orientation that a file states; 1 where it states none or isn't understood. */
  static int of(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    try {
      if (bytes.getShort() != (short) 0xffd8) {
        return UPRIGHT;
      }
      while (true) {
        int marker = bytes.getShort() & 0xffff;
        if (marker >> 8 != 0xff || marker == 0xff00 + START_OF_SCAN) {
          return UPRIGHT;
        }
        int next = bytes.position() + (bytes.getShort() & 0xffff);
        if (marker == 0xff00 + APP1
            && bytes.getInt() == 0x45786966 // Exif
            && bytes.getShort() == 0) {
          return ofTiff(bytes.slice());
        }
        bytes.position(next);
      }
    } catch (RuntimeException e) {
      // The end of the file, or a place outside it: what is broken has no say in this.
      return UPRIGHT;
    }
  }

  private static int ofTiff(ByteBuffer tiff) {
    tiff.order(tiff.getShort(0) == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = tiff.getInt(4);
    int entries = tiff.getShort(directory) & 0xffff;
    for (int i = 0; i < entries; i++) {
      int entry = directory + 2 + 12 * i;
      if (tiff.getShort(entry) == TAG) {
        int value = tiff.getShort(entry + 8);
        return value >= 1 && value <= 8 ? value : UPRIGHT;
      }
    }
    return UPRIGHT;
  }

  /** Returns the upright image. */
  static DecodedImage upright(DecodedImage image, int orientation) {
    if (orientation == UPRIGHT) {
      return image;
    }
    // From 5 on rows and columns change places; the others are mirrored in one or both.
    boolean turned = orientation >= 5;
    boolean fromBottom =
        orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
    boolean fromRight =
        orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
    int height = turned ? image.width() : image.height();
    int width = turned ? image.height() : image.width();
    int channels = image.channels();
    byte[] pixels = new byte[height * width * channels];
    int out = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int row = turned ? x : y;
        int column = turned ? y : x;
        if (turned ? fromRight : fromBottom) {
          row = image.height() - 1 - row;
        }
        if (turned ? fromBottom : fromRight) {
          column = image.width() - 1 - column;
        }
        for (int c = 0; c < channels; c++) {
          pixels[out++] = (byte) image.value(row, column, c);
        }
      }
    }
    return DecodedImage.wrap(pixels, height, width, channels);
  }
}
