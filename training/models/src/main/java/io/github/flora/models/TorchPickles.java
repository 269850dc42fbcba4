package io.github.flora.models;

import io.github.flora.models.TorchFile.Content;
import io.github.flora.models.TorchObjects.Storage;
import io.github.flora.models.Unpickler.BadPickleException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code torch.save} wrote before PyTorch 1.6, and still does without its new zip format: five
 * pickles in a row (a magic number, the version, the machine, the object, the storages' keys), then
 * per storage its number of elements, eight bytes, and the elements.
 */
final class TorchPickles implements TorchFile.Container {

  /** The pickle of 0x1950a86a20f9469cfc6c. */
  private static final byte[] MAGIC = {
    (byte) 0x80,
    2,
    (byte) 0x8a,
    10,
    0x6c,
    (byte) 0xfc,
    (byte) 0x9c,
    0x46,
    (byte) 0xf9,
    0x20,
    0x6a,
    (byte) 0xa8,
    0x50,
    0x19,
    '.'
  };

  private static final long VERSION = 1001;

  private final Path file;

  /** The first byte of every storage's elements. */
  private final Map<String, Long> places;

  private TorchPickles(Path file, Map<String, Long> places) {
    this.file = file;
    this.places = places;
  }

  /** Any pickle of a known protocol begins so; most are refused afterwards. */
  static boolean isOne(byte[] start) {
    boolean pickle = start.length > 1 && start[0] == MAGIC[0] && start[1] > 0 && start[1] <= 5;
    // A safetensors file whose header has 640 bytes begins so, too; its JSON follows at once.
    boolean safetensors = start.length == TorchFile.START && start[TorchFile.START - 1] == '{';
    return pickle && !safetensors;
  }

  /** Remembers the storages that are described. */
  private static final class Described implements Unpickler.Objects {

    private final TorchObjects objects = new TorchObjects();
    private final Map<String, Storage> storages = new LinkedHashMap<>();

    @Override
    public Object global(String module, String name) throws BadPickleException {
      return objects.global(module, name);
    }

    @Override
    public Object call(Object callable, List<Object> arguments) throws BadPickleException {
      return objects.call(callable, arguments);
    }

    @Override
    public Object persistent(Object id) throws BadPickleException {
      Storage storage = (Storage) objects.persistent(id);
      Storage before = storages.putIfAbsent(storage.key(), storage);
      if (before != null && !before.equals(storage)) {
        throw new BadPickleException("it describes a storage twice");
      }
      return storage;
    }
  }

  static Content open(Path file) throws IOException {
    ByteBuffer start;
    try (InputStream in = Files.newInputStream(file)) {
      start = ByteBuffer.wrap(in.readNBytes(TorchFile.MAX_PICKLE_BYTES));
    }
    Described described = new Described();
    if (!start.slice(0, Math.min(MAGIC.length, start.limit())).equals(ByteBuffer.wrap(MAGIC))) {
      // Says what it asks for, if that is why it can't be weights.
      Object unused = Unpickler.load(start, described);
      throw new WeightsException(file, "is a pickle, but not one that torch.save wrote");
    }
    start.position(MAGIC.length);
    if (!Long.valueOf(VERSION).equals(Unpickler.load(start, described))) {
      throw new WeightsException(file, "is of a version of PyTorch's format that isn't known");
    }
    Object machine = Unpickler.load(start, described);
    if (!(machine instanceof Map<?, ?> m) || !Boolean.TRUE.equals(m.get("little_endian"))) {
      throw new WeightsException(file, "was written on a big-endian machine, which isn't read");
    }
    Object root = Unpickler.load(start, described);
    Object keys = Unpickler.load(start, described);
    if (!(keys instanceof List<?> list)) {
      throw new WeightsException(file, "has no list of its storages");
    }
    return new Content(
        new TorchPickles(file, places(file, start.position(), list, described.storages)), root);
  }

  private static Map<String, Long> places(
      Path file, long begin, List<?> keys, Map<String, Storage> storages) throws IOException {
    Map<String, Long> places = new HashMap<>();
    long at = begin;
    try (FileChannel channel = FileChannel.open(file)) {
      for (Object key : keys) {
        Storage storage = storages.get(key);
        ByteBuffer count = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        if (storage == null
            || channel.read(count, at) != Long.BYTES
            || count.getLong(0) != storage.elements()
            || storage.bytes() > channel.size() - at - Long.BYTES) {
          throw new WeightsException(
              file, "is cut off, or its storages aren't those that its pickle describes");
        }
        places.put(storage.key(), at + Long.BYTES);
        at += Long.BYTES + storage.bytes();
      }
    }
    return places;
  }

  @Override
  public InputStream open(Storage storage) throws IOException {
    Long place = places.get(storage.key());
    if (place == null) {
      throw new WeightsException(file, "lacks a storage that its pickle describes");
    }
    InputStream in = Files.newInputStream(file);
    try {
      in.skipNBytes(place);
      return in;
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  @Override
  public void close() {}
}
