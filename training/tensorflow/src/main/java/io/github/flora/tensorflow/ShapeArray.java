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
import io.github.flora.tensorflow.op.Masking;
import io.github.flora.tensorflow.op.Products;
import io.github.flora.tensorflow.op.Repeating;
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
  public NDArray gather(NDArray index, int axis) {
    return apply(e -> Indexing.gather(e, value(), value(index), axis));
  }

  @Override
  public NDArray gatherNd(NDArray index) {
    return apply(e -> Indexing.gatherNd(e, value(), value(index)));
  }

  @Override
  public NDArray take(NDManager manager, NDArray index) {
    return ((TensorFlowManager) manager).array(e -> Indexing.take(e, value(), value(index)));
  }

  @Override
  public NDArray put(NDArray index, NDArray data) {
    return apply(e -> Indexing.put(e, value(), value(index), value(data)));
  }

  @Override
  public NDArray scatter(NDArray index, NDArray data, int axis) {
    return apply(e -> Indexing.scatter(e, value(), value(index), value(data), axis));
  }

  @Override
  public NDArray booleanMask(NDArray mask, int axis) {
    return apply(e -> Masking.masked(e, value(), value(mask), axis));
  }

  @Override
  public NDArray sequenceMask(NDArray lengths, float value) {
    return apply(e -> Masking.sequence(e, value(), value(lengths), value));
  }

  @Override
  public NDArray sequenceMask(NDArray lengths) {
    return sequenceMask(lengths, 0);
  }

  @Override
  public NDArray rotate90(int times, int[] axes) {
    return apply(e -> Shaping.rotate90(e, value(), times, axes));
  }

  @Override
  public NDList split(long[] indices, int axis) {
    return applyAll(e -> Joining.split(e, value(), sizes(indices, axis), axis));
  }

  @Override
  public NDArray flatten() {
    return apply(e -> Shaping.flatten(e, value(), 0, -1));
  }

  @Override
  public NDArray flatten(int from, int to) {
    return apply(e -> Shaping.flatten(e, value(), from, to));
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
  public NDArray pad(Shape padding, double value) {
    return apply(e -> Repeating.pad(e, value(), padding.getShape(), value));
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
  public NDList unique(Integer dim, boolean sorted, boolean inverse, boolean counts) {
    if (dim != null) {
      throw unsupported("unique along an axis");
    }
    NDList all = applyAll(e -> Sorting.unique(e, value()));
    if (!counts) {
      all.remove(2).close();
    }
    if (!inverse) {
      all.remove(1).close();
    }
    return all;
  }

  @Override
  public NDArray argSort(int axis, boolean ascending) {
    return apply(e -> Sorting.argSort(e, value(), axis, ascending));
  }

  @Override
  public NDArray sort() {
    return sort(-1);
  }

  @Override
  public NDArray sort(int axis) {
    return apply(e -> Sorting.sort(e, value(), axis));
  }

  @Override
  public NDArray diagonal() {
    return diagonal(0, 0, 1);
  }

  @Override
  public NDArray diagonal(int offset) {
    return diagonal(offset, 0, 1);
  }

  @Override
  public NDArray diagonal(int offset, int rows, int columns) {
    return apply(e -> Indexing.diagonal(e, value(), offset, rows, columns));
  }

  @Override
  public NDArray inverse() {
    return apply(e -> Products.inverse(e, value()));
  }

  @Override
  public NDArray tile(long repeats) {
    long[] all = new long[Math.max(1, dims())];
    Arrays.fill(all, repeats);
    return tile(all);
  }

  @Override
  public NDArray tile(int axis, long times) {
    long[] all = new long[dims()];
    Arrays.fill(all, 1);
    all[Shaping.axis(axis, all.length)] = times;
    return tile(all);
  }

  @Override
  public NDArray tile(long[] repeats) {
    return apply(e -> Repeating.tile(e, value(), repeats));
  }

  @Override
  public NDArray tile(Shape shape) {
    return tile(times(shape));
  }

  @Override
  public NDArray repeat(long repeats) {
    long[] all = new long[Math.max(1, dims())];
    Arrays.fill(all, repeats);
    return repeat(all);
  }

  @Override
  public NDArray repeat(int axis, long times) {
    return apply(e -> Repeating.repeat(e, value(), axis, times));
  }

  @Override
  public NDArray repeat(long[] repeats) {
    return apply(
        e -> {
          Tensor x = value();
          for (int i = 0; i < repeats.length; i++) {
            x = repeats[i] == 1 && x.rank() > 0 ? x : Repeating.repeat(e, x, i, repeats[i]);
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
  public NDArray swapAxes(int a, int b) {
    return apply(e -> Shaping.swap(e, value(), a, b));
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
    return apply(e -> Repeating.broadcast(e, value(), shape));
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
  public NDList topK(int k, int axis, boolean largest, boolean sorted) {
    return applyAll(e -> Sorting.topK(e, value(), k, axis, largest));
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
    if (format == SparseFormat.DENSE) {
      throw new IllegalArgumentException("a sparse format is wanted, not " + format);
    }
    throw unsupported("toSparse");
  }

  @Override
  public NDArray nonzero() {
    return apply(e -> Masking.nonzero(e, value()));
  }

  @Override
  public NDArray oneHot(int depth, float on, float off, DataType type) {
    return apply(e -> Masking.oneHot(e, value(), depth, on, off, type));
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
