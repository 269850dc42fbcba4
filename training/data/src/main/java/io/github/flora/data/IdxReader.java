package io.github.flora.data;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the IDX files of MNIST and its kin, plain or gzipped (told apart by content, not by name).
 *
 * <p>The format (LeCun, Cortes, Burges: <a href="http://yann.lecun.com/exdb/mnist">The MNIST
 * database</a>): a big-endian magic number 0x00 0x00 TYPE RANK, RANK big-endian int32 dimensions,
 * then the values, row by row. TYPE 0x08 is unsigned byte; labels have rank 1, images rank 3.
 *
 * <p>A header is believed only as far as the file could hold what it claims, so that a broken one
 * doesn't allocate gigabytes.
 */
final class IdxReader {

  static final int LABELS_MAGIC = 0x0801;
  static final int IMAGES_MAGIC = 0x0803;

  /** Side of an image of MNIST and Fashion-MNIST, in pixels. */
  static final int SIDE = 28;

  /** Deflate can't do better: https://zlib.net/zlib_tech.html, "Maximum Compression Factor". */
  private static final int MAX_DEFLATE_RATIO = 1032;

  /** Some virtual machines can't allocate arrays closer to 2³¹ than this. */
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private static final int GZIP_MAGIC_0 = 0x1f;
  private static final int GZIP_MAGIC_1 = 0x8b;

  private IdxReader() {}

  /** The values of one file; {@code md5} is that of the unpacked file, header included. */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  private record Content(int count, byte[] values, String md5) {}

  /**
   * Reads a file of 28×28 images and the file of their labels.
   *
   * @param imageFile rank 3, N×28×28
   * @param labelFile rank 1, N
   * @param classes labels have to be below this
   * @param imageMd5 digest that the unpacked images need to have, null for any
   * @param labelMd5 the same for the labels
   * @return the images, N×28×28×1
   * @throws DataException naming the file and what is wrong with it
   */
  static ImageSet read(
      Path imageFile,
      Path labelFile,
      int classes,
      @Nullable String imageMd5,
      @Nullable String labelMd5)
      throws DataException {
    Content labels = content(labelFile, LABELS_MAGIC);
    Content images = content(imageFile, IMAGES_MAGIC);
    if (images.count() != labels.count()) {
      throw new DataException(
          "%s holds %d images, but %s holds %d labels: these files don't belong together"
              .formatted(imageFile, images.count(), labelFile, labels.count()));
    }
    checkDigest(imageFile, images.md5(), imageMd5);
    checkDigest(labelFile, labels.md5(), labelMd5);
    int[] classIndices = new int[labels.count()];
    for (int i = 0; i < classIndices.length; i++) {
      classIndices[i] = Byte.toUnsignedInt(labels.values()[i]);
      if (classIndices[i] >= classes) {
        throw new DataException(
            "%s: label %d of image %d is outside 0 to %d"
                .formatted(labelFile, classIndices[i], i, classes - 1));
      }
    }
    return ImageSet.wrap(images.values(), classIndices, SIDE, SIDE, 1);
  }

  private static void checkDigest(Path file, String actual, @Nullable String expected)
      throws DataException {
    if (expected != null && !expected.equals(actual)) {
      throw new DataException(
          "%s isn't the published file: its content has MD5 %s instead of %s"
              .formatted(file, actual, expected));
    }
  }

  private static Content content(Path file, int magic) throws DataException {
    try (InputStream raw = Files.newInputStream(file)) {
      long length = Files.size(file);
      if (length == 0) {
        throw new DataException(file + " is empty");
      }
      byte[] start = raw.readNBytes(2);
      boolean gzip =
          start.length == 2
              && Byte.toUnsignedInt(start[0]) == GZIP_MAGIC_0
              && Byte.toUnsignedInt(start[1]) == GZIP_MAGIC_1;
      InputStream whole = new SequenceInputStream(new ByteArrayInputStream(start), raw);
      long most = gzip ? length * MAX_DEFLATE_RATIO : length;
      InputStream unpacked =
          gzip ? new GZIPInputStream(whole, 1 << 16) : new BufferedInputStream(whole);
      return content(file, new DigestInputStream(unpacked, md5()), magic, most);
    } catch (DataException e) {
      throw e;
    } catch (EOFException e) {
      throw truncated(file, "its compressed data breaks off", e);
    } catch (ZipException e) {
      throw new DataException("%s is damaged: %s; get it anew".formatted(file, e.getMessage()), e);
    } catch (IOException e) {
      throw new DataException("%s can't be read: %s".formatted(file, reason(e)), e);
    }
  }

  private static Content content(Path file, DigestInputStream in, int magic, long most)
      throws IOException {
    int found = header(file, in, 1).getInt();
    if (found != magic) {
      throw new DataException(file + wrongMagic(found, magic));
    }
    int count;
    int each = 1;
    if (magic == IMAGES_MAGIC) {
      ByteBuffer dimensions = header(file, in, 3);
      count = dimensions.getInt();
      int height = dimensions.getInt();
      int width = dimensions.getInt();
      if (height != SIDE || width != SIDE) {
        throw new DataException(
            "%s holds images of %s×%s, not 28×28"
                .formatted(
                    file, Integer.toUnsignedString(height), Integer.toUnsignedString(width)));
      }
      each = SIDE * SIDE;
    } else {
      count = header(file, in, 1).getInt();
    }
    long size = Integer.toUnsignedLong(count) * each;
    String claim = "its header promises " + Integer.toUnsignedString(count);
    if (count == 0) {
      throw new DataException(file + " holds nothing: " + claim + " entries");
    }
    if (size > MAX_ARRAY) {
      throw new DataException(
          "%s: %s entries, more than the %d bytes that fit in memory at once"
              .formatted(file, claim, MAX_ARRAY));
    }
    if (size > most) {
      throw truncated(file, claim + " entries, more than it can hold", null);
    }
    byte[] values = new byte[(int) size];
    int read = in.readNBytes(values, 0, values.length);
    if (read < values.length) {
      throw truncated(
          file, "%s entries, but it ends within number %d".formatted(claim, read / each), null);
    }
    if (in.read() >= 0) {
      throw new DataException(
          "%s goes on after the last of the %d entries that its header promises"
              .formatted(file, count));
    }
    return new Content(count, values, HexFormat.of().formatHex(in.getMessageDigest().digest()));
  }

  private static ByteBuffer header(Path file, InputStream in, int integers) throws IOException {
    byte[] bytes = in.readNBytes(integers * Integer.BYTES);
    if (bytes.length < integers * Integer.BYTES) {
      throw truncated(file, "it ends within its header", null);
    }
    return ByteBuffer.wrap(bytes); // big-endian, as the format wants
  }

  private static DataException truncated(Path file, String how, @Nullable Throwable cause) {
    return new DataException("%s is truncated: %s; get it anew".formatted(file, how), cause);
  }

  private static String wrongMagic(int found, int expected) {
    String wanted = expected == IMAGES_MAGIC ? "images" : "labels";
    if (found == LABELS_MAGIC) {
      return " holds labels where images belong: are the two files swapped?";
    }
    if (found == IMAGES_MAGIC) {
      return " holds images where labels belong: are the two files swapped?";
    }
    return " isn't an IDX file of %s: magic number 0x%08x instead of 0x%08x"
        .formatted(wanted, found, expected);
  }

  /** An I/O error in words; the messages of some carry nothing but the file. */
  private static String reason(IOException e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has MD5", e);
    }
  }
}
