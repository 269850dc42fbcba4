package io.github.flora.tensorflow.core;

import static org.tensorflow.internal.c_api.global.tensorflow.TFE_NewTensorHandle;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_TensorHandleCopySharingTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_AllocateTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorData;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TFE_TensorHandle;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.TF_Tensor;

/** Carries operations out at once, on one device. Used by any number of threads. */
public final class EagerEmitter extends Emitter {

  /** Small constants are kept up to this number, then forgotten and made anew. */
  private static final int CONSTANTS = 4096;

  private static final Map<Device, EagerEmitter> BY_DEVICE = new ConcurrentHashMap<>();

  private static final ThreadLocal<Deque<List<EagerTensor>>> FRAMES =
      ThreadLocal.withInitial(ArrayDeque::new);

  private final Context context = Context.get();
  private final Device device;
  private final @Nullable String deviceName;
  private final Map<ConstantKey, EagerTensor> constants = new ConcurrentHashMap<>();
  private final FunctionCache functions;

  private EagerEmitter(Device device) {
    this.device = device;
    String name = context.deviceName(device);
    // Naming the only device there is costs time and changes nothing.
    this.deviceName = context.gpuCount() == 0 ? null : name;
    this.functions = new FunctionCache(this);
  }

  private record ConstantKey(ByteBuffer data, Shape shape, DataType type) {}

  /**
   * Returns the emitter of a device.
   *
   * @param device the device
   * @return the process's emitter for it
   */
  public static EagerEmitter of(Device device) {
    EagerEmitter emitter = BY_DEVICE.get(device);
    return emitter != null ? emitter : BY_DEVICE.computeIfAbsent(device, EagerEmitter::new);
  }

  /**
   * Returns where operations are carried out.
   *
   * @return the device
   */
  public Device device() {
    return device;
  }

  @Override
  public Op op(String type) {
    return new EagerOp(this, context, type, deviceName);
  }

  @Override
  public Op opAfter(String type, Tensor... before) {
    return op(type);
  }

  /** Takes a fresh handle into this thread's frame. */
  EagerTensor own(TFE_TensorHandle handle, Layout layout) {
    List<EagerTensor> frame = FRAMES.get().peek();
    EagerTensor tensor = new EagerTensor(handle, layout, true);
    if (frame == null) {
      tensor.release();
      throw new IllegalStateException("an operation outside of any frame");
    }
    frame.add(tensor);
    return tensor;
  }

  @Override
  public <T> T framed(Supplier<T> work) {
    Deque<List<EagerTensor>> frames = FRAMES.get();
    frames.push(new ArrayList<>());
    try {
      return work.get();
    } finally {
      frames.pop().forEach(EagerTensor::release);
    }
  }

  /**
   * Keeps a tensor alive until the end of this thread's frame, whoever else releases it.
   *
   * @param tensor a tensor of this emitter
   * @return the same
   */
  public Tensor hold(Tensor tensor) {
    List<EagerTensor> frame = FRAMES.get().peek();
    if (frame == null) {
      throw new IllegalStateException("a tensor is held outside of any frame");
    }
    tensor.retain();
    frame.add((EagerTensor) tensor);
    return tensor;
  }

  @Override
  public Tensor constant(ByteBuffer data, Shape shape, DataType type) {
    return own(handle(data, shape, type), Layout.PLAIN);
  }

  private static TFE_TensorHandle handle(ByteBuffer data, Shape shape, DataType type) {
    TF_Tensor tensor = hostTensor(data, shape, type);
    try {
      TF_Status status = Status.current();
      TFE_TensorHandle handle = TFE_NewTensorHandle(tensor, status);
      Status.check(status, "creating a tensor");
      return handle;
    } finally {
      TF_DeleteTensor(tensor);
    }
  }

  /** Copies numbers into a tensor that is the caller's to delete. */
  static TF_Tensor hostTensor(ByteBuffer data, Shape shape, DataType type) {
    long[] dims = shape.getShape();
    int bytes = data.limit();
    long wanted = shape.size() * type.getNumOfBytes();
    if (bytes != wanted) {
      throw new IllegalArgumentException(
          "%s of %s takes %d bytes, not %d".formatted(shape, type, wanted, bytes));
    }
    TF_Tensor tensor = TF_AllocateTensor(Types.number(type), dims, dims.length, bytes);
    if (tensor == null) {
      throw new OutOfMemoryError("no memory for a tensor " + shape + ": try a smaller batch size");
    }
    if (bytes > 0) {
      BytePointer memory = new BytePointer(TF_TensorData(tensor));
      memory.capacity(bytes);
      memory.asByteBuffer().put(data.duplicate().rewind());
    }
    return tensor;
  }

  @Override
  Tensor kept(ByteBuffer data, Shape shape, DataType type) {
    ConstantKey key = new ConstantKey(data, shape, type);
    EagerTensor known = constants.get(key);
    if (known != null) {
      return known;
    }
    if (constants.size() >= CONSTANTS) {
      // Left to the cleaner, since another thread may be about to use them.
      constants.clear();
    }
    EagerTensor made = new EagerTensor(handle(data, shape, type), Layout.PLAIN, false);
    EagerTensor first = constants.putIfAbsent(key, made);
    if (first == null) {
      return made;
    }
    made.release();
    return first;
  }

  @Override
  public Tensor[] function(String name, List<?> settings, Body body, Tensor... inputs) {
    return functions.call(name, settings, body, inputs);
  }

  @Override
  public Tensor relabelled(Tensor tensor, Layout layout) {
    TF_Status status = Status.current();
    TFE_TensorHandle copy =
        TFE_TensorHandleCopySharingTensor(((EagerTensor) tensor).handle(), status);
    Status.check(status, "sharing");
    return own(copy, layout);
  }

  @Override
  public Tensor nextSeed() {
    long[] seed = RandomState.take(1);
    ByteBuffer data = buffer(2 * Long.BYTES);
    data.asLongBuffer().put(seed);
    return constant(data, new Shape(2), DataType.INT64);
  }
}
