package io.github.flora.models;

import ai.djl.ndarray.types.DataType;
import io.github.flora.models.Unpickler.BadPickleException;
import io.github.flora.models.Unpickler.Tuple;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * All that a pickle of weights may name: {@code OrderedDict}, the two functions that rebuild
 * tensors and parameters, and the classes of storages. They make descriptions, nothing else.
 */
final class TorchObjects implements Unpickler.Objects {

  private static final int MAX_DIMENSIONS = 32;
  private static final long MAX_SIZE = 1L << 60;

  /** The functions that may be called. */
  private enum Function {
    ORDERED_DICT,
    REBUILD_TENSOR,
    REBUILD_PARAMETER
  }

  /** The classes of storages whose elements can become an array. */
  enum ElementClass {
    DoubleStorage(8, DataType.FLOAT64),
    FloatStorage(4, DataType.FLOAT32),
    // Both widened: DJL's PyTorch binding ends the JVM on bfloat16, and weights compute in FLOAT32.
    HalfStorage(2, DataType.FLOAT32),
    BFloat16Storage(2, DataType.FLOAT32),
    LongStorage(8, DataType.INT64),
    IntStorage(4, DataType.INT32),
    CharStorage(1, DataType.INT8),
    ByteStorage(1, DataType.UINT8),
    BoolStorage(1, DataType.BOOLEAN);

    private final int bytes;
    private final DataType dataType;

    ElementClass(int bytes, DataType dataType) {
      this.bytes = bytes;
      this.dataType = dataType;
    }

    /** Bytes of one element in the file. */
    int bytes() {
      return bytes;
    }

    /** The type of the array that reading gives. */
    DataType dataType() {
      return dataType;
    }
  }

  /**
   * A row of numbers in the file.
   *
   * @param key its name there
   * @param elements how many
   */
  record Storage(ElementClass type, String key, long elements) {

    /** Bytes in the file. */
    long bytes() {
      return elements * type.bytes();
    }
  }

  /**
   * A view of a storage; every element lies in it.
   *
   * @param offset the first element
   * @param sizes dimensions
   * @param strides elements from one index to the next, per dimension, none negative
   */
  @SuppressWarnings("ArrayRecordComponent") // for this package, which doesn't change them
  record Tensor(Storage storage, long offset, long[] sizes, long[] strides) {

    /** Number of elements. */
    long elements() {
      return Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
    }

    /** Whether the elements lie one after another. */
    boolean isContiguous() {
      long expected = 1;
      for (int i = sizes.length - 1; i >= 0; i--) {
        if (sizes[i] != 1 && strides[i] != expected) {
          return false;
        }
        expected *= sizes[i];
      }
      return true;
    }

    /** Elements of the storage from the first that is used to the last. */
    long span() {
      long last = 0;
      for (int i = 0; i < sizes.length; i++) {
        last += (sizes[i] - 1) * strides[i];
      }
      return last + 1;
    }
  }

  @Override
  public Object global(String module, String name) throws BadPickleException {
    if (module.equals("torch")) {
      for (ElementClass type : ElementClass.values()) {
        if (type.name().equals(name)) {
          return type;
        }
      }
    }
    return switch (module + "." + name) {
      case "collections.OrderedDict" -> Function.ORDERED_DICT;
      case "torch._utils._rebuild_tensor_v2" -> Function.REBUILD_TENSOR;
      case "torch._utils._rebuild_parameter" -> Function.REBUILD_PARAMETER;
      default ->
          throw new BadPickleException(
              "it asks for %s, which plain weights don't need, so nothing of it was run; save model.state_dict() alone"
                  .formatted(shown(module + "." + name)));
    };
  }

  /** A name out of a file that nobody has looked through, for one line of a terminal. */
  private static String shown(String name) {
    String plain = name.replaceAll("[^\\x21-\\x7e]", "?");
    return plain.length() <= 80 ? plain : plain.substring(0, 80) + "…";
  }

  @Override
  public Object call(Object callable, List<Object> arguments) throws BadPickleException {
    if (callable == Function.ORDERED_DICT) {
      require(arguments.isEmpty(), "an OrderedDict with arguments");
      return new LinkedHashMap<Object, Object>();
    }
    if (callable == Function.REBUILD_PARAMETER) {
      require(
          !arguments.isEmpty() && arguments.get(0) instanceof Tensor, "a parameter of no tensor");
      return arguments.get(0);
    }
    require(callable == Function.REBUILD_TENSOR, "it calls what is no function");
    require(
        arguments.size() >= 4 && arguments.get(0) instanceof Storage, "a tensor without storage");
    return tensor(
        (Storage) arguments.get(0),
        number(arguments.get(1)),
        numbers(arguments.get(2)),
        numbers(arguments.get(3)));
  }

  private static Tensor tensor(Storage storage, long offset, long[] sizes, long[] strides)
      throws BadPickleException {
    require(sizes.length == strides.length, "a tensor of as many sizes as strides is expected");
    require(sizes.length <= MAX_DIMENSIONS, "a tensor of " + sizes.length + " dimensions");
    long elements = 1;
    for (long size : sizes) {
      // An expanded tensor could claim any number of elements that are one in the file.
      require(size == 0 || elements <= storage.elements() / size, outside(storage));
      elements *= size;
    }
    require(offset <= storage.elements(), outside(storage));
    if (elements > 0) {
      long last = offset;
      for (int i = 0; i < sizes.length; i++) {
        require(
            sizes[i] == 1 || strides[i] <= (storage.elements() - last) / (sizes[i] - 1),
            outside(storage));
        last += (sizes[i] - 1) * strides[i];
      }
      require(last < storage.elements(), outside(storage));
    }
    return new Tensor(storage, offset, sizes, strides);
  }

  private static String outside(Storage storage) {
    return "a tensor that reaches outside of its storage of %d elements"
        .formatted(storage.elements());
  }

  /** {@code ('storage', class, key, location, elements)}, and a view that is None if it is old. */
  @Override
  public Object persistent(Object id) throws BadPickleException {
    require(id instanceof Tuple, "a storage that isn't described by a tuple");
    List<Object> parts = ((Tuple) id).items();
    require(
        (parts.size() == 5 || (parts.size() == 6 && parts.get(5) == Unpickler.NONE))
            && "storage".equals(parts.get(0))
            && parts.get(1) instanceof ElementClass
            && parts.get(2) instanceof String,
        "a storage of a kind that isn't known");
    long elements = number(parts.get(4));
    require(elements < MAX_SIZE / 8, "a storage of " + elements + " elements");
    return new Storage((ElementClass) parts.get(1), (String) parts.get(2), elements);
  }

  private static long[] numbers(Object tuple) throws BadPickleException {
    require(tuple instanceof Tuple, "sizes that aren't a tuple");
    List<Long> values = new ArrayList<>();
    for (Object item : ((Tuple) tuple).items()) {
      values.add(number(item));
    }
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  private static long number(Object value) throws BadPickleException {
    require(value instanceof Long n && n >= 0, "a size or place that is no number from 0 up");
    return (Long) value;
  }

  private static void require(boolean fine, String problem) throws BadPickleException {
    if (!fine) {
      throw new BadPickleException(problem);
    }
  }
}
