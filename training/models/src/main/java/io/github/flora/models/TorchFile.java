package io.github.flora.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.util.Float16Utils;
import io.github.flora.models.TorchObjects.ElementClass;
import io.github.flora.models.TorchObjects.Storage;
import io.github.flora.models.TorchObjects.Tensor;
import io.github.flora.models.Unpickler.BadPickleException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipException;

/**
 * What {@code torch.save} wrote of a {@code state_dict}: a pickle that describes tensors, and the
 * numbers. Nothing in the file is run; see {@link Unpickler}. Both formats are read, the zip
 * archive (since PyTorch 1.6) and the pickles in a row before it.
 *
 * <p>The weights may be a training checkpoint's {@code state_dict}, {@code model_state_dict} or
 * {@code model}; what {@code DataParallel} and {@code torch.compile} put in front of every name is
 * left out.
 */
final class TorchFile implements WeightsFile {

  /** Bytes that {@link #isOne} wants to see. */
  static final int START = 9;

  /**
   * The description of a tensor takes a hundred bytes or so; what is made of it, ten times that.
   */
  static final int MAX_PICKLE_BYTES = 4 << 20;

  private static final List<String> KEYS = List.of("state_dict", "model_state_dict", "model");
  private static final List<String> PREFIXES = List.of("module.", "_orig_mod.");

  private final Path file;
  private final Container container;
  private final Map<String, Tensor> tensors;

  /** Where the numbers are. */
  interface Container extends AutoCloseable {

    /** Opens a storage at its first byte; refuses one that isn't there or has other bytes. */
    InputStream open(Storage storage) throws IOException;

    @Override
    void close() throws IOException;
  }

  /** A container and what the pickle in it describes. */
  record Content(Container container, Object root) {}

  private TorchFile(Path file, Container container, Map<String, Tensor> tensors) {
    this.file = file;
    this.container = container;
    this.tensors = tensors;
  }

  /** Whether a file begins like one that {@code torch.save} wrote, or like any other pickle. */
  static boolean isOne(byte[] start) {
    return TorchZip.isOne(start) || TorchPickles.isOne(start);
  }

  static TorchFile open(Path file) throws IOException {
    Content content;
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(START);
      content = TorchZip.isOne(start) ? TorchZip.open(file) : TorchPickles.open(file);
    } catch (BadPickleException e) {
      throw new WeightsException(file, String.valueOf(e.getMessage()));
    }
    try {
      return new TorchFile(file, content.container(), tensors(file, content.root()));
    } catch (IOException e) {
      content.container().close();
      throw e;
    }
  }

  private static Map<String, Tensor> tensors(Path file, Object root) throws IOException {
    Map<String, Tensor> found = direct(root);
    if (found.isEmpty() && root instanceof Map<?, ?> checkpoint) {
      for (String key : KEYS) {
        Object inner = checkpoint.get(key);
        if (inner != null && found.isEmpty()) {
          found = direct(inner);
        }
      }
    }
    if (found.isEmpty()) {
      throw new WeightsException(
          file,
          "holds no weights: expected a state_dict, or a dict with one under "
              + String.join(", ", KEYS));
    }
    for (String prefix : PREFIXES) {
      if (found.keySet().stream().allMatch(name -> name.startsWith(prefix))) {
        Map<String, Tensor> shorter = new LinkedHashMap<>();
        found.forEach((name, tensor) -> shorter.put(name.substring(prefix.length()), tensor));
        found = shorter;
      }
    }
    return Collections.unmodifiableMap(found);
  }

  private static Map<String, Tensor> direct(Object value) {
    Map<String, Tensor> found = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (key, entry) -> {
            if (key instanceof String name && entry instanceof Tensor tensor) {
              found.put(name, tensor);
            }
          });
    }
    return found;
  }

  @Override
  public Set<String> names() {
    return tensors.keySet();
  }

  @Override
  public Shape shape(String name) {
    return new Shape(tensor(name).sizes());
  }

  @Override
  public DataType dataType(String name) {
    return tensor(name).storage().type().dataType();
  }

  @Override
  public NDArray read(NDManager manager, String name) throws IOException {
    Tensor tensor = tensor(name);
    ElementClass type = tensor.storage().type();
    Shape shape = new Shape(tensor.sizes());
    if (shape.size() == 0) {
      return manager.zeros(shape, type.dataType());
    }
    long bytes = shape.size() * type.dataType().getNumOfBytes();
    long span = tensor.span() * type.bytes();
    if (bytes > Integer.MAX_VALUE || span > Integer.MAX_VALUE) {
      throw new WeightsException(
          file, "tensor '" + name + "' has " + bytes + " bytes; one array ends at 2 GiB");
    }
    byte[] stored = new byte[(int) span];
    try (InputStream in = container.open(tensor.storage())) {
      in.skipNBytes(tensor.offset() * type.bytes());
      if (in.readNBytes(stored, 0, stored.length) < stored.length) {
        throw new EOFException();
      }
    } catch (EOFException e) {
      throw new WeightsException(file, "is cut off within tensor '" + name + "'");
    } catch (ZipException e) {
      throw new WeightsException(file, "tensor '" + name + "' is damaged", e);
    }
    ByteBuffer values = manager.allocateDirect((int) bytes);
    if (tensor.isContiguous() && type.bytes() == type.dataType().getNumOfBytes()) {
      values.put(stored);
    } else {
      gather(tensor, ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN), values);
    }
    return manager.create(values.rewind(), shape, type.dataType());
  }

  /** Collects the elements in row-major order. */
  private static void gather(Tensor tensor, ByteBuffer from, ByteBuffer to) {
    ElementClass type = tensor.storage().type();
    long[] sizes = tensor.sizes();
    long[] index = new long[sizes.length];
    int at = 0;
    while (to.hasRemaining()) {
      int place = at * type.bytes();
      switch (type) {
        case HalfStorage -> to.putFloat(Float16Utils.halfToFloat(from.getShort(place)));
        // A bfloat16 is the upper half of a float.
        case BFloat16Storage -> to.putInt(from.getShort(place) << 16);
        default -> {
          for (int b = 0; b < type.bytes(); b++) {
            to.put(from.get(place + b));
          }
        }
      }
      for (int d = sizes.length - 1; d >= 0; d--) {
        at += (int) tensor.strides()[d];
        if (++index[d] < sizes[d]) {
          break;
        }
        at -= (int) (tensor.strides()[d] * sizes[d]);
        index[d] = 0;
      }
    }
  }

  private Tensor tensor(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(file + " has no tensor '" + name + "'");
    }
    return tensor;
  }

  @Override
  public void close() throws IOException {
    container.close();
  }
}
