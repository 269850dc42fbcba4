package io.github.flora.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/**
 * Makes image files for tests of several modules: whole ones, and ones that are damaged or unusual.
 */
public final class PhotoFiles {

  private static final String WEBP =
      "UklGRjYAAABXRUJQVlA4ICoAAABwAQCdASoQABAAAMASJaACdAF1AAD+9YiVr//ZK3/+zy//+yVv+x5AAAA=";

  private static final String CMYK =
      "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2RjcsLUBX"
          + "QUZMTlJTUjI+WmFaUGBKUVJP/8AAFAgAEAAQBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYH"
          + "CAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBka"
          + "JSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeo"
          + "qaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD06uSr"
          + "RrvKKKKKKKKKKKKK/9k=";

  /** How each file came to be; those that end in {@code !} can't be read. */
  private static final List<String> KINDS =
      List.of(
          "truncated.jpg!",
          "cmyk.jpg",
          "sixteen-bit.png",
          "picture.gif",
          "picture.webp",
          "one-pixel.png",
          "very-long.png",
          "turned.jpg",
          "png-called.jpg",
          "empty.jpg!");

  private PhotoFiles() {}

  /**
   * Writes 300 files of three classes, a fifth of them damaged or unusual in ten ways.
   *
   * @param folder gets a folder per class: cat, dog, emu
   * @return the twelve that can't be used
   */
  public static List<Path> writeClasses(Path folder) throws IOException {
    List<Path> bad = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Path own = folder.resolve(List.of("cat", "dog", "emu").get(i % 3));
      String kind = i < 60 ? KINDS.get(i / 6) : "photo.jpg";
      Path file = write(own, kind, i);
      if (kind.endsWith("!")) {
        bad.add(file);
      }
    }
    return bad;
  }

  /** A picture that no other seed gives; classes differ in colour. */
  static BufferedImage picture(int seed, int width, int height, int type) {
    BufferedImage image = new BufferedImage(width, height, type);
    SplittableRandom random = new SplittableRandom(seed);
    int[] greys = random.ints(64, 0, 96).toArray();
    int colour = 0x800000 >> (8 * (seed % 3));
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int grey = greys[(y / 5 * 8 + x / 5) % greys.length];
        image.setRGB(x, y, 0xff000000 | (colour + grey * 0x010101));
      }
    }
    return image;
  }

  static byte[] encoded(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (!ImageIO.write(image, format, bytes)) {
      throw new IOException(format);
    }
    return bytes.toByteArray();
  }

  public static byte[] photo(int seed) throws IOException {
    return encoded(picture(seed, 40, 30, BufferedImage.TYPE_INT_RGB), "jpg");
  }

  /** Writes a file of one of the {@link #KINDS}. */
  public static Path write(Path folder, String kind, int seed) throws IOException {
    String name = kind.replace("!", "");
    byte[] bytes =
        switch (name) {
          case "truncated.jpg" -> Arrays.copyOf(photo(seed), photo(seed).length * 2 / 3);
          case "cmyk.jpg" -> Base64.getDecoder().decode(CMYK);
          case "sixteen-bit.png" ->
              encoded(picture(seed, 20, 20, BufferedImage.TYPE_USHORT_GRAY), "png");
          case "picture.gif" -> encoded(picture(seed, 20, 20, BufferedImage.TYPE_INT_RGB), "gif");
          case "picture.webp" -> Base64.getDecoder().decode(WEBP);
          case "one-pixel.png" -> encoded(picture(seed, 1, 1, BufferedImage.TYPE_INT_RGB), "png");
          case "very-long.png" ->
              encoded(picture(seed, 20_000, 1, BufferedImage.TYPE_INT_RGB), "png");
          case "turned.jpg" -> turned(photo(seed));
          case "png-called.jpg" ->
              encoded(picture(seed, 20, 20, BufferedImage.TYPE_INT_RGB), "png");
          case "empty.jpg" -> new byte[0];
          default -> photo(seed);
        };
    Files.createDirectories(folder);
    return Files.write(folder.resolve(seed + "-" + name), bytes);
  }

  /** Says in EXIF that the camera was turned by 90 degrees. */
  private static byte[] turned(byte[] jpeg) throws IOException {
    byte[] exif = {
      (byte) 0xff,
      (byte) 0xe1,
      0,
      34,
      'E',
      'x',
      'i',
      'f',
      0,
      0,
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
      6,
      0,
      0,
      0,
      0,
      0,
      0
    };
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(jpeg, 0, 2);
    out.write(exif);
    out.write(jpeg, 2, jpeg.length - 2);
    return out.toByteArray();
  }
}
