package io.github.flora.tensorflow;

import ai.djl.Device;
import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import io.github.flora.tensorflow.core.EagerEmitter;
import io.github.flora.tensorflow.core.EagerTensor;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.NotCompilableException;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import io.github.flora.tensorflow.core.Variable;
import io.github.flora.tensorflow.op.Elementwise;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An array's life, type, gradient and numbers; what can be computed comes above. */
abstract class ArrayBase implements NDArray, Tape.Leaf {

  private final String uid = NDManager.nextUid();
  private final Cell cell;
  private final Device device;
  private TensorFlowManager manager;
  private @Nullable String name;
  private boolean requiresGradient;
  private @Nullable Cell gradient;
  private volatile boolean closed;

  /**
   * Makes an array.
   *
   * @param manager owns it
   * @param cell where its numbers are; the array is one of its users
   */
  @SuppressWarnings("this-escape")
  ArrayBase(TensorFlowManager manager, Cell cell) {
    this.manager = manager;
    this.cell = cell;
    this.device = manager.getDevice();
    manager.attachInternal(uid, this);
    NDScope.register(this);
    Trace trace = Trace.current();
    if (trace != null) {
      trace.register(this);
    }
  }

  /** An operation on tensors. */
  interface Operation {
    Tensor on(Emitter emitter);
  }

  /** An operation of several outputs. */
  interface Operations {
    Tensor[] on(Emitter emitter);
  }

  static UnsupportedOperationException unsupported(String operation) {
    return new UnsupportedOperationException(
        "TensorFlow's engine has no " + operation + " yet; PyTorch's may (--engine PyTorch)");
  }

  final Emitter emitter() {
    Trace trace = Trace.current();
    return trace != null ? trace.graph() : eager();
  }

  final EagerEmitter eager() {
    return EagerEmitter.of(device);
  }

  /** Carries out an operation and makes its output an array of this one's manager. */
  final TensorFlowArray apply(Operation operation) {
    return manager.array(operation);
  }

  /** Carries out an operation and makes its outputs arrays of this one's manager. */
  final NDList applyAll(Operations operation) {
    return manager.arrays(operation);
  }

  /** Carries out an operation and makes its output this array's numbers. */
  final TensorFlowArray assign(Operation operation) {
    if (requiresGradient && Tape.current() != null) {
      throw new IllegalStateException(
          "an array that requires a gradient is changed in place while a gradient collector is open");
    }
    Emitter emitter = emitter();
    Trace trace = Trace.current();
    return emitter.framed(
        () -> {
          Tensor value = operation.on(emitter);
          if (trace != null) {
            trace.assign(open(), value);
          } else {
            open().assign(value);
          }
          return self();
        });
  }

  /** Returns this array's numbers for an operation. */
  final Tensor value() {
    Trace trace = Trace.current();
    Tensor tensor = trace != null ? trace.read(open()) : open().read(eager());
    if (requiresGradient) {
      Tape tape = Tape.current();
      if (tape != null) {
        tape.watch(tensor, this);
      }
    }
    return tensor;
  }

  /** Returns the numbers of an array of any engine. */
  final Tensor value(NDArray other) {
    return ((ArrayBase) manager.from(other)).value();
  }

  final Tensor[] values(NDList arrays) {
    Tensor[] values = new Tensor[arrays.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(arrays.get(i));
    }
    return values;
  }

  /** Returns this array's numbers, then those of others. */
  final Tensor[] valuesWith(NDList others) {
    NDList all = new NDList(this);
    all.addAll(others);
    return values(all);
  }

  private Cell open() {
    if (closed) {
      throw new IllegalStateException("the array has been closed already");
    }
    return cell;
  }

  abstract TensorFlowArray self();

  /** Makes the numbers a variable. */
  final Variable variable() {
    return open().variable(eager());
  }

  /** Makes the numbers a variable that lies in memory as asked for, unless they are one already. */
  final Variable variable(Layout layout) {
    return open().variable(eager(), layout);
  }

  final Cell cell() {
    return open();
  }

  /** Returns an array that shares this one's numbers, changes included, but not its gradient. */
  final TensorFlowArray shared(TensorFlowManager owner) {
    return new TensorFlowArray(owner, open().share());
  }

  @Override
  public TensorFlowManager getManager() {
    return manager;
  }

  @Override
  public @Nullable String getName() {
    return name;
  }

  @Override
  public void setName(String name) {
    this.name = name;
  }

  @Override
  public String getUid() {
    return uid;
  }

  @Override
  public DataType getDataType() {
    return open().type();
  }

  @Override
  public Device getDevice() {
    return device;
  }

  @Override
  public Shape getShape() {
    return open().shape();
  }

  @Override
  public SparseFormat getSparseFormat() {
    return SparseFormat.DENSE;
  }

  @Override
  public void attach(NDManager newManager) {
    detach();
    manager = (TensorFlowManager) newManager;
    newManager.attachInternal(uid, this);
  }

  @Override
  public void tempAttach(NDManager newManager) {
    NDManager original = manager;
    detach();
    manager = (TensorFlowManager) newManager;
    newManager.tempAttachInternal(original, uid, this);
  }

  @Override
  public void detach() {
    manager.detachInternal(uid);
    manager = TensorFlowManager.system();
    NDScope.unregister(this);
  }

  @Override
  public boolean isReleased() {
    return closed;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      manager.detachInternal(uid);
      NDScope.unregister(this);
      cell.release();
      if (gradient != null) {
        gradient.release();
        gradient = null;
      }
    }
  }

  @Override
  public List<NDArray> getResourceNDArrays() {
    return Collections.singletonList(this);
  }

  @Override
  public NDArray toDevice(Device target, boolean copy) {
    if (target.equals(device)) {
      return copy ? duplicate() : this;
    }
    NDArray array = manager.newSubManager(target).create(toByteBuffer(), getShape(), getDataType());
    array.setName(name);
    return array;
  }

  @Override
  public NDArray toType(DataType type, boolean copy) {
    if (type == getDataType()) {
      return copy ? duplicate() : this;
    }
    return apply(e -> Elementwise.cast(e, value(), type));
  }

  @Override
  public NDArray duplicate() {
    // Tensors never change, so that two arrays may hold the same one; no gradient flows through.
    NDArray copy = Tape.current() == null ? apply(e -> value()) : stopGradient();
    copy.setName(name);
    return copy;
  }

  @Override
  public void setRequiresGradient(boolean required) {
    requiresGradient = required;
    if (!required) {
      zeroGradient();
    }
  }

  @Override
  public boolean hasGradient() {
    return requiresGradient;
  }

  @Override
  public synchronized NDArray getGradient() {
    if (!requiresGradient) {
      throw new IllegalStateException(
          "this array requires no gradient: call setRequiresGradient(true) before the operations"
              + " that are to be differentiated");
    }
    if (gradient == null) {
      // As DJL's PyTorch engine does before a backward pass.
      try (NDArray zeros = zerosLike()) {
        gradient = ((ArrayBase) zeros).cell().share();
      }
    }
    return new TensorFlowArray(manager, gradient.share());
  }

  @Override
  public synchronized void accumulate(Emitter emitter, Tensor added) {
    Trace trace = Trace.current();
    if (gradient == null) {
      gradient = new Cell(added);
    } else if (trace != null) {
      trace.assign(gradient, Tape.sum(emitter, trace.read(gradient), added));
    } else {
      gradient.assign(Tape.sum(emitter, gradient.read(eager()), added));
    }
  }

  /** Forgets the gradient. */
  final synchronized void zeroGradient() {
    if (gradient != null) {
      gradient.release();
      gradient = null;
    }
  }

  @Override
  public NDArray stopGradient() {
    return apply(
        e ->
            Tape.unrecorded(
                () -> {
                  Tensor tensor = value();
                  return e.relabelled(tensor, tensor.layout());
                }));
  }

  @Override
  public ByteBuffer toByteBuffer(boolean tryDirect) {
    if (Trace.current() != null) {
      throw new NotCompilableException("the numbers of an array are looked at");
    }
    return eager()
        .framed(
            () -> Tape.unrecorded(() -> ((EagerTensor) eager().plain(value())).copy(tryDirect)));
  }

  @Override
  public String[] toStringArray(Charset charset) {
    throw unsupported("array of strings");
  }

  @Override
  public void set(Buffer data) {
    DataType type = getDataType();
    int size = Math.toIntExact(size());
    BaseNDManager.validateBuffer(data, type, size);
    ByteBuffer bytes =
        ByteBuffer.allocate(size * type.getNumOfBytes()).order(ByteOrder.nativeOrder());
    BaseNDManager.copyBuffer(data, bytes);
    Shape shape = getShape();
    assign(e -> e.constant(bytes.rewind(), shape, type));
  }

  @Override
  public void intern(NDArray replaced) {
    assign(e -> value(replaced));
    replaced.close();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof NDArray array && contentEquals(array);
  }

  @Override
  public int hashCode() {
    return uid.hashCode();
  }

  @Override
  public String toString() {
    if (closed) {
      return "an array that has been closed";
    }
    return Trace.current() == null ? toDebugString() : "ND: " + getShape() + " " + getDataType();
  }
}
