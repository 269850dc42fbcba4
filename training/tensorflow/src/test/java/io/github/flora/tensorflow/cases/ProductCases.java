package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import java.util.ArrayList;
import java.util.List;

/** Matrix products, dense layers and embeddings. */
final class ProductCases {

  private ProductCases() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    Draw vector = Draw.normal(4);
    cases.add(Case.two("dot", NDArray::dot, vector, vector).gradients());
    cases.add(Case.two("dot", NDArray::dot, Draw.normal(3, 4), Draw.normal(4, 2)).gradients());
    cases.add(Case.two("NDArrays.dot", NDArrays::dot, vector, vector).gradients());
    cases.add(Case.two("NDArrays.matMul", NDArrays::matMul, Draw.normal(3, 4), vector).gradients());
    long[][][] shapes = {
      {{4}, {4}},
      {{4}, {4, 2}},
      {{3, 4}, {4}},
      {{3, 4}, {4, 2}},
      {{1, 4}, {4, 1}},
      {{3, 0}, {0, 2}},
      {{0, 3}, {3, 2}},
      {{2, 3, 4}, {4, 5}},
      {{2, 3, 4}, {2, 4, 5}},
      {{3, 4}, {2, 4, 5}},
      {{2, 1, 3, 4}, {5, 4, 2}},
      {{2, 3, 4, 5}, {2, 3, 5, 4}},
      {{2, 3, 4, 5}, {5}},
      {{5, 3, 4}, {4}},
      {{4}, {2, 4, 3}}
    };
    for (long[][] s : shapes) {
      cases.add(
          Case.two("matMul", NDArray::matMul, Draw.normal(s[0]), Draw.normal(s[1])).gradients());
    }
    Draw wide = Draw.normal(3, 4).as(DataType.FLOAT64);
    cases.add(
        Case.two("matMul", NDArray::matMul, wide, Draw.normal(4, 2).as(DataType.FLOAT64))
            .gradients());
    Draw whole = Draw.integers(-3, 4, 3, 3);
    cases.add(Case.two("matMul", NDArray::matMul, whole, whole));
    cases.add(
        Case.two("matMul", NDArray::matMul, whole.as(DataType.INT32), whole.as(DataType.INT32)));
    cases.add(
        Case.of("matMul", x -> x.get(0).matMul(x.get(0)), Draw.normal(3, 3))
            .named("with itself")
            .gradients());
    cases.add(
        Case.of("matMul", x -> x.get(0).transpose().matMul(x.get(1)), Draw.normal(4, 3), vector)
            .named("transposed")
            .gradients());
    for (long[][] s : new long[][][] {{{2, 3, 4}, {2, 4, 5}}, {{0, 3, 4}, {0, 4, 5}}}) {
      cases.add(
          Case.two("batchMatMul", NDArray::batchMatMul, Draw.normal(s[0]), Draw.normal(s[1]))
              .gradients());
    }
    cases.add(
        Case.two("batchDot", NDArray::batchDot, Draw.normal(2, 3, 4), Draw.normal(2, 4, 5))
            .gradients()
            .formula(x -> batchDot(x.get(0), x.get(1))));
    linear(cases);
    embedding(cases);
    return cases;
  }

  private static Tensor batchDot(Tensor a, Tensor b) {
    double[] values = new double[2 * 3 * 5];
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < 4; j++) {
        values[i] += a.at(i / 15, i / 5 % 3, j) * b.at(i / 15, j, i % 5);
      }
    }
    return new Tensor(a.type(), new Shape(2, 3, 5), values);
  }

  private static void linear(List<Case> cases) {
    for (long[] shape : new long[][] {{4}, {3, 4}, {1, 4}, {0, 4}, {2, 3, 4}, {2, 3, 5, 4}}) {
      Draw input = Draw.normal(shape);
      Draw weight = Draw.normal(6, 4);
      cases.add(
          Case.of(
                  "linear",
                  x ->
                      x.get(0)
                          .getNDArrayInternal()
                          .linear(x.get(0), x.get(1), x.get(2))
                          .singletonOrThrow(),
                  input,
                  weight,
                  Draw.normal(6))
              .gradients());
      cases.add(
          Case.of(
                  "linear",
                  x ->
                      x.get(0)
                          .getNDArrayInternal()
                          .linear(x.get(0), x.get(1), null)
                          .singletonOrThrow(),
                  input,
                  weight)
              .gradients());
    }
  }

  private static void embedding(List<Case> cases) {
    for (DataType type : new DataType[] {DataType.INT32, DataType.INT64}) {
      for (long[] shape : new long[][] {{4}, {2, 3}, {0}, {2, 1, 3}}) {
        cases.add(
            Case.of(
                    "embedding",
                    x ->
                        x.get(0)
                            .getNDArrayInternal()
                            .embedding(x.get(0), x.get(1), SparseFormat.DENSE)
                            .singletonOrThrow(),
                    Draw.integers(0, 5, shape).as(type),
                    Draw.normal(5, 3))
                .gradients(1));
      }
    }
  }
}
