package io.github.flora.tensorflow;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.EagerEmitter;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tensor;
import io.github.flora.tensorflow.op.Creation;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/** Makes arrays of TensorFlow's and owns them: closing it frees their native memory. */
public class TensorFlowManager extends BaseNDManager {

  private static final SystemManager SYSTEM = new SystemManager();

  private TensorFlowManager(@Nullable NDManager parent, @Nullable Device device) {
    super(parent, device);
  }

  static TensorFlowManager system() {
    return SYSTEM;
  }

  EagerEmitter eager() {
    return EagerEmitter.of(device);
  }

  private Emitter emitter() {
    Trace trace = Trace.current();
    return trace != null ? trace.graph() : eager();
  }

  /** Carries out an operation and owns its output. */
  TensorFlowArray array(ArrayBase.Operation operation) {
    Emitter emitter = emitter();
    return emitter.framed(() -> new TensorFlowArray(this, new Cell(operation.on(emitter))));
  }

  /** Carries out an operation and owns its outputs. */
  NDList arrays(ArrayBase.Operations operation) {
    Emitter emitter = emitter();
    return emitter.framed(
        () -> {
          NDList list = new NDList();
          for (Tensor tensor : operation.on(emitter)) {
            list.add(new TensorFlowArray(this, new Cell(tensor)));
          }
          return list;
        });
  }

  @Override
  public ByteBuffer allocateDirect(int capacity) {
    return ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder());
  }

  @Override
  public NDArray from(NDArray array) {
    if (array == null || array instanceof TensorFlowArray) {
      return array;
    }
    NDArray copy = create(array.toByteBuffer(), array.getShape(), array.getDataType());
    copy.setName(array.getName());
    return copy;
  }

  @Override
  public NDArray create(Buffer data, Shape shape, DataType type) {
    int size = Math.toIntExact(shape.size());
    BaseNDManager.validateBuffer(data, type, size);
    int bytes = size * type.getNumOfBytes();
    ByteBuffer raw;
    if (data instanceof ByteBuffer given && given.order() == ByteOrder.nativeOrder()) {
      raw = given.slice().order(ByteOrder.nativeOrder()).limit(bytes);
    } else {
      raw = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
      BaseNDManager.copyBuffer(data, raw);
      raw.rewind();
    }
    return array(e -> e.constant(raw, shape, type));
  }

  @Override
  public NDArray create(Number data) {
    return data instanceof Byte ? array(e -> e.scalar(data, DataType.INT8)) : super.create(data);
  }

  @Override
  public NDArray zeros(Shape shape, DataType type) {
    return array(e -> Creation.full(e, shape, 0, type));
  }

  @Override
  public NDArray ones(Shape shape, DataType type) {
    return array(e -> Creation.full(e, shape, 1, type));
  }

  @Override
  public NDArray full(Shape shape, float value, DataType type) {
    return array(e -> Creation.full(e, shape, value, type));
  }

  @Override
  public NDArray arange(float start, float stop, float step, DataType type) {
    return array(e -> Creation.arange(e, start, stop, step, type));
  }

  @Override
  public NDArray eye(int rows, int cols, int k, DataType type) {
    return array(e -> Creation.eye(e, rows, cols, k, type));
  }

  @Override
  public NDArray linspace(float start, float stop, int num, boolean endpoint) {
    return array(e -> Creation.linspace(e, start, stop, num, endpoint));
  }

  @Override
  public NDArray randomInteger(long low, long high, Shape shape, DataType type) {
    return array(e -> Creation.randomInteger(e, low, high, shape, type));
  }

  @Override
  public NDArray randomPermutation(long n) {
    return array(e -> Creation.randomPermutation(e, n));
  }

  @Override
  public NDArray randomUniform(float low, float high, Shape shape, DataType type) {
    return array(e -> Creation.randomUniform(e, low, high, shape, type));
  }

  @Override
  public NDArray randomNormal(float loc, float scale, Shape shape, DataType type) {
    return array(e -> Creation.randomNormal(e, loc, scale, shape, type));
  }

  @Override
  public NDArray truncatedNormal(float loc, float scale, Shape shape, DataType type) {
    return array(e -> Creation.truncatedNormal(e, loc, scale, shape, type));
  }

  @Override
  public NDArray create(String[] data, Charset charset, Shape shape) {
    throw ArrayBase.unsupported("create of strings");
  }

  @Override
  public NDArray createCSR(Buffer data, long[] indptr, long[] indices, Shape shape) {
    throw ArrayBase.unsupported("createCSR");
  }

  @Override
  public NDArray createRowSparse(Buffer data, Shape dataShape, long[] indices, Shape shape) {
    throw ArrayBase.unsupported("createRowSparse");
  }

  @Override
  public NDArray createCoo(Buffer data, long[][] indices, Shape shape) {
    throw ArrayBase.unsupported("createCoo");
  }

  @Override
  public NDArray randomMultinomial(int n, NDArray probabilities) {
    throw ArrayBase.unsupported("randomMultinomial");
  }

  @Override
  public NDArray randomMultinomial(int n, NDArray probabilities, Shape shape) {
    throw ArrayBase.unsupported("randomMultinomial");
  }

  @Override
  public NDArray sampleNormal(NDArray mu, NDArray sigma) {
    throw ArrayBase.unsupported("sampleNormal");
  }

  @Override
  public NDArray sampleNormal(NDArray mu, NDArray sigma, Shape shape) {
    throw ArrayBase.unsupported("sampleNormal");
  }

  @Override
  public NDArray samplePoisson(NDArray lam) {
    throw ArrayBase.unsupported("samplePoisson");
  }

  @Override
  public NDArray samplePoisson(NDArray lam, Shape shape) {
    throw ArrayBase.unsupported("samplePoisson");
  }

  @Override
  public NDArray sampleGamma(NDArray alpha, NDArray beta) {
    throw ArrayBase.unsupported("sampleGamma");
  }

  @Override
  public NDArray sampleGamma(NDArray alpha, NDArray beta, Shape shape) {
    throw ArrayBase.unsupported("sampleGamma");
  }

  @Override
  public TensorFlowManager newSubManager(Device device) {
    TensorFlowManager manager = new TensorFlowManager(this, device);
    attachUncappedInternal(manager.uid, manager);
    return manager;
  }

  @Override
  public final Engine getEngine() {
    return Engine.getEngine(TensorFlowEngine.NAME);
  }

  private static final class SystemManager extends TensorFlowManager
      implements NDManager.SystemNDManager {

    SystemManager() {
      super(null, null);
    }
  }
}
