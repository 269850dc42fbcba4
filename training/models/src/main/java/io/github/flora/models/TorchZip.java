package io.github.flora.models;

import io.github.flora.models.TorchFile.Content;
import io.github.flora.models.TorchObjects.Storage;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * The archive that {@code torch.save} writes: {@code NAME/data.pkl} and a file {@code
 * NAME/data/KEY} per storage. PyTorch stores and never compresses, so an entry that is larger than
 * what it takes up in the file is refused, and with it every zip bomb. Nothing is ever unpacked to
 * the disk.
 */
final class TorchZip implements TorchFile.Container {

  private static final String PICKLE = "data.pkl";

  private final Path file;
  private final ZipFile zip;
  private final String folder;

  private TorchZip(Path file, ZipFile zip, String folder) {
    this.file = file;
    this.zip = zip;
    this.folder = folder;
  }

  static boolean isOne(byte[] start) {
    return start.length >= 4
        && start[0] == 'P'
        && start[1] == 'K'
        && start[2] == 3
        && start[3] == 4;
  }

  static Content open(Path file) throws IOException {
    ZipFile zip;
    try {
      zip = new ZipFile(file.toFile());
    } catch (ZipException e) {
      throw damaged(file, e);
    }
    try {
      TorchZip container = new TorchZip(file, zip, folder(file, zip));
      return new Content(container, container.root());
    } catch (ZipException | EOFException e) {
      zip.close();
      throw damaged(file, e);
    } catch (IOException | RuntimeException e) {
      zip.close();
      throw e;
    }
  }

  private static WeightsException damaged(Path file, IOException e) {
    return new WeightsException(file, "is cut off or damaged", e);
  }

  /** What stands before the names, such as {@code resnet18/}. */
  private static String folder(Path file, ZipFile zip) throws WeightsException {
    List<String> pickles = new ArrayList<>();
    boolean program = false;
    for (String name : zip.stream().map(ZipEntry::getName).toList()) {
      if (name.startsWith("/")
          || name.contains("\\")
          || Arrays.asList(name.split("/", -1)).contains("..")) {
        throw new WeightsException(file, "has an entry that climbs out of the archive");
      }
      if (name.equals(PICKLE) || name.endsWith("/" + PICKLE)) {
        pickles.add(name);
      }
      program |= name.endsWith("/constants.pkl");
    }
    if (program) {
      throw new WeightsException(
          file, "is a TorchScript program, not weights: save model.state_dict()");
    }
    if (pickles.size() != 1) {
      throw new WeightsException(
          file,
          "isn't what torch.save writes: it has %d entries data.pkl instead of one"
              .formatted(pickles.size()));
    }
    return pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length());
  }

  private Object root() throws IOException {
    ZipEntry order = zip.getEntry(folder + "byteorder");
    if (order != null
        && !new String(bytes(order), StandardCharsets.US_ASCII).strip().equals("little")) {
      throw new WeightsException(file, "was written on a big-endian machine, which isn't read");
    }
    return Unpickler.load(ByteBuffer.wrap(bytes(entry(PICKLE))), new TorchObjects());
  }

  private byte[] bytes(ZipEntry entry) throws IOException {
    if (checked(entry).getSize() > TorchFile.MAX_PICKLE_BYTES) {
      throw new WeightsException(
          file, "%s has %,d bytes".formatted(entry.getName(), entry.getSize()));
    }
    try (InputStream in = zip.getInputStream(entry)) {
      return in.readNBytes(TorchFile.MAX_PICKLE_BYTES);
    }
  }

  private ZipEntry entry(String name) throws WeightsException {
    ZipEntry entry = zip.getEntry(folder + name);
    if (entry == null) {
      throw new WeightsException(file, "has no entry for a storage that its pickle describes");
    }
    return checked(entry);
  }

  private ZipEntry checked(ZipEntry entry) throws WeightsException {
    if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
      throw new WeightsException(
          file, "%s is compressed, which PyTorch never does".formatted(entry.getName()));
    }
    return entry;
  }

  @Override
  public InputStream open(Storage storage) throws IOException {
    ZipEntry entry = entry("data/" + storage.key());
    if (entry.getSize() != storage.bytes()) {
      throw new WeightsException(
          file,
          "%s has %,d bytes, but its pickle describes %,d"
              .formatted(entry.getName(), entry.getSize(), storage.bytes()));
    }
    try {
      return zip.getInputStream(entry);
    } catch (ZipException e) {
      throw damaged(file, e);
    }
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
