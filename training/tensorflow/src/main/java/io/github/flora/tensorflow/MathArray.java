package io.github.flora.tensorflow;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.github.flora.tensorflow.op.Activations;
import io.github.flora.tensorflow.op.Arithmetic;
import io.github.flora.tensorflow.op.Cumulative;
import io.github.flora.tensorflow.op.Elementwise;
import io.github.flora.tensorflow.op.Extremes;
import io.github.flora.tensorflow.op.MathFunctions;
import io.github.flora.tensorflow.op.Norms;
import io.github.flora.tensorflow.op.Reductions;
import io.github.flora.tensorflow.op.Softmax;
import io.github.flora.tensorflow.op.Trigonometry;

/** What is computed element by element or along axes. */
abstract class MathArray extends ArithmeticArray {

  private static final int[] ALL = {};
  private static final int[] LAST = {-1};

  MathArray(TensorFlowManager manager, Cell cell) {
    super(manager, cell);
  }

  @Override
  public NDArray xlogy(NDArray other) {
    if (isScalar() || other.isScalar()) {
      throw new IllegalArgumentException("scalar is not allowed for xlogy()");
    }
    return with(Arithmetic::xlogy, other);
  }

  @Override
  public NDArray sign() {
    return with(MathFunctions::sign);
  }

  @Override
  public NDArray signi() {
    return into(MathFunctions::sign);
  }

  @Override
  public NDArray abs() {
    return with(MathFunctions::abs);
  }

  @Override
  public NDArray square() {
    return with(MathFunctions::square);
  }

  @Override
  public NDArray sqrt() {
    return with(MathFunctions::sqrt);
  }

  @Override
  public NDArray cbrt() {
    return with(MathFunctions::cbrt);
  }

  @Override
  public NDArray floor() {
    return with(MathFunctions::floor);
  }

  @Override
  public NDArray ceil() {
    return with(MathFunctions::ceil);
  }

  @Override
  public NDArray round() {
    return with(MathFunctions::round);
  }

  @Override
  public NDArray trunc() {
    return with(MathFunctions::trunc);
  }

  @Override
  public NDArray exp() {
    return with(MathFunctions::exp);
  }

  @Override
  public NDArray gammaln() {
    return with(MathFunctions::gammaln);
  }

  @Override
  public NDArray log() {
    return with(MathFunctions::log);
  }

  @Override
  public NDArray log10() {
    return with(MathFunctions::log10);
  }

  @Override
  public NDArray log2() {
    return with(MathFunctions::log2);
  }

  @Override
  public NDArray sin() {
    return with(Trigonometry::sin);
  }

  @Override
  public NDArray cos() {
    return with(Trigonometry::cos);
  }

  @Override
  public NDArray tan() {
    return with(Trigonometry::tan);
  }

  @Override
  public NDArray asin() {
    return with(Trigonometry::asin);
  }

  @Override
  public NDArray acos() {
    return with(Trigonometry::acos);
  }

  @Override
  public NDArray atan() {
    return with(Trigonometry::atan);
  }

  @Override
  public NDArray atan2(NDArray other) {
    return with(Arithmetic::atan2, other);
  }

  @Override
  public NDArray sinh() {
    return with(Trigonometry::sinh);
  }

  @Override
  public NDArray cosh() {
    return with(Trigonometry::cosh);
  }

  @Override
  public NDArray tanh() {
    return with(Activations::tanh);
  }

  @Override
  public NDArray asinh() {
    return with(Trigonometry::asinh);
  }

  @Override
  public NDArray acosh() {
    return with(Trigonometry::acosh);
  }

  @Override
  public NDArray atanh() {
    return with(Trigonometry::atanh);
  }

  @Override
  public NDArray toDegrees() {
    return with(Trigonometry::toDegrees);
  }

  @Override
  public NDArray toRadians() {
    return with(Trigonometry::toRadians);
  }

  @Override
  public NDArray max() {
    return max(ALL, false);
  }

  @Override
  public NDArray max(int[] axes, boolean keepDims) {
    return apply(e -> Extremes.max(e, value(), axes, keepDims));
  }

  @Override
  public NDArray min() {
    return min(ALL, false);
  }

  @Override
  public NDArray min(int[] axes, boolean keepDims) {
    return apply(e -> Extremes.min(e, value(), axes, keepDims));
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
    return apply(e -> Cumulative.product(e, value(), axis));
  }

  @Override
  public NDArray cumProd(int axis, DataType type) {
    return apply(e -> Cumulative.product(e, Elementwise.cast(e, value(), type), axis));
  }

  @Override
  public NDArray prod() {
    return prod(ALL, false);
  }

  @Override
  public NDArray prod(int[] axes, boolean keepDims) {
    return apply(e -> Cumulative.prod(e, value(), axes, keepDims));
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
  public NDArray normalize(double exponent, long dim, double eps) {
    int axis = Math.toIntExact(dim);
    return apply(e -> Norms.normalize(e, value(), exponent, axis, eps));
  }

  @Override
  public NDArray trace(int offset, int axis1, int axis2) {
    return apply(e -> Reductions.trace(e, value(), offset, axis1, axis2));
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
    // As DJL's PyTorch engine does, not as NDArray's documentation says.
    return isScalar() ? reshape(1) : isEmpty() ? reshape(0) : cumSum(0);
  }

  @Override
  public NDArray cumSum(int axis) {
    return apply(e -> Cumulative.sum(e, value(), axis));
  }

  @Override
  public NDArray clip(Number min, Number max) {
    return apply(e -> MathFunctions.clip(e, value(), min, max));
  }

  @Override
  public NDArray percentile(Number percentile) {
    return percentile(percentile, LAST);
  }

  @Override
  public NDArray percentile(Number percentile, int[] axes) {
    int axis = only("percentile", axes);
    return apply(e -> Extremes.percentile(e, value(), percentile.doubleValue(), axis));
  }

  @Override
  public NDArray median() {
    return median(LAST);
  }

  @Override
  public NDArray median(int[] axes) {
    int axis = only("median", axes);
    return apply(e -> Extremes.median(e, value(), axis));
  }

  @Override
  public NDArray erfinv() {
    return with(MathFunctions::erfinv);
  }

  @Override
  public NDArray erf() {
    return with(MathFunctions::erf);
  }

  @Override
  public NDArray norm(boolean keepDims) {
    return norm(2, ALL, keepDims);
  }

  @Override
  public NDArray norm(int ord, int[] axes, boolean keepDims) {
    return apply(e -> Norms.norm(e, value(), ord, axes, keepDims));
  }

  @Override
  public NDArray diff(int n, int dim) {
    return apply(e -> Cumulative.diff(e, value(), n, dim));
  }

  private static int only(String operation, int[] axes) {
    if (axes.length != 1) {
      throw new UnsupportedOperationException(
          "%s takes one axis, not %d".formatted(operation, axes.length));
    }
    return axes[0];
  }
}
