package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.List;

/** Functions of an array and a number, in-place ones included. */
final class ScalarCases {

  /** An operation with a number. */
  @FunctionalInterface
  private interface Operation {
    NDArray apply(NDArray array, Number number);
  }

  private static final Number[] NUMBERS = {2, 3L, 1.5f, 2.5, (byte) 3};

  private final List<Case> cases = new ArrayList<>();

  private ScalarCases() {}

  static List<Case> all() {
    ScalarCases c = new ScalarCases();
    c.add("add", NDArray::add);
    c.add("sub", NDArray::sub);
    c.add("mul", NDArray::mul);
    c.add("div", NDArray::div);
    c.add("mod", NDArray::mod);
    c.add("pow", NDArray::pow);
    c.add("maximum", NDArray::maximum);
    c.add("minimum", NDArray::minimum);
    c.add("rsub", (a, n) -> a.getNDArrayInternal().rsub(n));
    c.add("rdiv", (a, n) -> a.getNDArrayInternal().rdiv(n));
    c.add("rpow", (a, n) -> a.getNDArrayInternal().rpow(n));
    c.add("NDArrays.sub", (a, n) -> NDArrays.sub(n, a));
    c.inPlace("addi", NDArray::addi);
    c.inPlace("subi", NDArray::subi);
    c.inPlace("muli", NDArray::muli);
    c.inPlace("divi", NDArray::divi);
    c.inPlace("modi", NDArray::modi);
    c.inPlace("powi", NDArray::powi);
    c.inPlace("rsubi", (a, n) -> a.getNDArrayInternal().rsubi(n));
    Draw bases = Draw.uniform(0.3, 2, 3, 4);
    c.cases.add(
        Case.one("rdivi", a -> a.mul(1).getNDArrayInternal().rdivi(2), bases)
            .named("number")
            .gradients()
            .formula(x -> x.get(0).map(v -> 2 / v)));
    c.cases.add(
        Case.one("rpowi", a -> a.mul(1).getNDArrayInternal().rpowi(2), bases)
            .named("number")
            .gradients()
            .formula(x -> x.get(0).map(v -> Math.pow(2, v))));
    c.compare("eq", NDArray::eq);
    c.compare("neq", NDArray::neq);
    c.compare("gt", NDArray::gt);
    c.compare("gte", NDArray::gte);
    c.compare("lt", NDArray::lt);
    c.compare("lte", NDArray::lte);
    return c.cases;
  }

  private static String name(Number number) {
    return "%s %s".formatted(number.getClass().getSimpleName(), number);
  }

  private void add(String name, Operation operation) {
    for (Number number : NUMBERS) {
      Draw draw = Draw.uniform(0.3, 2.9, 2, 3);
      String type = name(number);
      cases.add(Case.one(name, a -> operation.apply(a, number), draw).named(type).gradients());
      for (DataType other :
          new DataType[] {DataType.FLOAT64, DataType.INT32, DataType.INT64, DataType.UINT8}) {
        Draw whole = Draw.integers(1, 4, 2, 3).as(other);
        cases.add(Case.one(name, a -> operation.apply(a, number), whole).named(type));
      }
    }
    for (long[] shape : new long[][] {{}, {1, 1}, {0, 3}, {2, 3, 4, 5}}) {
      Draw draw = Draw.uniform(0.3, 2.9, shape);
      cases.add(Case.one(name, a -> operation.apply(a, 2), draw).named("number").gradients());
    }
  }

  private void inPlace(String name, Operation operation) {
    for (Number number : NUMBERS) {
      Draw draw = Draw.uniform(0.3, 2.9, 2, 3);
      cases.add(
          Case.one(name, a -> operation.apply(a.mul(1), number), draw)
              .named("copy, " + name(number))
              .gradients());
      cases.add(Case.one(name, a -> operation.apply(a, number), draw).named(name(number)));
    }
    Draw images = Draw.uniform(0.3, 2.9, 2, 3, 4, 5);
    cases.add(
        Case.one(name, a -> operation.apply(a.mul(1), 2), images)
            .named("copy of images")
            .gradients());
    if (!name.equals("divi")) { // whole numbers don't stay whole
      Draw whole = Draw.integers(1, 4, 2, 3);
      cases.add(Case.one(name, a -> operation.apply(a, 2), whole).named("number"));
    }
  }

  private void compare(String name, Operation operation) {
    for (Number number : new Number[] {1, 1L, 1f, 1.0, (byte) 1}) {
      for (DataType type :
          new DataType[] {DataType.FLOAT32, DataType.FLOAT64, DataType.INT32, DataType.INT64}) {
        Draw draw = Draw.integers(-1, 4, 3, 4).as(type);
        cases.add(Case.one(name, a -> operation.apply(a, number), draw).named(name(number)));
      }
    }
  }
}
