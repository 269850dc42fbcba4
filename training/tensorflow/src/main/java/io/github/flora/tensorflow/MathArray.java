package io.github.flora.tensorflow;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.github.flora.tensorflow.op.Activations;
import io.github.flora.tensorflow.op.MathFunctions;
import io.github.flora.tensorflow.op.Reductions;
import io.github.flora.tensorflow.op.Softmax;

/** What is computed element by element or along axes. */
abstract class MathArray extends ArithmeticArray {

  private static final int[] ALL = {};

  MathArray(TensorFlowManager manager, Cell cell) {
    super(manager, cell);
  }

  @Override
  public NDArray xlogy(NDArray other) {
    throw unsupported("xlogy");
  }

  @Override
  public NDArray sign() {
    throw unsupported("sign");
  }

  @Override
  public NDArray signi() {
    throw unsupported("signi");
  }

  @Override
  public NDArray abs() {
    throw unsupported("abs");
  }

  @Override
  public NDArray square() {
    throw unsupported("square");
  }

  @Override
  public NDArray sqrt() {
    throw unsupported("sqrt");
  }

  @Override
  public NDArray cbrt() {
    throw unsupported("cbrt");
  }

  @Override
  public NDArray floor() {
    throw unsupported("floor");
  }

  @Override
  public NDArray ceil() {
    throw unsupported("ceil");
  }

  @Override
  public NDArray round() {
    throw unsupported("round");
  }

  @Override
  public NDArray trunc() {
    throw unsupported("trunc");
  }

  @Override
  public NDArray exp() {
    return with(MathFunctions::exp);
  }

  @Override
  public NDArray gammaln() {
    throw unsupported("gammaln");
  }

  @Override
  public NDArray log() {
    throw unsupported("log");
  }

  @Override
  public NDArray log10() {
    throw unsupported("log10");
  }

  @Override
  public NDArray log2() {
    throw unsupported("log2");
  }

  @Override
  public NDArray sin() {
    throw unsupported("sin");
  }

  @Override
  public NDArray cos() {
    throw unsupported("cos");
  }

  @Override
  public NDArray tan() {
    throw unsupported("tan");
  }

  @Override
  public NDArray asin() {
    throw unsupported("asin");
  }

  @Override
  public NDArray acos() {
    throw unsupported("acos");
  }

  @Override
  public NDArray atan() {
    throw unsupported("atan");
  }

  @Override
  public NDArray atan2(NDArray other) {
    throw unsupported("atan2");
  }

  @Override
  public NDArray sinh() {
    throw unsupported("sinh");
  }

  @Override
  public NDArray cosh() {
    throw unsupported("cosh");
  }

  @Override
  public NDArray tanh() {
    return with(Activations::tanh);
  }

  @Override
  public NDArray asinh() {
    throw unsupported("asinh");
  }

  @Override
  public NDArray acosh() {
    throw unsupported("acosh");
  }

  @Override
  public NDArray atanh() {
    throw unsupported("atanh");
  }

  @Override
  public NDArray toDegrees() {
    throw unsupported("toDegrees");
  }

  @Override
  public NDArray toRadians() {
    throw unsupported("toRadians");
  }

  @Override
  public NDArray max() {
    throw unsupported("max");
  }

  @Override
  public NDArray max(int[] axes, boolean keepDims) {
    throw unsupported("max");
  }

  @Override
  public NDArray min() {
    throw unsupported("min");
  }

  @Override
  public NDArray min(int[] axes, boolean keepDims) {
    throw unsupported("min");
  }

  @Override
  public NDArray sum() {
    return sum(ALL, false);
  }

  @Override
  public NDArray sum(int[] axes, boolean keepDims) {
    return apply(e -> Reductions.sum(e, value(), axes, keepDims));
  }

  @Override
  public NDArray cumProd(int axis) {
    throw unsupported("cumProd");
  }

  @Override
  public NDArray cumProd(int axis, DataType type) {
    throw unsupported("cumProd");
  }

  @Override
  public NDArray prod() {
    throw unsupported("prod");
  }

  @Override
  public NDArray prod(int[] axes, boolean keepDims) {
    throw unsupported("prod");
  }

  @Override
  public NDArray mean() {
    return mean(ALL, false);
  }

  @Override
  public NDArray mean(int[] axes, boolean keepDims) {
    return apply(e -> Reductions.mean(e, value(), axes, keepDims));
  }

  @Override
  public NDArray normalize(double v, long n, double v2) {
    throw unsupported("normalize");
  }

  @Override
  public NDArray trace(int axis, int axis2, int axis3) {
    throw unsupported("trace");
  }

  @Override
  public NDArray softmax(int axis) {
    return apply(e -> Softmax.softmax(e, value(), axis));
  }

  @Override
  public NDArray logSoftmax(int axis) {
    return apply(e -> Softmax.logSoftmax(e, value(), axis));
  }

  @Override
  public NDArray cumSum() {
    throw unsupported("cumSum");
  }

  @Override
  public NDArray cumSum(int axis) {
    throw unsupported("cumSum");
  }

  @Override
  public NDArray clip(Number n, Number n2) {
    throw unsupported("clip");
  }

  @Override
  public NDArray percentile(Number n) {
    throw unsupported("percentile");
  }

  @Override
  public NDArray percentile(Number n, int[] axes) {
    throw unsupported("percentile");
  }

  @Override
  public NDArray median() {
    throw unsupported("median");
  }

  @Override
  public NDArray median(int[] axes) {
    throw unsupported("median");
  }

  @Override
  public NDArray erfinv() {
    throw unsupported("erfinv");
  }

  @Override
  public NDArray erf() {
    throw unsupported("erf");
  }

  @Override
  public NDArray norm(boolean keepDims) {
    throw unsupported("norm");
  }

  @Override
  public NDArray norm(int axis, int[] axes, boolean keepDims) {
    throw unsupported("norm");
  }

  @Override
  public NDArray diff(int axis, int axis2) {
    throw unsupported("diff");
  }
}
