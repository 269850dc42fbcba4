package io.github.flora.tensorflow;

import ai.djl.ndarray.NDArray;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.NotCompilableException;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import io.github.flora.tensorflow.op.Arithmetic;
import io.github.flora.tensorflow.op.Comparisons;
import io.github.flora.tensorflow.op.Promotion;

/** Arithmetic, comparisons and logic with another array or a number. */
abstract class ArithmeticArray extends ArrayBase {

  ArithmeticArray(TensorFlowManager manager, Cell cell) {
    super(manager, cell);
  }

  /** An operation on two tensors. */
  interface Binary {
    Tensor on(Emitter emitter, Tensor left, Tensor right);
  }

  /** An operation on one tensor. */
  interface Unary {
    Tensor on(Emitter emitter, Tensor x);
  }

  final TensorFlowArray with(Unary operation) {
    return apply(e -> operation.on(e, value()));
  }

  final TensorFlowArray with(Binary operation, NDArray other) {
    return apply(e -> operation.on(e, value(), value(other)));
  }

  final TensorFlowArray with(Binary operation, Number n) {
    return apply(e -> on(e, operation, value(), n));
  }

  final TensorFlowArray into(Unary operation) {
    return assign(e -> replacing(e, value(), x -> operation.on(e, x)));
  }

  final TensorFlowArray into(Binary operation, NDArray other) {
    return assign(e -> replacing(e, value(), x -> operation.on(e, x, value(other))));
  }

  final TensorFlowArray into(Binary operation, Number n) {
    return assign(e -> replacing(e, value(), x -> on(e, operation, x, n)));
  }

  private interface OfValue {
    Tensor on(Tensor x);
  }

  private static Tensor replacing(Emitter e, Tensor x, OfValue operation) {
    return Promotion.into(e, x, operation.on(x));
  }

  private static Tensor on(Emitter e, Binary operation, Tensor x, Number n) {
    return operation.on(e, x, Promotion.number(e, x, n));
  }

  @Override
  public boolean contentEquals(Number n) {
    try (NDArray number = getManager().create(n)) {
      return contentEquals(number);
    }
  }

  @Override
  public boolean contentEquals(NDArray other) {
    if (other == null || !shapeEquals(other) || getDataType() != other.getDataType()) {
      return false;
    }
    if (Trace.current() != null) {
      throw new NotCompilableException("the numbers of arrays are compared");
    }
    return Tape.unrecorded(
        () -> {
          try (NDArray same = with(Comparisons::same, other)) {
            return same.toBooleanArray()[0];
          }
        });
  }

  @Override
  public NDArray eq(Number n) {
    return with(Comparisons::eq, n);
  }

  @Override
  public NDArray eq(NDArray other) {
    return with(Comparisons::eq, other);
  }

  @Override
  public NDArray neq(Number n) {
    return with(Comparisons::neq, n);
  }

  @Override
  public NDArray neq(NDArray other) {
    return with(Comparisons::neq, other);
  }

  @Override
  public NDArray gt(Number n) {
    return with(Comparisons::gt, n);
  }

  @Override
  public NDArray gt(NDArray other) {
    return with(Comparisons::gt, other);
  }

  @Override
  public NDArray gte(Number n) {
    return with(Comparisons::gte, n);
  }

  @Override
  public NDArray gte(NDArray other) {
    return with(Comparisons::gte, other);
  }

  @Override
  public NDArray lt(Number n) {
    return with(Comparisons::lt, n);
  }

  @Override
  public NDArray lt(NDArray other) {
    return with(Comparisons::lt, other);
  }

  @Override
  public NDArray lte(Number n) {
    return with(Comparisons::lte, n);
  }

  @Override
  public NDArray lte(NDArray other) {
    return with(Comparisons::lte, other);
  }

  @Override
  public NDArray add(Number n) {
    return with(Arithmetic::add, n);
  }

  @Override
  public NDArray add(NDArray other) {
    return with(Arithmetic::add, other);
  }

  @Override
  public NDArray sub(Number n) {
    return with(Arithmetic::sub, n);
  }

  @Override
  public NDArray sub(NDArray other) {
    return with(Arithmetic::sub, other);
  }

  @Override
  public NDArray mul(Number n) {
    return with(Arithmetic::mul, n);
  }

  @Override
  public NDArray mul(NDArray other) {
    return with(Arithmetic::mul, other);
  }

  @Override
  public NDArray div(Number n) {
    return with(Arithmetic::div, n);
  }

  @Override
  public NDArray div(NDArray other) {
    return with(Arithmetic::div, other);
  }

  @Override
  public NDArray mod(Number n) {
    return with(Arithmetic::mod, n);
  }

  @Override
  public NDArray mod(NDArray other) {
    return with(Arithmetic::mod, other);
  }

  @Override
  public NDArray pow(Number n) {
    return with(Arithmetic::pow, n);
  }

  @Override
  public NDArray pow(NDArray other) {
    return with(Arithmetic::pow, other);
  }

  @Override
  public NDArray addi(Number n) {
    return into(Arithmetic::add, n);
  }

  @Override
  public NDArray addi(NDArray other) {
    return into(Arithmetic::add, other);
  }

  @Override
  public NDArray subi(Number n) {
    return into(Arithmetic::sub, n);
  }

  @Override
  public NDArray subi(NDArray other) {
    return into(Arithmetic::sub, other);
  }

  @Override
  public NDArray muli(Number n) {
    return into(Arithmetic::mul, n);
  }

  @Override
  public NDArray muli(NDArray other) {
    return into(Arithmetic::mul, other);
  }

  @Override
  public NDArray divi(Number n) {
    return into(Arithmetic::div, n);
  }

  @Override
  public NDArray divi(NDArray other) {
    return into(Arithmetic::div, other);
  }

  @Override
  public NDArray modi(Number n) {
    return into(Arithmetic::mod, n);
  }

  @Override
  public NDArray modi(NDArray other) {
    return into(Arithmetic::mod, other);
  }

  @Override
  public NDArray powi(Number n) {
    return into(Arithmetic::pow, n);
  }

  @Override
  public NDArray powi(NDArray other) {
    return into(Arithmetic::pow, other);
  }

  @Override
  public NDArray maximum(Number n) {
    return with(Arithmetic::maximum, n);
  }

  @Override
  public NDArray maximum(NDArray other) {
    return with(Arithmetic::maximum, other);
  }

  @Override
  public NDArray minimum(Number n) {
    return with(Arithmetic::minimum, n);
  }

  @Override
  public NDArray minimum(NDArray other) {
    return with(Arithmetic::minimum, other);
  }

  @Override
  public NDArray neg() {
    return with(Arithmetic::neg);
  }

  @Override
  public NDArray negi() {
    return into(Arithmetic::neg);
  }

  @Override
  public NDArray logicalAnd(NDArray other) {
    return with(Comparisons::and, other);
  }

  @Override
  public NDArray logicalOr(NDArray other) {
    return with(Comparisons::or, other);
  }

  @Override
  public NDArray logicalXor(NDArray other) {
    return with(Comparisons::xor, other);
  }

  @Override
  public NDArray logicalNot() {
    return with(Comparisons::not);
  }

  @Override
  public NDArray isInfinite() {
    return with(Comparisons::isInfinite);
  }

  @Override
  public NDArray isNaN() {
    return with(Comparisons::isNaN);
  }

  @Override
  public NDArray all() {
    return with(Comparisons::all);
  }

  @Override
  public NDArray any() {
    return with(Comparisons::any);
  }

  @Override
  public NDArray none() {
    return apply(e -> Comparisons.not(e, Comparisons.any(e, value())));
  }
}
