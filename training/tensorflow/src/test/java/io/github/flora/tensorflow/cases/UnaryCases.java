package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Functions of each element. */
final class UnaryCases {

  private static final double[] SPECIALS = {
    Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, -1, 1
  };

  private final List<Case> cases = new ArrayList<>();

  private UnaryCases() {}

  static List<Case> all() {
    UnaryCases c = new UnaryCases();
    c.add("abs", NDArray::abs, Draw::awayFromZero);
    c.add("neg", NDArray::neg, Draw::normal);
    c.add("square", NDArray::square, Draw::normal);
    c.add("sqrt", NDArray::sqrt, UnaryCases::positive);
    c.add("cbrt", NDArray::cbrt, UnaryCases::positive);
    c.add("floor", NDArray::floor, UnaryCases::fractions);
    c.add("ceil", NDArray::ceil, UnaryCases::fractions);
    c.add("round", NDArray::round, UnaryCases::fractions);
    c.add("trunc", NDArray::trunc, UnaryCases::fractions);
    c.add("sign", NDArray::sign, Draw::awayFromZero);
    c.add("exp", NDArray::exp, Draw::normal);
    c.add("log", NDArray::log, UnaryCases::positive);
    c.add("log10", NDArray::log10, UnaryCases::positive);
    c.add("log2", NDArray::log2, UnaryCases::positive);
    c.add("sin", NDArray::sin, Draw::normal);
    c.add("cos", NDArray::cos, Draw::normal);
    c.add("tan", NDArray::tan, s -> Draw.uniform(-1.2, 1.2, s));
    c.add("asin", NDArray::asin, UnaryCases::withinOne);
    c.add("acos", NDArray::acos, UnaryCases::withinOne);
    c.add("atan", NDArray::atan, Draw::normal);
    c.add("sinh", NDArray::sinh, Draw::normal);
    c.add("cosh", NDArray::cosh, Draw::normal);
    c.add("tanh", NDArray::tanh, Draw::normal);
    c.add("asinh", NDArray::asinh, Draw::normal, x -> Math.log(x + Math.sqrt(x * x + 1)));
    c.add(
        "acosh",
        NDArray::acosh,
        s -> Draw.uniform(1.2, 4, s),
        x -> Math.log(x + Math.sqrt(x * x - 1)));
    c.add("atanh", NDArray::atanh, UnaryCases::withinOne, x -> Math.log((1 + x) / (1 - x)) / 2);
    c.add("erf", NDArray::erf, Draw::normal);
    c.add("toDegrees", NDArray::toDegrees, Draw::normal);
    c.add("toRadians", NDArray::toRadians, Draw::normal);
    c.add("clip", a -> a.clip(-0.5, 0.75), Draw::normal);
    c.add("negi", a -> a.mul(1).negi(), Draw::normal);
    c.add("signi", a -> a.mul(1).signi(), Draw::awayFromZero);
    c.add("stopGradient", a -> a.stopGradient().add(a), Draw::normal);
    c.add("scaleGradient", a -> a.scaleGradient(0.25), Draw::normal);
    for (Shape shape : Shapes.SINGLE) {
      c.cases.add(Case.one("isNaN", NDArray::isNaN, Draw.normal(shape)));
      c.cases.add(Case.one("isInfinite", NDArray::isInfinite, Draw.normal(shape)));
      c.cases.add(Case.one("logicalNot", NDArray::logicalNot, Draw.booleans(shape)));
      c.cases.add(Case.one("duplicate", NDArray::duplicate, Draw.normal(shape)));
      c.cases.add(Case.one("zerosLike", NDArray::zerosLike, Draw.normal(shape)));
      c.cases.add(Case.one("onesLike", NDArray::onesLike, Draw.normal(shape)));
    }
    c.inPlace();
    c.specials();
    c.otherTypes();
    return c.cases;
  }

  private static Draw positive(Shape shape) {
    return Draw.uniform(0.1, 3, shape);
  }

  private static Draw withinOne(Shape shape) {
    return Draw.uniform(-0.9, 0.9, shape);
  }

  /** Numbers away from where rounding jumps, above a half and below. */
  private static Draw fractions(Shape shape) {
    return new Draw(
        DataType.FLOAT32,
        shape,
        (random, count) ->
            random
                .ints(count, -12, 12)
                .mapToDouble(i -> (i >> 2) + (i % 2 == 0 ? 0.3 : 0.8))
                .toArray());
  }

  private void add(String name, UnaryOperator<NDArray> operation, Function<Shape, Draw> draw) {
    add(name, operation, draw, null);
  }

  private void add(
      String name,
      UnaryOperator<NDArray> operation,
      Function<Shape, Draw> draw,
      @Nullable DoubleUnaryOperator formula) {
    for (Shape shape : Shapes.SINGLE) {
      Case c = Case.one(name, operation, draw.apply(shape)).gradients();
      cases.add(formula == null ? c : c.formula(x -> x.get(0).map(formula)));
    }
    Case wide = Case.one(name, operation, draw.apply(new Shape(3, 2)).as(DataType.FLOAT64));
    wide = wide.gradients();
    cases.add(formula == null ? wide : wide.formula(x -> x.get(0).map(formula)));
  }

  /** The array itself changes, and is what is returned. */
  private void inPlace() {
    Draw draw = Draw.normal(2, 3, 4, 5);
    cases.add(Case.one("negi", NDArray::negi, draw).named("the array itself"));
    cases.add(Case.one("signi", NDArray::signi, draw).named("the array itself"));
  }

  private void specials() {
    Draw draw = Draw.values(SPECIALS);
    Object[][] operations = {
      {"isNaN", (UnaryOperator<NDArray>) NDArray::isNaN},
      {"isInfinite", (UnaryOperator<NDArray>) NDArray::isInfinite},
      {"abs", (UnaryOperator<NDArray>) NDArray::abs},
      {"sign", (UnaryOperator<NDArray>) NDArray::sign},
      {"floor", (UnaryOperator<NDArray>) NDArray::floor},
      {"exp", (UnaryOperator<NDArray>) NDArray::exp},
      {"log", (UnaryOperator<NDArray>) NDArray::log},
      {"sqrt", (UnaryOperator<NDArray>) NDArray::sqrt},
      {"tanh", (UnaryOperator<NDArray>) NDArray::tanh},
      {"clip", (UnaryOperator<NDArray>) a -> a.clip(-1, 2)},
      {"round", (UnaryOperator<NDArray>) NDArray::round},
    };
    for (Object[] o : operations) {
      @SuppressWarnings("unchecked")
      UnaryOperator<NDArray> operation = (UnaryOperator<NDArray>) o[1];
      if (!o[0].equals("sign")) { // NaN has no sign; engines differ
        cases.add(Case.one((String) o[0], operation, draw).named("NaN and infinities"));
      }
    }
    Draw halves = Draw.values(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5);
    cases.add(Case.one("round", NDArray::round, halves).named("halves to even"));
    Draw kinks = Draw.values(-0.5, 0, 0.75);
    cases.add(Case.one("abs", NDArray::abs, kinks).named("at its kink").gradients());
    cases.add(Case.one("sign", NDArray::sign, kinks).named("of zero").gradients());
    cases.add(Case.one("clip", a -> a.clip(-0.5, 0.75), kinks).named("at its bounds").gradients());
  }

  private void otherTypes() {
    Draw whole = Draw.integers(1, 9, 2, 3);
    for (DataType type : new DataType[] {DataType.INT32, DataType.INT64, DataType.UINT8}) {
      Draw draw = whole.as(type);
      cases.add(Case.one("square", NDArray::square, draw));
      cases.add(Case.one("sign", NDArray::sign, draw));
      cases.add(Case.one("floor", NDArray::floor, draw));
      cases.add(Case.one("sqrt", NDArray::sqrt, draw));
      cases.add(Case.one("exp", NDArray::exp, draw));
      cases.add(Case.one("log", NDArray::log, draw));
      cases.add(Case.one("clip", a -> a.clip(2, 5), draw));
      cases.add(Case.one("logicalNot", NDArray::logicalNot, draw));
      if (type != DataType.UINT8) {
        cases.add(Case.one("abs", NDArray::abs, Draw.integers(-4, 5, 2, 3).as(type)));
        cases.add(Case.one("neg", NDArray::neg, draw));
      }
    }
    Draw half = Draw.uniform(0.25, 2, 2, 3).as(DataType.FLOAT16);
    cases.add(Case.one("neg", NDArray::neg, half));
    cases.add(Case.one("exp", NDArray::exp, half));
    cases.add(Case.one("sqrt", NDArray::sqrt, half));
  }
}
