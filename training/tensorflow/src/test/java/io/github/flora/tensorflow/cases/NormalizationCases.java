package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/** Normalisation layers, and dropout where it leaves nothing to chance. */
final class NormalizationCases {

  private final List<Case> cases = new ArrayList<>();

  private NormalizationCases() {}

  static List<Case> all() {
    NormalizationCases c = new NormalizationCases();
    for (boolean training : new boolean[] {true, false}) {
      for (float momentum : new float[] {0.9f, 0.99f}) {
        for (float epsilon : new float[] {1e-5f, 1e-3f}) {
          c.batchNorm(new Shape(4, 3, 5, 2), 1, momentum, epsilon, training);
        }
      }
      c.batchNorm(new Shape(6, 3), 1, 0.9f, 1e-5f, training);
      c.batchNorm(new Shape(6, 1), 1, 0.9f, 1e-5f, training);
      c.batchNorm(new Shape(2, 3, 4), 1, 0.9f, 1e-5f, training);
      c.batchNorm(new Shape(1, 3, 2, 1), 1, 0.9f, 1e-5f, training);
      c.batchNorm(new Shape(4, 2, 5, 3), 3, 0.9f, 1e-5f, training);
      c.batchNorm(new Shape(4, 2, 3), 2, 0.9f, 1e-5f, training);
    }
    c.layerNorm(new Shape(4, 6), new Shape(6));
    c.layerNorm(new Shape(2, 3, 4), new Shape(4));
    c.layerNorm(new Shape(2, 3, 4), new Shape(3, 4));
    c.layerNorm(new Shape(2, 3, 4, 5), new Shape(3, 4, 5));
    c.layerNorm(new Shape(2, 3, 4, 5), new Shape(5));
    c.layerNorm(new Shape(0, 3), new Shape(3));
    for (Shape shape : Shapes.SINGLE) {
      c.dropout(shape, 0, true);
      c.dropout(shape, 1, true);
      c.dropout(shape, 0.5f, false);
    }
    for (int dimension : new int[] {0, 1, -1}) {
      c.cases.add(
          Case.one("normalize", a -> a.normalize(2, dimension), Draw.normal(3, 4))
              .named("dimension " + dimension)
              .gradients());
    }
    c.cases.add(Case.one("normalize", NDArray::normalize, Draw.normal(2, 3, 4, 5)).gradients());
    return c.cases;
  }

  private void batchNorm(Shape shape, int axis, float momentum, float epsilon, boolean training) {
    long channels = shape.get(axis);
    String variant =
        "%s, axis %d, momentum %s, ε %s"
            .formatted(training ? "training" : "inference", axis, momentum, epsilon);
    cases.add(
        Case.of(
                "batchNorm",
                x ->
                    x.get(0)
                        .getNDArrayInternal()
                        .batchNorm(
                            x.get(0), x.get(1), x.get(2), x.get(3), x.get(4), axis, momentum,
                            epsilon, training)
                        .singletonOrThrow(),
                Draw.normal(shape),
                Draw.normal(channels),
                Draw.uniform(0.5, 2, channels),
                Draw.normal(channels),
                Draw.normal(channels))
            .named(variant)
            .gradients(0, 3, 4)
            .tolerance(3e-5));
  }

  private void layerNorm(Shape shape, Shape normalized) {
    cases.add(
        Case.of(
                "layerNorm",
                x ->
                    x.get(0)
                        .getNDArrayInternal()
                        .layerNorm(x.get(0), normalized, x.get(1), x.get(2), 1e-5f)
                        .singletonOrThrow(),
                Draw.normal(shape),
                Draw.normal(normalized),
                Draw.normal(normalized))
            .gradients()
            .tolerance(3e-5));
  }

  private void dropout(Shape shape, float rate, boolean training) {
    cases.add(
        Case.one(
                "dropout",
                a -> a.getNDArrayInternal().dropout(a, rate, training).singletonOrThrow(),
                Draw.normal(shape))
            .named("rate %s, %s".formatted(rate, training ? "training" : "inference"))
            .gradients());
  }
}
