package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/** Sorting, the largest elements, and codes of them. */
final class OrderCases {

  private OrderCases() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    List<Shape> shapes =
        List.of(
            new Shape(5), new Shape(1), new Shape(3, 4), new Shape(2, 1, 3), new Shape(2, 3, 4, 5));
    for (Shape shape : shapes) {
      Draw draw = Draw.distinct(shape);
      cases.add(Case.one("argMax", NDArray::argMax, draw));
      cases.add(Case.one("argMin", NDArray::argMin, draw));
      cases.add(Case.one("argSort", NDArray::argSort, draw));
      cases.add(Case.one("sort", NDArray::sort, draw).gradients());
      for (int axis = -1; axis < shape.dimension(); axis++) {
        int along = axis;
        String variant = "axis " + axis;
        cases.add(Case.one("argMax", a -> a.argMax(along), draw).named(variant));
        cases.add(Case.one("argMin", a -> a.argMin(along), draw).named(variant));
        cases.add(Case.one("argSort", a -> a.argSort(along), draw).named(variant));
        cases.add(
            Case.one("argSort", a -> a.argSort(along, false), draw).named(variant + " descending"));
        cases.add(Case.one("sort", a -> a.sort(along), draw).named(variant).gradients());
        int k = (int) Math.min(2, shape.get((axis + shape.dimension()) % shape.dimension()));
        for (boolean largest : new boolean[] {true, false}) {
          cases.add(
              Case.many("topK", x -> x.get(0).topK(k, along, largest, true), draw)
                  .named("%d %s, axis %d".formatted(k, largest ? "largest" : "smallest", axis))
                  .gradients());
        }
      }
    }
    cases.add(Case.many("topK", x -> x.get(0).topK(3, 1), Draw.distinct(2, 5)).gradients());
    cases.add(Case.one("argMax", NDArray::argMax, Draw.normal()));
    Draw ties = Draw.values(new Shape(2, 3), 1, 2, 2, 3, 3, 1);
    cases.add(Case.one("argMax", a -> a.argMax(1), ties).named("ties"));
    for (DataType type : new DataType[] {DataType.INT32, DataType.INT64, DataType.UINT8}) {
      Draw whole = Draw.values(new Shape(2, 3), 4, 2, 7, 3, 9, 1).as(type);
      cases.add(Case.one("argMax", a -> a.argMax(1), whole));
      cases.add(Case.one("argMin", a -> a.argMin(0), whole));
      cases.add(Case.one("sort", NDArray::sort, whole));
      cases.add(Case.one("argSort", NDArray::argSort, whole));
      cases.add(Case.many("topK", x -> x.get(0).topK(2, 1), whole));
    }
    oneHot(cases);
    return cases;
  }

  private static void oneHot(List<Case> cases) {
    for (long[] shape : new long[][] {{4}, {2, 3}, {0}, {1}}) {
      Draw labels = Draw.integers(0, 5, shape);
      cases.add(Case.one("oneHot", a -> a.oneHot(5), labels));
      cases.add(Case.one("oneHot", a -> a.oneHot(5, DataType.INT32), labels).named("int32"));
    }
    Draw labels = Draw.integers(0, 3, 4);
    cases.add(Case.one("oneHot", a -> a.oneHot(3), labels.as(DataType.INT32)));
    cases.add(Case.one("oneHot", a -> a.oneHot(3), Draw.values(0, 2, 1)));
    cases.add(
        Case.one("oneHot", a -> a.oneHot(3, 8, 1, DataType.FLOAT32), labels)
            .named("8 and 1")
            .formula(
                x -> {
                  double[] coded = new double[12];
                  for (int i = 0; i < coded.length; i++) {
                    coded[i] = x.get(0).get(i / 3) == i % 3 ? 8 : 1;
                  }
                  return Tensor.of(new Shape(4, 3), coded);
                }));
  }
}
