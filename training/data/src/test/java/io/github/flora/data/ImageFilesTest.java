package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFilesTest {

  /** Each with the grey that Pillow's {@code convert("L")} gives it. */
  private static final int[][] COLOURS = {
    {0xff0000, 76},
    {0x00ff00, 150},
    {0x0000ff, 29},
    {0x0cc84d, 130},
    {0xffffff, 255},
    {0xfa0380, 91}
  };

  @TempDir private Path folder = Path.of(".");

  private static BufferedImage colours(int type) {
    BufferedImage image = new BufferedImage(3, 2, type);
    for (int i = 0; i < 6; i++) {
      image.setRGB(i % 3, i / 3, 0xff000000 | COLOURS[i][0]);
    }
    return image;
  }

  private static byte[] encoded(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertTrue(ImageIO.write(image, format, bytes), format);
    return bytes.toByteArray();
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private static byte[] smooth(String format) throws IOException {
    BufferedImage image = new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 64 * 48; i++) {
      int x = i % 64;
      int y = i / 64;
      image.setRGB(x, y, ((x * 4) << 16) | ((y * 5) << 8) | ((x + y) * 2));
    }
    return encoded(image, format);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] png(int width, int height, int bits, int type, byte[] pixels)
      throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(bytes(0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'));
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(header);
    out.writeInt(width);
    out.writeInt(height);
    out.write(bytes(bits, type, 0, 0, 0));
    chunk(file, "IHDR", header.toByteArray());
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed)) {
      deflater.write(pixels);
    }
    chunk(file, "IDAT", packed.toByteArray());
    chunk(file, "IEND", new byte[0]);
    return file.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream file, String type, byte[] content)
      throws IOException {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(content);
    DataOutputStream out = new DataOutputStream(file);
    out.writeInt(content.length);
    out.write(name);
    out.write(content);
    out.writeInt((int) crc.getValue());
  }

  private static String failure(Path file) {
    ImageFileException e =
        assertThrows(ImageFileException.class, () -> ImageFiles.read(file, 3), file::toString);
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith(file + ": "), message);
    assertEquals(1, message.lines().count(), message);
    return message.substring(file.toString().length() + 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp", "tiff"})
  void exactFormatsGiveTheColoursAndPillowsGrey(String format) throws IOException {
    // The name says nothing: content decides.
    Path file = write("image.jpg", encoded(colours(BufferedImage.TYPE_INT_RGB), format));
    DecodedImage colour = ImageFiles.read(file, 3);
    DecodedImage grey = ImageFiles.read(file, 1);
    assertEquals(2, colour.height());
    assertEquals(3, colour.width());
    for (int i = 0; i < 6; i++) {
      for (int c = 0; c < 3; c++) {
        assertEquals(COLOURS[i][0] >> (16 - 8 * c) & 0xff, colour.value(i / 3, i % 3, c));
      }
      assertEquals(COLOURS[i][1], grey.value(i / 3, i % 3, 0));
    }
  }

  @Test
  void palettesGif() throws IOException {
    BufferedImage indexed = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_INDEXED);
    indexed.setRGB(0, 0, 0xffff0000);
    indexed.setRGB(1, 0, 0xffffffff);
    for (String format : List.of("gif", "png")) {
      DecodedImage image = ImageFiles.decode(encoded(indexed, format), "x", 3);
      assertArrayEquals(bytes(255, 0, 0, 255, 255, 255), image.pixels(), format);
    }
  }

  @Test
  void palettesWithATransparentColour() throws IOException {
    IndexColorModel model =
        new IndexColorModel(8, 2, bytes(10, 20), bytes(30, 40), bytes(50, 60), 1);
    BufferedImage indexed = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_INDEXED, model);
    indexed.getRaster().setDataElements(0, 0, 2, 1, bytes(0, 1));
    for (String format : List.of("gif", "png")) {
      DecodedImage image = ImageFiles.decode(encoded(indexed, format), "x", 3);
      assertArrayEquals(bytes(10, 30, 50, 255, 255, 255), image.pixels(), format);
    }
  }

  @Test
  void jpegsAreNearTheOriginal() throws IOException {
    DecodedImage image = ImageFiles.decode(smooth("jpg"), "x", 3);
    DecodedImage exact = ImageFiles.decode(smooth("png"), "x", 3);
    double difference = 0;
    for (int i = 0; i < image.pixels().length; i++) {
      difference += Math.abs((image.pixels()[i] & 0xff) - (exact.pixels()[i] & 0xff));
    }
    assertTrue(difference / image.pixels().length < 4, "mean difference " + difference);
  }

  @Test
  void greyStaysAsStored() throws IOException {
    BufferedImage image = new BufferedImage(256, 1, BufferedImage.TYPE_BYTE_GRAY);
    byte[] ramp = bytes(IntStream.range(0, 256).toArray());
    image.getRaster().setDataElements(0, 0, 256, 1, ramp);
    assertArrayEquals(ramp, ImageFiles.decode(encoded(image, "png"), "x", 1).pixels());
    BufferedImage flat = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
    byte[] grey = new byte[64];
    Arrays.fill(grey, (byte) 100);
    flat.getRaster().setDataElements(0, 0, 8, 8, grey);
    assertArrayEquals(grey, ImageFiles.decode(encoded(flat, "jpg"), "x", 1).pixels());
    assertEquals(100, ImageFiles.decode(encoded(flat, "jpg"), "x", 3).value(3, 3, 2));
  }

  @Test
  void sixteenBitsAreRoundedToEight() throws IOException {
    byte[] grey = png(3, 1, 16, 0, bytes(0, 0xff, 0xff, 0x80, 0x80, 0, 0x81));
    assertArrayEquals(bytes(255, 128, 1), ImageFiles.decode(grey, "x", 1).pixels());
    byte[] colour = png(1, 1, 16, 2, bytes(0, 0xff, 0xff, 0x80, 0x80, 0, 0));
    assertArrayEquals(bytes(255, 128, 0), ImageFiles.decode(colour, "x", 3).pixels());
    byte[] bits = png(8, 1, 1, 0, bytes(0, 0b10100001));
    assertArrayEquals(
        bytes(255, 0, 255, 0, 0, 0, 0, 255), ImageFiles.decode(bits, "x", 1).pixels());
  }

  @Test
  void transparencyLiesOnWhite() throws IOException {
    byte[] colour = png(3, 1, 8, 6, bytes(0, 255, 0, 0, 255, 255, 0, 0, 51, 9, 9, 9, 0));
    assertArrayEquals(
        bytes(255, 0, 0, 255, 204, 204, 255, 255, 255), ImageFiles.decode(colour, "x", 3).pixels());
    byte[] grey = png(2, 1, 8, 4, bytes(0, 0, 255, 0, 51));
    assertArrayEquals(bytes(0, 204), ImageFiles.decode(grey, "x", 1).pixels());
  }

  /** The stored corners, clockwise from the upper left, are 0, 100, 200 and 50. */
  @ParameterizedTest
  @CsvSource({
    "0, 0, 100, 200, 50", "1, 0, 100, 200, 50", "2, 100, 0, 50, 200", "3, 200, 50, 0, 100",
    "4, 50, 200, 100, 0", "5, 0, 50, 200, 100", "6, 50, 0, 100, 200", "7, 200, 100, 0, 50",
    "8, 100, 200, 50, 0", "9, 0, 100, 200, 50"
  })
  void exifOrientationIsHonoured(int orientation, int a, int b, int c, int d) throws IOException {
    BufferedImage stored = new BufferedImage(32, 16, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < 16; y++) {
      for (int x = 0; x < 32; x++) {
        int value = y < 8 ? (x < 16 ? 0 : 100) : (x < 16 ? 50 : 200);
        stored.getRaster().setSample(x, y, 0, value);
      }
    }
    byte[] jpeg = encoded(stored, "jpg");
    for (boolean little : new boolean[] {false, true}) {
      byte[] tiff =
          little
              ? bytes(
                  'I',
                  'I',
                  42,
                  0,
                  8,
                  0,
                  0,
                  0,
                  1,
                  0,
                  0x12,
                  1,
                  3,
                  0,
                  1,
                  0,
                  0,
                  0,
                  orientation,
                  0,
                  0,
                  0)
              : bytes(
                  'M',
                  'M',
                  0,
                  42,
                  0,
                  0,
                  0,
                  8,
                  0,
                  1,
                  1,
                  0x12,
                  0,
                  3,
                  0,
                  0,
                  0,
                  1,
                  0,
                  orientation,
                  0,
                  0);
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      file.write(jpeg, 0, 2);
      file.write(bytes(0xff, 0xe1, 0, tiff.length + 8, 'E', 'x', 'i', 'f', 0, 0));
      file.write(tiff);
      file.write(jpeg, 2, jpeg.length - 2);
      DecodedImage image = ImageFiles.decode(file.toByteArray(), "x", 1);
      int height = orientation >= 5 && orientation <= 8 ? 32 : 16;
      assertEquals(height, image.height());
      assertEquals(48 - height, image.width());
      int right = image.width() - 3;
      int bottom = height - 3;
      assertEquals(a, image.value(2, 2, 0), 3);
      assertEquals(b, image.value(2, right, 0), 3);
      assertEquals(c, image.value(bottom, right, 0), 3);
      assertEquals(d, image.value(bottom, 2, 0), 3);
    }
  }

  @Test
  void extremeShapes() throws IOException {
    for (int[] size : new int[][] {{1, 1}, {20_000, 1}, {1, 20_000}}) {
      for (String format : List.of("png", "jpg", "bmp", "gif")) {
        BufferedImage image = new BufferedImage(size[0], size[1], BufferedImage.TYPE_INT_RGB);
        DecodedImage decoded = ImageFiles.decode(encoded(image, format), format, 1);
        assertEquals(size[0], decoded.width());
        assertEquals(size[1], decoded.height());
      }
    }
  }

  @Test
  void whatIsNoImageIsNamed() throws IOException {
    assertTrue(failure(write("empty.png", new byte[0])).contains("empty"));
    byte[] text = "hello, I am a text\n".getBytes(StandardCharsets.UTF_8);
    assertTrue(failure(write("text.png", text)).contains("isn't an image"));
    byte[] webp = "RIFF\1\2\3\4WEBPVP8 ".getBytes(StandardCharsets.ISO_8859_1);
    assertTrue(failure(write("photo.jpg", webp)).contains("damaged or cut off"));
    byte[] heic = "\0\0\0\30ftypheic\0\0".getBytes(StandardCharsets.ISO_8859_1);
    assertTrue(failure(write("photo.heic", heic)).contains("HEIC"));
    assertTrue(failure(folder.resolve("missing.png")).contains("no such file"));
    assertTrue(failure(folder).contains("folder"));
    assertTrue(failure(folder.resolve("text.png").resolve("x.png")).contains("can't be read"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpg", "gif", "bmp", "tiff"})
  void cutOffAnywhereIsDamagedOrUnknown(String format) throws IOException {
    byte[] whole = smooth(format);
    for (double share : new double[] {0.002, 0.01, 0.1, 0.3, 0.5, 0.9, 0.97}) {
      byte[] part = Arrays.copyOf(whole, (int) Math.ceil(whole.length * share));
      String problem = failure(write("part." + format, part));
      assertTrue(
          problem.contains("damaged") || (share < 0.02 && problem.contains("isn't an image")),
          format + " at " + share + ": " + problem);
    }
  }

  @Test
  void bombsAreRefusedByTheirHeaders() throws IOException {
    Path bomb = write("bomb.png", png(50_000, 50_000, 8, 2, new byte[10]));
    assertTrue(failure(bomb).contains("50000×50000"));
    Path larger = write("larger.png", png(Integer.MAX_VALUE, Integer.MAX_VALUE, 8, 2, new byte[0]));
    assertTrue(failure(larger).contains("limit") || failure(larger).contains("damaged"));
    assertTrue(failure(write("none.png", png(0, 5, 8, 2, new byte[0]))).contains("damaged"));
    assertEquals(100_000_000, ImageFiles.MAX_PIXELS);
  }

  @Test
  void manyThreadsDecodeAtOnce() throws IOException {
    byte[] jpeg = smooth("jpg");
    DecodedImage expected = ImageFiles.decode(jpeg, "x", 3);
    List<DecodedImage> images =
        IntStream.range(0, 200).parallel().mapToObj(i -> decode(jpeg)).toList();
    assertTrue(images.stream().allMatch(expected::equals));
  }

  private static DecodedImage decode(byte[] bytes) {
    try {
      return ImageFiles.decode(bytes, "x", 3);
    } catch (ImageFileException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void channelsAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> ImageFiles.decode(new byte[1], "x", 2));
  }

  @Test
  void foldersAreSearchedWithAllBelowThem() throws IOException {
    Path below = Files.createDirectories(folder.resolve("photos/a/b"));
    Path photos = folder.resolve("photos");
    Files.write(below.resolve("z.JPG"), new byte[1]);
    Files.write(photos.resolve("c.png"), new byte[1]);
    Files.write(photos.resolve("b.webp"), new byte[1]);
    Files.write(photos.resolve("notes.txt"), new byte[1]);
    Files.write(photos.resolve("png"), new byte[1]);
    Files.createDirectories(photos.resolve("d.png"));
    List<Path> expected =
        List.of(below.resolve("z.JPG"), photos.resolve("b.webp"), photos.resolve("c.png"));
    assertEquals(expected, ImageFiles.list(photos));
    Path notes = photos.resolve("notes.txt");
    assertEquals(List.of(notes), ImageFiles.list(notes));
    Path link = Files.createSymbolicLink(folder.resolve("link"), photos);
    assertEquals(link.resolve("c.png"), ImageFiles.list(link).get(2));
  }

  @Test
  void foldersWithoutImagesAndMissingPathsAreNamed() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("none"));
    ImageFileException none = assertThrows(ImageFileException.class, () -> ImageFiles.list(empty));
    assertTrue(String.valueOf(none.getMessage()).startsWith(empty + ": there is no image"));
    Path missing = folder.resolve("missing");
    ImageFileException gone =
        assertThrows(ImageFileException.class, () -> ImageFiles.list(missing));
    assertEquals(missing + ": there is no such file; check the path", gone.getMessage());
  }
}
