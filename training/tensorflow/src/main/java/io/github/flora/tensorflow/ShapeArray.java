package io.github.flora.tensorflow;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;

/** Shapes, indexing, sorting and products. */
abstract class ShapeArray extends MathArray {

  ShapeArray(TensorFlowManager manager, Cell cell) {
    super(manager, cell);
  }

  @Override
  public NDArray gather(NDArray other, int axis) {
    throw unsupported("gather");
  }

  @Override
  public NDArray gatherNd(NDArray other) {
    throw unsupported("gatherNd");
  }

  @Override
  public NDArray take(NDManager manager, NDArray other) {
    throw unsupported("take");
  }

  @Override
  public NDArray put(NDArray other, NDArray other2) {
    throw unsupported("put");
  }

  @Override
  public NDArray scatter(NDArray other, NDArray other2, int axis) {
    throw unsupported("scatter");
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
    throw unsupported("rotate90");
  }

  @Override
  public NDList split(long[] values, int axis) {
    throw unsupported("split");
  }

  @Override
  public NDArray flatten() {
    throw unsupported("flatten");
  }

  @Override
  public NDArray flatten(int axis, int axis2) {
    throw unsupported("flatten");
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
    throw unsupported("pad");
  }

  @Override
  public NDArray reshape(Shape shape) {
    throw unsupported("reshape");
  }

  @Override
  public NDArray expandDims(int axis) {
    throw unsupported("expandDims");
  }

  @Override
  public NDArray squeeze(int[] axes) {
    throw unsupported("squeeze");
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
    throw unsupported("inverse");
  }

  @Override
  public NDArray tile(long n) {
    throw unsupported("tile");
  }

  @Override
  public NDArray tile(int axis, long n) {
    throw unsupported("tile");
  }

  @Override
  public NDArray tile(long[] values) {
    throw unsupported("tile");
  }

  @Override
  public NDArray tile(Shape shape) {
    throw unsupported("tile");
  }

  @Override
  public NDArray repeat(long n) {
    throw unsupported("repeat");
  }

  @Override
  public NDArray repeat(int axis, long n) {
    throw unsupported("repeat");
  }

  @Override
  public NDArray repeat(long[] values) {
    throw unsupported("repeat");
  }

  @Override
  public NDArray repeat(Shape shape) {
    throw unsupported("repeat");
  }

  @Override
  public NDArray dot(NDArray other) {
    throw unsupported("dot");
  }

  @Override
  public NDArray matMul(NDArray other) {
    throw unsupported("matMul");
  }

  @Override
  public NDArray batchMatMul(NDArray other) {
    throw unsupported("batchMatMul");
  }

  @Override
  public NDArray flip(int... axes) {
    throw unsupported("flip");
  }

  @Override
  public NDArray transpose() {
    throw unsupported("transpose");
  }

  @Override
  public NDArray transpose(int... axes) {
    throw unsupported("transpose");
  }

  @Override
  public NDArray broadcast(Shape shape) {
    throw unsupported("broadcast");
  }

  @Override
  public NDArray argMax() {
    throw unsupported("argMax");
  }

  @Override
  public NDArray argMax(int axis) {
    throw unsupported("argMax");
  }

  @Override
  public NDList topK(int axis, int axis2, boolean keepDims, boolean keepDims2) {
    throw unsupported("topK");
  }

  @Override
  public NDArray argMin() {
    throw unsupported("argMin");
  }

  @Override
  public NDArray argMin(int axis) {
    throw unsupported("argMin");
  }

  @Override
  public NDArray toDense() {
    throw unsupported("toDense");
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
    throw unsupported("batchDot");
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
}
