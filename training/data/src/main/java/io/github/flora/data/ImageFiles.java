package io.github.flora.data;

import io.github.flora.data.ImageFileException.Reason;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads image files of any format that ImageIO knows: JPEG, PNG, GIF (the first picture), BMP, WBMP
 * and TIFF, with TwelveMonkeys' plug-ins WebP and JPEGs in CMYK. Told apart by content, not by
 * name.
 *
 * <p>Colours become sRGB, grey is Rec. 601's luma like Pillow's, transparent parts are white, and
 * JPEGs are turned as their EXIF orientation says. Thread-safe.
 */
public final class ImageFiles {

  /** Pixels of the largest image that is decoded; a larger one is refused by its header. */
  public static final long MAX_PIXELS = 100_000_000;

  /** Bytes of the largest file that is read. */
  public static final long MAX_BYTES = 256L << 20;

  /** Besides ImageIO's: found in a folder, they are named in an error instead of passed over. */
  private static final Set<String> UNREADABLE = Set.of("heic", "heif", "avif", "jxl");

  static {
    // Decoding needs no temporary files: what is read is in memory already.
    ImageIO.setUseCache(false);
  }

  private ImageFiles() {}

  /**
   * Finds images.
   *
   * @param fileOrFolder a file, taken whatever its name, or a folder, searched with all below it
   * @return the files in the order of their paths; of a folder those that are called like images
   * @throws ImageFileException if there is no such file, no image in the folder, or no access
   */
  public static List<Path> list(Path fileOrFolder) throws ImageFileException {
    if (!Files.isDirectory(fileOrFolder)) {
      if (!Files.exists(fileOrFolder)) {
        throw missing(fileOrFolder.toString(), null);
      }
      return List.of(fileOrFolder);
    }
    List<Path> files = find(fileOrFolder);
    if (files.isEmpty()) {
      throw new ImageFileException(
          Reason.UNREADABLE,
          fileOrFolder.toString(),
          "there is no image in this folder; it looks for " + String.join(", ", extensions()),
          null);
    }
    return files;
  }

  private static Set<String> extensions() {
    Set<String> extensions = new TreeSet<>(UNREADABLE);
    for (String suffix : ImageIO.getReaderFileSuffixes()) {
      extensions.add(suffix.toLowerCase(Locale.ROOT));
    }
    extensions.addAll(List.of("jpe", "jfif"));
    return extensions;
  }

  /** Returns the files in a folder, with all below it, that are called like images, sorted. */
  static List<Path> find(Path fileOrFolder) throws ImageFileException {
    Set<String> extensions = extensions();
    // The folder itself may be a link, but links below it aren't followed: they may lead in
    // circles.
    try (Stream<Path> all = Files.walk(fileOrFolder.toRealPath())) {
      Path real = fileOrFolder.toRealPath();
      return all.filter(path -> extensions.contains(extension(path)) && Files.isRegularFile(path))
          .map(path -> fileOrFolder.resolve(real.relativize(path)))
          .sorted()
          .toList();
    } catch (UncheckedIOException e) {
      throw unreadable(fileOrFolder.toString(), e.getCause());
    } catch (IOException e) {
      throw unreadable(fileOrFolder.toString(), e);
    }
  }

  private static String extension(Path path) {
    String name = String.valueOf(path.getFileName());
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  /**
   * Reads an image.
   *
   * @param file the file
   * @param channels 1 for grey or 3 for sRGB
   * @return the upright image
   * @throws ImageFileException if it can't be read, isn't an image, is damaged or too large
   */
  public static DecodedImage read(Path file, int channels) throws ImageFileException {
    return decode(bytes(file), file.toString(), channels);
  }

  /** Returns a file's content, cut off where it is above the limit. */
  static byte[] bytes(Path file) throws ImageFileException {
    String name = file.toString();
    try {
      if (Files.isDirectory(file)) {
        throw new ImageFileException(
            Reason.UNREADABLE, name, "this is a folder; name an image in it", null);
      }
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        throw new ImageFileException(
            Reason.UNREADABLE, name, "this isn't a regular file; name an image", null);
      }
      try (InputStream stream = Files.newInputStream(file)) {
        return stream.readNBytes((int) MAX_BYTES + 1);
      }
    } catch (NoSuchFileException e) {
      throw missing(name, e);
    } catch (ImageFileException e) {
      throw e;
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  /**
   * Decodes an image.
   *
   * @param bytes the content of an image file
   * @param name what to call it in errors
   * @param channels 1 for grey or 3 for sRGB
   * @return the upright image
   * @throws ImageFileException if it isn't an image, is damaged or too large
   */
  public static DecodedImage decode(byte[] bytes, String name, int channels)
      throws ImageFileException {
    return decode(bytes, name, channels, MAX_PIXELS, pixels -> true);
  }

  /**
   * Decodes an image that a stranger sent.
   *
   * @param bytes the content of an image file
   * @param name what to call it in errors
   * @param channels 1 for grey or 3 for sRGB
   * @param maxPixels pixels of the largest image that is decoded; a larger one is refused by its
   *     header
   * @param admitted told of the number of pixels, says whether there is memory for as many now
   * @return the upright image
   * @throws ImageFileException if it isn't an image, is damaged, too large or not admitted
   */
  public static DecodedImage decode(
      byte[] bytes, String name, int channels, long maxPixels, LongPredicate admitted)
      throws ImageFileException {
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("An image of " + channels + " channels");
    }
    if (bytes.length == 0) {
      throw new ImageFileException(Reason.EMPTY, name, "the file is empty; get it again", null);
    }
    if (bytes.length > MAX_BYTES) {
      throw new ImageFileException(
          Reason.TOO_LARGE,
          name,
          "larger than %d MiB; make it smaller".formatted(MAX_BYTES >> 20),
          null);
    }
    try (ImageInputStream stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
      if (!readers.hasNext()) {
        throw new ImageFileException(Reason.UNKNOWN_FORMAT, name, unknownFormat(bytes), null);
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(stream, true, true);
        BufferedImage image = decode(reader, name, maxPixels, admitted);
        return Orientation.upright(Pixels.of(image, channels), Orientation.of(bytes));
      } finally {
        reader.dispose();
      }
    } catch (ImageFileException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      if (Pixels.UNSUPPORTED.equals(e.getMessage())) {
        throw new ImageFileException(
            Reason.UNKNOWN_COLOURS,
            name,
            "its colours aren't grey, RGB or CMYK; save it as RGB",
            e);
      }
      // Decoders meet damage with exceptions of any kind.
      throw damaged(name, e.getMessage(), e);
    } catch (OutOfMemoryError e) {
      throw tooLittleMemory(name, e);
    }
  }

  private static BufferedImage decode(
      ImageReader reader, String name, long maxPixels, LongPredicate admitted) throws IOException {
    long width = reader.getWidth(0);
    long height = reader.getHeight(0);
    if (width < 1 || height < 1) {
      throw damaged(name, "its header says %d×%d pixels".formatted(width, height), null);
    }
    if (width * height > maxPixels) {
      throw new ImageFileException(
          Reason.TOO_LARGE,
          name,
          "its header says %d×%d pixels, above the limit of %s; make it smaller"
              .formatted(width, height, limit(maxPixels)),
          null);
    }
    if (!admitted.test(width * height)) {
      throw tooLittleMemory(name, null);
    }
    AtomicReference<@Nullable String> warning = new AtomicReference<>();
    reader.addIIOReadWarningListener((source, text) -> warning.compareAndSet(null, text));
    BufferedImage image = reader.read(0);
    String text = warning.get();
    // ImageIO fills up what is missing and only warns.
    if (text != null && isAboutMissingData(text)) {
      throw damaged(name, text, null);
    }
    return image;
  }

  private static ImageFileException tooLittleMemory(String name, @Nullable Throwable cause) {
    return new ImageFileException(
        Reason.MEMORY,
        name,
        "there is too little memory for it; make it smaller, or raise -Xmx",
        cause);
  }

  private static String limit(long pixels) {
    return pixels % 1_000_000 == 0 ? pixels / 1_000_000 + " million" : "%,d".formatted(pixels);
  }

  private static boolean isAboutMissingData(String warning) {
    String text = warning.toLowerCase(Locale.ROOT);
    return text.contains("premature end") || text.contains("eof") || text.contains("truncated");
  }

  private static String unknownFormat(byte[] bytes) {
    String head =
        new String(Arrays.copyOf(bytes, Math.min(bytes.length, 12)), StandardCharsets.ISO_8859_1);
    String format = null;
    if (head.startsWith("ftypavif", 4)) {
      format = "AVIF";
    } else if (head.startsWith("ftyp", 4)) {
      format = "HEIC or another of the MP4 family";
    } else if (head.startsWith("%PDF")) {
      format = "PDF";
    } else if (head.startsWith("\u00ff\n") || head.startsWith("JXL ", 4)) {
      format = "JPEG XL";
    }
    return format == null
        ? "this isn't an image in a known format, whatever its name; use JPEG, PNG, WebP, GIF, BMP or TIFF"
        : "this is " + format + ", which can't be read; save it as JPEG or PNG";
  }

  private static ImageFileException missing(String name, @Nullable Throwable cause) {
    return new ImageFileException(
        Reason.UNREADABLE, name, "there is no such file; check the path", cause);
  }

  private static ImageFileException unreadable(String name, @Nullable IOException cause) {
    String why =
        cause instanceof AccessDeniedException
            ? "access denied"
            : oneLine(cause == null ? null : cause.getMessage());
    return new ImageFileException(
        Reason.UNREADABLE,
        name,
        "can't be read (" + why + "); check the path and its permissions",
        cause);
  }

  private static ImageFileException damaged(
      String name, @Nullable String why, @Nullable Throwable cause) {
    return new ImageFileException(
        Reason.DAMAGED,
        name,
        "the image is damaged or cut off (" + oneLine(why) + "); get it again",
        cause);
  }

  private static String oneLine(@Nullable String text) {
    return text == null ? "no reason given" : text.strip().replaceAll("\\s+", " ");
  }
}
