package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;

/** Functions of two arrays that broadcast, in-place ones included. */
final class BinaryCases {

  private final List<Case> cases = new ArrayList<>();

  private BinaryCases() {}

  static List<Case> all() {
    BinaryCases c = new BinaryCases();
    c.add("add", NDArray::add, Draw::normal, Draw::normal);
    c.add("sub", NDArray::sub, Draw::normal, Draw::normal);
    c.add("mul", NDArray::mul, Draw::normal, Draw::normal);
    c.add("div", NDArray::div, Draw::normal, Draw::awayFromZero);
    c.add("mod", NDArray::mod, Draw::normal, Draw::awayFromZero);
    c.add("pow", NDArray::pow, s -> Draw.uniform(0.3, 2, s), Draw::normal);
    c.add("maximum", NDArray::maximum, Draw::normal, Draw::normal);
    c.add("minimum", NDArray::minimum, Draw::normal, Draw::normal);
    c.add("atan2", NDArray::atan2, Draw::normal, Draw::awayFromZero);
    c.inPlace("addi", NDArray::addi, Draw::normal, Draw::normal);
    c.inPlace("subi", NDArray::subi, Draw::normal, Draw::normal);
    c.inPlace("muli", NDArray::muli, Draw::normal, Draw::normal);
    c.inPlace("divi", NDArray::divi, Draw::normal, Draw::awayFromZero);
    c.inPlace("modi", NDArray::modi, Draw::normal, Draw::awayFromZero);
    c.inPlace("powi", NDArray::powi, s -> Draw.uniform(0.3, 2, s), Draw::normal);
    c.compare("eq", NDArray::eq);
    c.compare("neq", NDArray::neq);
    c.compare("gt", NDArray::gt);
    c.compare("gte", NDArray::gte);
    c.compare("lt", NDArray::lt);
    c.compare("lte", NDArray::lte);
    c.logical("logicalAnd", NDArray::logicalAnd);
    c.logical("logicalOr", NDArray::logicalOr);
    c.logical("logicalXor", NDArray::logicalXor);
    c.reversed();
    c.aliases();
    c.ties();
    c.otherTypes();
    return c.cases;
  }

  private void add(
      String name,
      BinaryOperator<NDArray> operation,
      Function<Shape, Draw> first,
      Function<Shape, Draw> second) {
    for (Shapes.Pair pair : Shapes.PAIRS) {
      Draw a = first.apply(pair.first());
      Draw b = second.apply(pair.second());
      cases.add(Case.two(name, operation, a, b).gradients());
      if (!pair.first().equals(pair.second())) {
        Draw c = first.apply(pair.second());
        Draw d = second.apply(pair.first());
        cases.add(Case.two(name, operation, c, d).gradients());
      }
    }
    Shape shape = new Shape(2, 3);
    Draw a = first.apply(shape).as(DataType.FLOAT64);
    Draw b = second.apply(shape).as(DataType.FLOAT64);
    cases.add(Case.two(name, operation, a, b).gradients());
    cases.add(Case.two(name, operation, a, second.apply(shape)).gradients());
    cases.add(Case.of(name, x -> operation.apply(x.get(0), x.get(0)), b).gradients());
  }

  /** Gradients flow through a product; a leaf can't change in place, and a duplicate has none. */
  private void inPlace(
      String name,
      BinaryOperator<NDArray> operation,
      Function<Shape, Draw> first,
      Function<Shape, Draw> second) {
    long[][][] shapes = {
      {{}, {}},
      {{3, 4}, {3, 4}},
      {{3, 4}, {4}},
      {{2, 3, 4, 5}, {2, 3, 4, 5}},
      {{2, 3, 4, 5}, {3, 1, 1}},
      {{0, 3}, {3}}
    };
    for (long[][] s : shapes) {
      Draw a = first.apply(new Shape(s[0]));
      Draw b = second.apply(new Shape(s[1]));
      cases.add(
          Case.two(name, (x, y) -> operation.apply(x.mul(1), y), a, b).gradients().named("a copy"));
      cases.add(Case.two(name, operation, a, b).named("the array itself"));
    }
    Draw a = first.apply(new Shape(2, 3));
    Draw wide = second.apply(new Shape(3)).as(DataType.FLOAT64);
    cases.add(Case.two(name, operation, a, wide).named("keeps its type"));
  }

  private void compare(String name, BinaryOperator<NDArray> operation) {
    for (Shapes.Pair pair : Shapes.PAIRS) {
      Draw a = Draw.integers(-2, 3, pair.first()).as(DataType.FLOAT32);
      Draw b = Draw.integers(-2, 3, pair.second()).as(DataType.FLOAT32);
      cases.add(Case.two(name, operation, a, b));
    }
    Draw a = Draw.values(Double.NaN, Double.NaN, 1, Double.POSITIVE_INFINITY);
    Draw b = Draw.values(Double.NaN, 1, Double.NaN, Double.POSITIVE_INFINITY);
    cases.add(Case.two(name, operation, a, b).named("NaN and infinities"));
    Draw whole = Draw.integers(0, 3, 3, 4);
    for (DataType type :
        new DataType[] {DataType.INT32, DataType.INT64, DataType.UINT8, DataType.FLOAT64}) {
      cases.add(Case.two(name, operation, whole.as(type), whole.as(type)));
      cases.add(Case.two(name, operation, whole.as(type), whole.as(DataType.FLOAT32)));
    }
    if (name.endsWith("eq")) {
      cases.add(Case.two(name, operation, Draw.booleans(3, 4), Draw.booleans(3, 4)));
    }
  }

  private void logical(String name, BinaryOperator<NDArray> operation) {
    for (Shapes.Pair pair : Shapes.PAIRS) {
      Draw a = Draw.booleans(pair.first());
      Draw b = Draw.booleans(pair.second());
      cases.add(Case.two(name, operation, a, b));
    }
    Draw numbers = Draw.integers(0, 2, 3, 4);
    cases.add(Case.two(name, operation, numbers.as(DataType.FLOAT32), Draw.booleans(4)));
    cases.add(Case.two(name, operation, numbers, numbers.as(DataType.INT32)));
  }

  /** The operands of {@code NDArrayEx}'s {@code r…} operations are the other way round. */
  private void reversed() {
    Draw a = Draw.uniform(0.3, 2, 3, 4);
    Draw b = Draw.uniform(0.3, 2, 3, 4);
    cases.add(Case.two("rsub", (x, y) -> x.getNDArrayInternal().rsub(y), a, b).gradients());
    cases.add(Case.two("rdiv", (x, y) -> x.getNDArrayInternal().rdiv(y), a, b).gradients());
    cases.add(Case.two("rmod", (x, y) -> x.getNDArrayInternal().rmod(y), a, b).gradients());
    cases.add(
        Case.two("rsubi", (x, y) -> x.mul(1).getNDArrayInternal().rsubi(y), a, b).gradients());
    cases.add(
        Case.two("rdivi", (x, y) -> x.mul(1).getNDArrayInternal().rdivi(y), a, b)
            .gradients()
            .formula(x -> x.get(0).zip(x.get(1), (v, w) -> w / v)));
    cases.add(
        Case.two("rmodi", (x, y) -> x.mul(1).getNDArrayInternal().rmodi(y), a, b)
            .formula(x -> x.get(0).zip(x.get(1), (v, w) -> w - v * Math.floor(w / v))));
  }

  /** The static forms. */
  private void aliases() {
    Draw a = Draw.normal(3, 4);
    Draw b = Draw.awayFromZero(3, 4);
    Draw c = Draw.normal(3, 4);
    cases.add(
        Case.of("NDArrays.add", x -> NDArrays.add(x.toArray(new NDArray[0])), a, b, c).gradients());
    cases.add(
        Case.of("NDArrays.mul", x -> NDArrays.mul(x.toArray(new NDArray[0])), a, b, c).gradients());
    cases.add(Case.of("NDArrays.sub", x -> NDArrays.sub(x.get(0), x.get(1)), a, b).gradients());
    cases.add(Case.of("NDArrays.div", x -> NDArrays.div(x.get(0), x.get(1)), a, b).gradients());
    cases.add(
        Case.of("NDArrays.addi", x -> NDArrays.addi(x.get(0).mul(1), x.get(1), x.get(2)), a, b, c)
            .gradients());
    cases.add(
        Case.of("NDArrays.maximum", x -> NDArrays.maximum(x.get(0), x.get(1)), a, b).gradients());
    cases.add(
        Case.of("NDArrays.minimum", x -> NDArrays.minimum(x.get(0), x.get(1)), a, b).gradients());
  }

  private void ties() {
    Draw a = Draw.values(1, 2, 3);
    Draw b = Draw.values(1, 3, 2);
    cases.add(Case.two("maximum", NDArray::maximum, a, b).gradients().named("a tie"));
    cases.add(Case.two("minimum", NDArray::minimum, a, b).gradients().named("a tie"));
    Draw nan = Draw.values(Double.NaN, 1, 2);
    Draw other = Draw.values(1, Double.NaN, 3);
    cases.add(Case.two("maximum", NDArray::maximum, nan, other).named("NaN"));
    cases.add(Case.two("minimum", NDArray::minimum, nan, other).named("NaN"));
    Draw signs = Draw.values(-3, -2, -0.5, 0.5, 2, 3);
    cases.add(Case.one("pow", x -> x.pow(2), signs).gradients().named("2, negative bases"));
    cases.add(Case.one("pow", x -> x.pow(3), signs).gradients().named("3, negative bases"));
    Draw divisors = Draw.values(2, -2, 0.75, -0.75, 1.5, -1.5);
    cases.add(Case.two("mod", NDArray::mod, signs, divisors).named("of all signs"));
  }

  /** What type comes out of two, arrays without dimensions included. */
  private void otherTypes() {
    DataType[] types = {
      DataType.BOOLEAN,
      DataType.UINT8,
      DataType.INT32,
      DataType.INT64,
      DataType.FLOAT32,
      DataType.FLOAT64
    };
    Map<String, BinaryOperator<NDArray>> operations =
        Map.of("add", NDArray::add, "mul", NDArray::mul, "div", NDArray::div, "sub", NDArray::sub);
    operations.forEach(
        (name, operation) -> {
          for (DataType first : types) {
            for (DataType second : types) {
              if (name.equals("sub") && (first == DataType.BOOLEAN || second == DataType.BOOLEAN)) {
                continue; // PyTorch refuses it
              }
              int limit = first == DataType.BOOLEAN || second == DataType.BOOLEAN ? 2 : 5;
              for (Shape s : List.of(new Shape(2, 3), new Shape())) {
                Draw a = Draw.integers(1, limit, new Shape(2, 3)).as(first);
                Draw b = Draw.integers(1, limit, s).as(second);
                cases.add(typed(Case.two(name, operation, a, b), first, second));
                if (s.isScalar()) {
                  cases.add(typed(Case.two(name, operation, b, a), first, second));
                }
              }
            }
          }
        });
    Draw whole = Draw.integers(-5, 6, 2, 3);
    Draw divisor = Draw.values(new Shape(2, 3), 2, -2, 3, -3, 1, 4);
    for (DataType type : new DataType[] {DataType.INT32, DataType.INT64}) {
      cases.add(Case.two("mod", NDArray::mod, whole.as(type), divisor.as(type)));
      cases.add(Case.two("maximum", NDArray::maximum, whole.as(type), divisor.as(type)));
      cases.add(Case.two("minimum", NDArray::minimum, whole.as(type), divisor.as(type)));
    }
    Draw half = Draw.normal(2, 3).as(DataType.FLOAT16);
    cases.add(Case.two("add", NDArray::add, half, half));
    cases.add(Case.two("mul", NDArray::mul, half, Draw.normal(2, 3)));
  }

  private static Case typed(Case c, DataType first, DataType second) {
    return c.named((first + " with " + second).toLowerCase(Locale.ROOT));
  }
}
