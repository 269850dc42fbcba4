package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Operations that make fewer elements of many, and cumulative ones. */
final class ReductionCases {

  /** An operation along axes. */
  @FunctionalInterface
  private interface Reduction {
    NDArray apply(NDArray array, int[] axes, boolean keepDims);
  }

  private final List<Case> cases = new ArrayList<>();

  private ReductionCases() {}

  static List<Case> all() {
    ReductionCases c = new ReductionCases();
    c.whole("sum", NDArray::sum);
    c.whole("mean", NDArray::mean);
    c.whole("max", NDArray::max);
    c.whole("min", NDArray::min);
    c.whole("prod", NDArray::prod);
    c.whole("norm", NDArray::norm);
    c.whole("norm", a -> a.norm(true));
    c.along("sum", NDArray::sum, 0, Double::sum, false);
    c.along("mean", NDArray::mean, 0, Double::sum, true);
    c.along("max", NDArray::max, Double.NEGATIVE_INFINITY, Math::max, false);
    c.along("min", NDArray::min, Double.POSITIVE_INFINITY, Math::min, false);
    c.along("prod", NDArray::prod, 1, (x, y) -> x * y, false);
    c.norms();
    c.counts();
    c.cumulative();
    c.edges();
    c.otherTypes();
    return c.cases;
  }

  private void whole(String name, UnaryOperator<NDArray> operation) {
    for (Shape shape : Shapes.SINGLE) {
      boolean extreme = name.equals("max") || name.equals("min");
      if (shape.size() > 0 || !extreme) {
        String which = name.equals("norm") ? "all " + cases.size() : "all";
        cases.add(Case.one(name, operation, Draw.distinct(shape)).gradients().named(which));
      }
    }
  }

  private void along(
      String name, Reduction operation, double start, DoubleBinaryOperator f, boolean mean) {
    int[][] axes = {{0}, {1}, {-1}, {-2}, {0, 2}, {2, 3}, {1, 2, 3}, {0, 1, 2, 3}};
    for (int[] some : axes) {
      for (boolean keep : new boolean[] {false, true}) {
        Draw draw = Draw.distinct(2, 3, 4, 3);
        String variant = Arrays.toString(some) + (keep ? ", dimensions kept" : "");
        Case c =
            Case.one(name, a -> operation.apply(a, some, keep), draw).named(variant).gradients();
        boolean alone = some.length == 1 || name.equals("sum");
        cases.add(alone ? c : c.formula(x -> reduce(x.get(0), some, keep, start, f, mean)));
      }
    }
    Draw ones = Draw.distinct(1, 3, 1);
    cases.add(
        Case.one(name, a -> operation.apply(a, new int[] {0}, false), ones)
            .named("axis 0")
            .gradients());
    cases.add(
        Case.one(name, a -> operation.apply(a, new int[] {0}, false), Draw.distinct(4))
            .named("axis 0")
            .gradients());
    Draw empty = Draw.normal(0, 3);
    cases.add(Case.one(name, a -> operation.apply(a, new int[] {1}, false), empty).named("axis 1"));
    if (name.equals("sum") || name.equals("prod") || mean) {
      cases.add(
          Case.one(name, a -> operation.apply(a, new int[] {0}, true), empty).named("axis 0"));
    }
  }

  private static Tensor reduce(
      Tensor x, int[] axes, boolean keep, double start, DoubleBinaryOperator f, boolean mean) {
    int rank = x.shape().dimension();
    long[] kept = x.shape().getShape().clone();
    for (int axis : axes) {
      kept[(axis + rank) % rank] = 1;
    }
    Shape keptShape = new Shape(kept);
    double[] reduced = new double[(int) keptShape.size()];
    Arrays.fill(reduced, start);
    for (int i = 0; i < x.values().length; i++) {
      int rest = i;
      int target = 0;
      int stride = 1;
      for (int d = rank - 1; d >= 0; d--) {
        int size = (int) x.shape().get(d);
        target += kept[d] == 1 ? 0 : rest % size * stride;
        stride *= (int) kept[d];
        rest /= size;
      }
      reduced[target] = f.applyAsDouble(reduced[target], x.get(i));
    }
    if (mean) {
      int count = x.values().length / reduced.length;
      for (int i = 0; i < reduced.length; i++) {
        reduced[i] /= count;
      }
    }
    long[] dropped = new long[rank - axes.length];
    int next = 0;
    for (int d = 0; d < rank; d++) {
      int axis = d;
      if (Arrays.stream(axes).noneMatch(a -> (a + rank) % rank == axis)) {
        dropped[next++] = kept[d];
      }
    }
    return new Tensor(x.type(), keep ? keptShape : new Shape(dropped), reduced);
  }

  private void norms() {
    Draw draw = Draw.awayFromZero(2, 3, 4);
    for (int order : new int[] {1, 2, 3}) {
      for (int[] axes : new int[][] {{0}, {-1}, {0, 2}}) {
        for (boolean keep : new boolean[] {false, true}) {
          cases.add(
              Case.one("norm", a -> a.norm(order, axes, keep), draw)
                  .named("%d, %s, %s".formatted(order, Arrays.toString(axes), keep))
                  .gradients());
        }
      }
    }
    cases.add(Case.one("norm", a -> a.norm(new int[] {1}), draw).named("[1]").gradients());
    cases.add(
        Case.one("norm", a -> a.norm(new int[] {1}, true), draw).named("[1], kept").gradients());
  }

  private void counts() {
    for (Shape shape : Shapes.SINGLE) {
      for (DataType type : new DataType[] {DataType.BOOLEAN, DataType.FLOAT32, DataType.INT32}) {
        Draw draw = Draw.integers(0, 2, shape).as(type);
        cases.add(Case.one("all", NDArray::all, draw));
        cases.add(Case.one("any", NDArray::any, draw));
        cases.add(Case.one("none", NDArray::none, draw));
        cases.add(Case.one("countNonzero", NDArray::countNonzero, draw));
      }
    }
    Draw zeros = Draw.values(new Shape(2, 2), 0, 0, 0, 0);
    Draw ones = Draw.values(new Shape(2, 2), 1, 2, 3, 4);
    Map.of("zeros", zeros, "numbers", ones)
        .forEach(
            (which, draw) -> {
              cases.add(Case.one("all", NDArray::all, draw).named(which));
              cases.add(Case.one("any", NDArray::any, draw).named(which));
              cases.add(Case.one("none", NDArray::none, draw).named(which));
            });
    for (int axis : new int[] {0, 1, -1}) {
      Draw draw = Draw.integers(0, 3, 3, 4).as(DataType.FLOAT32);
      cases.add(Case.one("countNonzero", a -> a.countNonzero(axis), draw).named("axis " + axis));
    }
  }

  private void cumulative() {
    for (Shape shape : Shapes.SINGLE) {
      cases.add(Case.one("cumSum", NDArray::cumSum, Draw.normal(shape)).gradients());
      for (int axis = -1; axis < shape.dimension(); axis++) {
        int along = axis;
        if (shape.dimension() > 0) {
          Draw draw = Draw.normal(shape);
          Case c = Case.one("cumSum", a -> a.cumSum(along), draw).named("axis " + axis);
          cases.add(c.gradients());
        }
      }
    }
    Draw whole = Draw.integers(-3, 4, 2, 3);
    cases.add(Case.one("cumSum", a -> a.cumSum(1), whole).named("axis 1"));
    cases.add(Case.one("cumSum", a -> a.cumSum(1), whole.as(DataType.INT32)).named("axis 1"));
    cases.add(Case.one("cumProd", a -> a.cumProd(1), Draw.awayFromZero(2, 3)).gradients());
    cases.add(Case.one("cumProd", a -> a.cumProd(0, DataType.FLOAT64), whole).named("as float64"));
  }

  private void edges() {
    Draw ties = Draw.values(new Shape(2, 3), 2, 1, 2, 0, 3, 3);
    add("max", a -> a.max(new int[] {1}), ties, "ties, axis 1");
    add("min", a -> a.min(new int[] {0}), Draw.values(new Shape(2, 2), 1, 2, 1, 3), "ties, axis 0");
    add("max", NDArray::max, ties, "ties");
    add("prod", NDArray::prod, Draw.values(2, 0, 3, -1), "a zero");
    add("prod", NDArray::prod, Draw.values(2, 0, 3, 0), "two zeros");
    add("prod", a -> a.prod(new int[] {1}), Draw.values(new Shape(2, 2), 2, 0, 3, 4), "zero, axis");
    add("max", NDArray::max, Draw.values(1, Double.NaN, 3), "NaN");
    add("min", NDArray::min, Draw.values(1, Double.NaN, 3), "NaN");
  }

  private void add(String name, UnaryOperator<NDArray> operation, Draw draw, String variant) {
    Case c = Case.one(name, operation, draw).named(variant);
    cases.add(variant.equals("NaN") ? c : c.gradients());
  }

  private void otherTypes() {
    Function<DataType, Draw> draw =
        t -> Draw.integers(0, t == DataType.BOOLEAN ? 2 : 5, 2, 3).as(t);
    int[] axis = {1};
    for (DataType type :
        new DataType[] {
          DataType.INT32, DataType.INT64, DataType.UINT8, DataType.BOOLEAN, DataType.FLOAT64
        }) {
      cases.add(Case.one("sum", NDArray::sum, draw.apply(type)));
      cases.add(Case.one("sum", a -> a.sum(axis), draw.apply(type)).named("axis 1"));
      if (type != DataType.BOOLEAN) {
        cases.add(Case.one("max", NDArray::max, draw.apply(type)));
        cases.add(Case.one("max", a -> a.max(axis), draw.apply(type)).named("axis 1"));
        cases.add(Case.one("min", NDArray::min, draw.apply(type)));
        cases.add(Case.one("min", a -> a.min(axis), draw.apply(type)).named("axis 1"));
        cases.add(Case.one("prod", NDArray::prod, draw.apply(type)));
        cases.add(Case.one("prod", a -> a.prod(axis), draw.apply(type)).named("axis 1"));
      }
    }
    Draw half = Draw.normal(2, 3).as(DataType.FLOAT16);
    cases.add(Case.one("sum", NDArray::sum, half));
    cases.add(Case.one("mean", NDArray::mean, half));
  }
}
