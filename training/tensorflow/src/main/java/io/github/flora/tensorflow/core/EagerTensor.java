package io.github.flora.tensorflow.core;

import static org.tensorflow.internal.c_api.global.tensorflow.TFE_DeleteTensorHandle;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_TensorHandleDataType;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_TensorHandleDim;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_TensorHandleNumDims;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_TensorHandleResolve;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorByteSize;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorData;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TFE_TensorHandle;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.TF_Tensor;

/** Numbers in native memory. Freed by the last {@link #release}; a cleaner is only the net. */
public final class EagerTensor extends Tensor {

  private static final Cleaner CLEANER = Cleaner.create();
  private static final AtomicLong LIVE = new AtomicLong();

  private final TFE_TensorHandle handle;
  private final AtomicInteger references = new AtomicInteger(1);
  private final Cleaner.Cleanable cleanable;
  private final DataType type;
  private volatile @Nullable Shape shape;

  /**
   * Wraps a handle that is ours to delete.
   *
   * @param handle the handle
   * @param layout the order of memory
   * @param counted whether {@link #live} counts it
   */
  EagerTensor(TFE_TensorHandle handle, Layout layout, boolean counted) {
    super(layout);
    this.handle = handle;
    this.type = Types.type(TFE_TensorHandleDataType(handle));
    if (counted) {
      LIVE.incrementAndGet();
    }
    this.cleanable = CLEANER.register(this, new Deletion(handle, counted));
  }

  private record Deletion(TFE_TensorHandle handle, boolean counted) implements Runnable {
    @Override
    public void run() {
      TFE_DeleteTensorHandle(handle);
      if (counted) {
        LIVE.decrementAndGet();
      }
    }
  }

  /**
   * Returns how many are alive.
   *
   * @return the number of counted handles
   */
  public static long live() {
    return LIVE.get();
  }

  TFE_TensorHandle handle() {
    if (references.get() <= 0) {
      throw new IllegalStateException("the tensor has been released already");
    }
    return handle;
  }

  @Override
  public DataType type() {
    return type;
  }

  @Override
  public Shape shape() {
    Shape known = shape;
    if (known == null) {
      known = layout().seen(memoryShape());
      shape = known;
    }
    return known;
  }

  private Shape memoryShape() {
    TF_Status status = Status.current();
    int rank = TFE_TensorHandleNumDims(handle(), status);
    Status.check(status, "shape");
    long[] dims = new long[rank];
    for (int i = 0; i < rank; i++) {
      dims[i] = TFE_TensorHandleDim(handle, i, status);
    }
    Status.check(status, "shape");
    return new Shape(dims);
  }

  @Override
  public void retain() {
    if (references.getAndIncrement() <= 0) {
      throw new IllegalStateException("the tensor has been released already");
    }
  }

  @Override
  public void release() {
    if (references.decrementAndGet() == 0) {
      cleanable.clean();
    }
  }

  /**
   * Copies the numbers, in the order of memory.
   *
   * @param direct whether the buffer has to lie outside the Java heap
   * @return a new buffer in native byte order
   */
  public ByteBuffer copy(boolean direct) {
    TF_Status status = Status.current();
    TF_Tensor tensor = TFE_TensorHandleResolve(handle(), status);
    Status.check(status, "reading");
    try {
      int size = Math.toIntExact(TF_TensorByteSize(tensor));
      ByteBuffer copy = direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
      copy.order(ByteOrder.nativeOrder());
      if (size > 0) {
        BytePointer data = new BytePointer(TF_TensorData(tensor));
        data.capacity(size);
        copy.put(data.asByteBuffer());
        copy.rewind();
      }
      return copy;
    } finally {
      TF_DeleteTensor(tensor);
    }
  }
}
