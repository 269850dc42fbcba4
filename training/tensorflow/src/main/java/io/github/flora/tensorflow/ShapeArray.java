package io.github.flora.tensorflow;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import io.github.flora.tensorflow.core.Tensor;
import io.github.flora.tensorflow.op.Indexing;
import io.github.flora.tensorflow.op.Joining;
import io.github.flora.tensorflow.op.Products;
import io.github.flora.tensorflow.op.Shaping;
import io.github.flora.tensorflow.op.Sorting;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Shapes, indexing, sorting and products. */
abstract class ShapeArray extends MathArray {

  ShapeArray(TensorFlowManager manager, Cell cell) {
    super(manager, cell);
  }

  @Override
  public NDArray gather(NDArray other, int axis) {
    return apply(e -> Indexing.gather(e, value(), value(other), axis));
  }

  @Override
  public NDArray gatherNd(NDArray other) {
    throw unsupported("gatherNd");
  }

  @Override
  public NDArray take(NDManager manager, NDArray other) {
    return ((TensorFlowManager) manager).array(e -> Indexing.take(e, value(), value(other)));
  }

  @Override
  public NDArray put(NDArray other, NDArray other2) {
    return apply(e -> Indexing.put(e, value(), value(other), value(other2)));
  }

  @Override
  public NDArray scatter(NDArray other, NDArray other2, int axis) {
    return apply(e -> Indexing.scatter(e, value(), value(other), value(other2), axis));
  }

  @Override
  public NDArray booleanMask(NDArray other, int axis) {
    throw unsupported("booleanMask");
  }

  @Override
  public NDArray sequenceMask(NDArray other, float value) {
    throw unsupported("sequenceMask");
  }

  @Override
  public NDArray sequenceMask(NDArray other) {
    throw unsupported("sequenceMask");
  }

  @Override
  public NDArray rotate90(int axis, int[] axes) {
    return apply(e -> Shaping.rotate90(e, value(), axis, axes));
  }

  @Override
  public NDList split(long[] values, int axis) {
    return applyAll(e -> Joining.split(e, value(), sizes(values, axis), axis));
  }

  @Override
  public NDArray flatten() {
    return apply(e -> Shaping.flatten(e, value(), 0, -1));
  }

  @Override
  public NDArray flatten(int axis, int axis2) {
    return apply(e -> Shaping.flatten(e, value(), axis, axis2));
  }

  @Override
  public NDArray fft(long n, long n2) {
    throw unsupported("fft");
  }

  @Override
  public NDArray ifft(long n, long n2) {
    throw unsupported("ifft");
  }

  @Override
  public NDArray rfft(long n, long n2) {
    throw unsupported("rfft");
  }

  @Override
  public NDArray irfft(long n, long n2) {
    throw unsupported("irfft");
  }

  @Override
  public NDArray stft(
      long n, long n2, boolean keepDims, NDArray other, boolean keepDims2, boolean keepDims3) {
    throw unsupported("stft");
  }

  @Override
  public NDArray fft2(long[] values, long[] values2) {
    throw unsupported("fft2");
  }

  @Override
  public NDArray ifft2(long[] values, long[] values2) {
    throw unsupported("ifft2");
  }

  @Override
  public NDArray pad(Shape shape, double v) {
    return apply(e -> Shaping.pad(e, value(), shape.getShape(), v));
  }

  @Override
  public NDArray reshape(Shape shape) {
    return apply(e -> Shaping.reshape(e, value(), shape));
  }

  @Override
  public NDArray expandDims(int axis) {
    return apply(e -> Shaping.expandDims(e, value(), axis));
  }

  @Override
  public NDArray squeeze(int[] axes) {
    return apply(e -> Shaping.squeeze(e, value(), axes));
  }

  @Override
  public NDList unique(Integer dim, boolean keepDims, boolean keepDims2, boolean keepDims3) {
    throw unsupported("unique");
  }

  @Override
  public NDArray argSort(int axis, boolean keepDims) {
    throw unsupported("argSort");
  }

  @Override
  public NDArray sort() {
    throw unsupported("sort");
  }

  @Override
  public NDArray sort(int axis) {
    throw unsupported("sort");
  }

  @Override
  public NDArray diagonal() {
    throw unsupported("diagonal");
  }

  @Override
  public NDArray diagonal(int axis) {
    throw unsupported("diagonal");
  }

  @Override
  public NDArray diagonal(int axis, int axis2, int axis3) {
    throw unsupported("diagonal");
  }

  @Override
  public NDArray inverse() {
    return apply(e -> Products.inverse(e, value()));
  }

  @Override
  public NDArray tile(long n) {
    long[] repeats = new long[Math.max(1, dims())];
    Arrays.fill(repeats, n);
    return tile(repeats);
  }

  @Override
  public NDArray tile(int axis, long n) {
    long[] repeats = new long[dims()];
    Arrays.fill(repeats, 1);
    repeats[Shaping.axis(axis, repeats.length)] = n;
    return tile(repeats);
  }

  @Override
  public NDArray tile(long[] values) {
    return apply(e -> Shaping.tile(e, value(), values));
  }

  @Override
  public NDArray tile(Shape shape) {
    return tile(times(shape));
  }

  @Override
  public NDArray repeat(long n) {
    long[] repeats = new long[Math.max(1, dims())];
    Arrays.fill(repeats, n);
    return repeat(repeats);
  }

  @Override
  public NDArray repeat(int axis, long n) {
    return apply(e -> Shaping.repeat(e, value(), axis, n));
  }

  @Override
  public NDArray repeat(long[] values) {
    return apply(
        e -> {
          Tensor x = value();
          for (int i = 0; i < values.length; i++) {
            x = values[i] == 1 && x.rank() > 0 ? x : Shaping.repeat(e, x, i, values[i]);
          }
          return x;
        });
  }

  @Override
  public NDArray repeat(Shape shape) {
    return repeat(times(shape));
  }

  @Override
  public NDArray dot(NDArray other) {
    return apply(e -> Products.dot(e, value(), value(other)));
  }

  @Override
  public NDArray matMul(NDArray other) {
    return apply(e -> Products.matMul(e, value(), value(other)));
  }

  @Override
  public NDArray batchMatMul(NDArray other) {
    return apply(e -> Products.batchMatMul(e, value(), value(other)));
  }

  @Override
  public NDArray flip(int... axes) {
    return apply(e -> Shaping.flip(e, value(), axes));
  }

  @Override
  public NDArray transpose() {
    return transpose(IntStream.range(0, dims()).map(i -> dims() - 1 - i).toArray());
  }

  @Override
  public NDArray transpose(int... axes) {
    return apply(e -> Shaping.transpose(e, value(), axes));
  }

  @Override
  public NDArray broadcast(Shape shape) {
    return apply(e -> Shaping.broadcast(e, value(), shape));
  }

  @Override
  public NDArray argMax() {
    return apply(e -> Sorting.argMax(e, Shaping.flatten(e, value(), 0, -1), 0));
  }

  @Override
  public NDArray argMax(int axis) {
    return apply(e -> Sorting.argMax(e, value(), axis));
  }

  @Override
  public NDList topK(int axis, int axis2, boolean keepDims, boolean keepDims2) {
    throw unsupported("topK");
  }

  @Override
  public NDArray argMin() {
    return apply(e -> Sorting.argMin(e, Shaping.flatten(e, value(), 0, -1), 0));
  }

  @Override
  public NDArray argMin(int axis) {
    return apply(e -> Sorting.argMin(e, value(), axis));
  }

  @Override
  public NDArray toDense() {
    return duplicate();
  }

  @Override
  public NDArray toSparse(SparseFormat format) {
    throw unsupported("toSparse");
  }

  @Override
  public NDArray nonzero() {
    throw unsupported("nonzero");
  }

  @Override
  public NDArray oneHot(int axis, float value, float value2, DataType type) {
    throw unsupported("oneHot");
  }

  @Override
  public NDArray batchDot(NDArray other) {
    return batchMatMul(other);
  }

  @Override
  public NDArray complex() {
    throw unsupported("complex");
  }

  @Override
  public NDArray real() {
    throw unsupported("real");
  }

  @Override
  public NDArray conj() {
    throw unsupported("conj");
  }

  @Override
  public NDList split(long sections, int axis) {
    long size = getShape().get(Shaping.axis(axis, dims()));
    if (sections < 1 || size % sections != 0) {
      throw new IllegalArgumentException(
          "%d elements along axis %d of %s can't be split into %d equal parts"
              .formatted(size, axis, getShape(), sections));
    }
    long[] sizes = new long[(int) sections];
    Arrays.fill(sizes, size / sections);
    return applyAll(e -> Joining.split(e, value(), sizes, axis));
  }

  /** Sizes of the parts between indices; an index beyond the end gives an empty part. */
  private long[] sizes(long[] indices, int axis) {
    long size = getShape().get(Shaping.axis(axis, dims()));
    long[] sizes = new long[indices.length + 1];
    long before = 0;
    for (int i = 0; i <= indices.length; i++) {
      long end = i == indices.length ? size : Math.min(size, indices[i]);
      if (end < before) {
        throw new IllegalArgumentException(
            "split indices have to ascend, unlike " + Arrays.toString(indices));
      }
      sizes[i] = end - before;
      before = end;
    }
    return sizes;
  }

  /** How often each dimension has to be repeated to give a shape. */
  private long[] times(Shape wanted) {
    Shape shape = getShape();
    int more = dims() - wanted.dimension();
    long[] times = new long[dims()];
    for (int i = 0; i < times.length; i++) {
      long to = i < more ? shape.get(i) : wanted.get(i - more);
      if (more < 0 || shape.get(i) == 0 || to % shape.get(i) != 0) {
        throw new IllegalArgumentException(wanted + " is no multiple of " + shape);
      }
      times[i] = to / shape.get(i);
    }
    return times;
  }

  private int dims() {
    return getShape().dimension();
  }
}
