package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/** Order statistics, differences, special functions, and norms where they bend. */
final class FunctionCases {

  private final List<Case> cases = new ArrayList<>();

  private FunctionCases() {}

  static List<Case> all() {
    FunctionCases c = new FunctionCases();
    c.special();
    c.ordered();
    c.differences();
    c.norms();
    c.productsWithZeros();
    return c.cases;
  }

  private void special() {
    for (Shape shape : Shapes.SINGLE) {
      cases.add(Case.one("gammaln", NDArray::gammaln, Draw.uniform(0.2, 6, shape)).gradients());
      cases.add(Case.one("erfinv", NDArray::erfinv, Draw.uniform(-0.9, 0.9, shape)).gradients());
    }
    cases.add(Case.one("gammaln", NDArray::gammaln, Draw.values(-2.5, -0.5, 1, 2)).gradients());
    Draw factors = Draw.values(new Shape(2, 2), 0, 1, -2, 0);
    Draw numbers = Draw.values(new Shape(2, 2), 3, 0.5, 4, 0);
    cases.add(Case.of("xlogy", x -> x.get(0).xlogy(x.get(1)), factors, numbers).named("at zero"));
    cases.add(
        Case.of(
                "xlogy",
                x -> x.get(0).xlogy(x.get(1)),
                Draw.normal(3, 1),
                Draw.uniform(0.3, 3, 1, 4))
            .gradients());
    Draw whole = Draw.integers(1, 9, 2, 3).as(DataType.INT32);
    cases.add(Case.one("toDegrees", NDArray::toDegrees, whole));
    cases.add(Case.one("cbrt", NDArray::cbrt, whole));
    cases.add(Case.one("clip", a -> a.clip(2.5, 5), whole).named("fraction"));
  }

  private void ordered() {
    for (int axis : new int[] {0, 1, -1}) {
      int[] axes = {axis};
      String name = "axis " + axis;
      Draw odd = Draw.distinct(3, 5, 3);
      Draw even = Draw.distinct(4, 2, 6);
      cases.add(Case.one("median", a -> a.median(axes), odd).named(name).gradients());
      cases.add(Case.one("median", a -> a.median(axes), even).named(name).gradients());
      for (int percent : new int[] {0, 30, 50, 100}) {
        cases.add(
            Case.one("percentile", a -> a.percentile(percent, axes), even)
                .named(percent + ", " + name)
                .gradients());
      }
    }
    cases.add(Case.one("median", NDArray::median, Draw.distinct(2, 3)).gradients());
    cases.add(Case.one("percentile", a -> a.percentile(10), Draw.distinct(2, 3)).gradients());
  }

  private void differences() {
    for (int axis : new int[] {0, 1, -1}) {
      for (int times : new int[] {1, 2}) {
        cases.add(
            Case.one("diff", a -> a.diff(times, axis), Draw.normal(3, 4, 5))
                .named("%d, axis %d".formatted(times, axis))
                .gradients());
      }
    }
    cases.add(Case.one("diff", a -> a.diff(1, 0), Draw.normal(1, 3)).named("of one"));
    cases.add(Case.one("diff", a -> a.diff(1, 1), Draw.integers(0, 9, 2, 4).as(DataType.INT64)));
  }

  private void norms() {
    Draw zeros = Draw.values(new Shape(2, 2), 0, 0, 3, -4);
    for (int order : new int[] {0, 1, 2, 3}) {
      cases.add(
          Case.one("norm", a -> a.norm(order, new int[] {1}, false), zeros)
              .named(order + ", zeros")
              .gradients());
    }
    for (double p : new double[] {1, 2, 3}) {
      for (long axis : new long[] {0, -1}) {
        cases.add(
            Case.one("normalize", a -> a.normalize(p, axis, 1e-12), Draw.awayFromZero(2, 3, 4))
                .named(p + ", axis " + axis)
                .gradients());
      }
    }
    cases.add(
        Case.one("normalize", a -> a.normalize(2, 1, 100), Draw.normal(2, 3))
            .named("short vectors")
            .gradients());
  }

  private void productsWithZeros() {
    Draw draw = Draw.values(new Shape(3, 4), 2, 0, 3, -1, 0, 1, 0, 2, 1, 2, 3, 0);
    cases.add(Case.one("cumProd", a -> a.cumProd(1), draw).named("zeros").gradients());
    cases.add(Case.one("cumProd", a -> a.cumProd(0), draw).named("zeros, axis 0").gradients());
  }
}
