package io.github.flora.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;

/**
 * A safetensors file opened for reading; its header has been checked. Tensors are read one at a
 * time, from any thread, and the file may be larger than 2 GiB (one tensor may not: DJL's arrays
 * are made from one buffer).
 */
public final class SafetensorsFile implements WeightsFile {

  /** The limit of the reference implementation. */
  private static final long MAX_HEADER_BYTES = 100_000_000;

  private final Path file;
  private final FileChannel channel;
  private final SafetensorsHeader header;

  /** Where offset 0 of the tensors is in the file. */
  private final long dataStart;

  private SafetensorsFile(
      Path file, FileChannel channel, SafetensorsHeader header, long dataStart) {
    this.file = file;
    this.channel = channel;
    this.header = header;
    this.dataStart = dataStart;
  }

  static SafetensorsFile open(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new WeightsException(file, "is a folder, not a safetensors file");
    }
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
    } catch (IOException e) {
      throw new WeightsException(file, "can't be opened", e);
    }
    try {
      return open(file, channel);
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  private static SafetensorsFile open(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < Long.BYTES) {
      throw new WeightsException(file, "has " + size + " bytes, too few for a safetensors file");
    }
    ByteBuffer prefix = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    readFully(file, channel, prefix, 0);
    long length = prefix.getLong();
    // Unsigned in the format, so a negative number is a huge one.
    if (length < 0 || length > MAX_HEADER_BYTES) {
      throw new WeightsException(
          file,
          "isn't safetensors: the header would have "
              + Long.toUnsignedString(length)
              + " bytes, more than "
              + MAX_HEADER_BYTES);
    }
    if (length > size - Long.BYTES) {
      throw new WeightsException(
          file, "is cut off: the header has " + length + " bytes, the file " + size);
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) length);
    readFully(file, channel, bytes, Long.BYTES);
    long dataStart = Long.BYTES + length;
    try {
      String json = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      SafetensorsHeader header = SafetensorsHeader.parse(json, size - dataStart);
      return new SafetensorsFile(file, channel, header, dataStart);
    } catch (CharacterCodingException e) {
      throw new WeightsException(file, "the header isn't UTF-8");
    } catch (SafetensorsHeader.BadHeaderException e) {
      throw new WeightsException(file, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Set<String> names() {
    return header.tensors().keySet();
  }

  @Override
  public Shape shape(String name) {
    return tensor(name).shape();
  }

  @Override
  public DataType dataType(String name) {
    return tensor(name).type().dataType();
  }

  /**
   * What the file says about itself.
   *
   * @return the entries of {@code __metadata__}, empty if it has none
   */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  @Override
  public NDArray read(NDManager manager, String name) throws IOException {
    SafetensorsHeader.Tensor tensor = tensor(name);
    ElementType type = tensor.type();
    if (!type.readable()) {
      throw new WeightsException(
          file, "tensor '" + name + "' has the type " + type + ", which can't be used");
    }
    Shape shape = tensor.shape();
    if (shape.size() == 0) {
      return manager.zeros(shape, type.dataType());
    }
    long arrayBytes = shape.size() * type.dataType().getNumOfBytes();
    if (arrayBytes > Integer.MAX_VALUE) {
      throw new WeightsException(
          file, "tensor '" + name + "' has " + arrayBytes + " bytes; one array ends at 2 GiB");
    }
    ByteBuffer bytes = manager.allocateDirect((int) arrayBytes);
    if (type == ElementType.BF16) {
      readWidened(bytes, tensor);
    } else {
      readFully(file, channel, bytes, dataStart + tensor.begin());
    }
    return manager.create(bytes, shape, type.dataType());
  }

  /** A bfloat16 is the upper half of a float. */
  private void readWidened(ByteBuffer floats, SafetensorsHeader.Tensor tensor) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate((int) (tensor.end() - tensor.begin())).order(ByteOrder.LITTLE_ENDIAN);
    readFully(file, channel, bytes, dataStart + tensor.begin());
    ShortBuffer halves = bytes.asShortBuffer();
    while (halves.hasRemaining()) {
      floats.putInt(halves.get() << 16);
    }
    floats.rewind();
  }

  private SafetensorsHeader.Tensor tensor(String name) {
    SafetensorsHeader.Tensor tensor = header.tensors().get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(file + " has no tensor '" + name + "'");
    }
    return tensor;
  }

  /** Fills a buffer from a place in the file and rewinds it. */
  private static void readFully(Path file, FileChannel channel, ByteBuffer buffer, long position)
      throws IOException {
    long at = position;
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, at);
      if (read < 0) {
        throw new WeightsException(file, "was cut off while it was read");
      }
      at += read;
    }
    buffer.rewind();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
