package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Writing into parts of an array. */
final class SetCases {

  private static final Shape IMAGES = new Shape(4, 3, 5, 6);

  private final List<Case> cases = new ArrayList<>();

  private SetCases() {}

  static List<Case> all() {
    SetCases c = new SetCases();
    for (String index : IndexCases.INDEXES) {
      c.one("set", "number at [%s]".formatted(index), a -> a.set(new NDIndex(index), 7), IMAGES);
      c.one(
          "set",
          "function at [%s]".formatted(index),
          a -> a.set(new NDIndex(index), part -> part.mul(2)),
          IMAGES);
    }
    c.slices();
    c.arrays();
    c.masks();
    c.scatters();
    c.whole();
    return c.cases;
  }

  /** A change of the array itself, and of a copy, through which gradients flow. */
  private void one(String name, String variant, Consumer<NDArray> change, Shape shape) {
    two(name, variant, (a, b) -> change.accept(a), Draw.normal(shape));
  }

  private void two(
      String name, String variant, BiConsumer<NDArray, NDArray> change, Draw... inputs) {
    Case c =
        Case.of(
            name,
            x -> {
              NDArray copy = x.get(0).mul(2);
              change.accept(copy, x.get(x.size() - 1));
              return copy.mul(x.get(0));
            },
            inputs);
    boolean floating = inputs[inputs.length - 1].type().isFloating();
    cases.add((floating && inputs.length > 1 ? c.gradients(0, 1) : c.gradients(0)).named(variant));
    Case self =
        Case.many(
            name,
            x -> {
              change.accept(x.get(0), x.get(x.size() - 1));
              return new NDList();
            },
            inputs);
    cases.add(self.named("the array itself, " + variant));
  }

  private void slices() {
    Draw images = Draw.normal(IMAGES);
    String[] indexes = {"1", "1:3", ":, 1", ":, :, 1:4:2, ::3", "..., 0", "-1, 2", "::2, ..., 1:3"};
    long[][] parts = {
      {3, 5, 6}, {2, 3, 5, 6}, {4, 5, 6}, {4, 3, 2, 2}, {4, 3, 5}, {5, 6}, {2, 3, 5, 2}
    };
    for (int i = 0; i < indexes.length; i++) {
      String index = indexes[i];
      Draw part = Draw.normal(parts[i]);
      two("set", "[%s]".formatted(index), (a, b) -> a.set(new NDIndex(index), b), images, part);
      two(
          "set",
          "[%s] broadcast".formatted(index),
          (a, b) -> a.set(new NDIndex(index), b),
          images,
          Draw.normal(new Shape(parts[i]).slice(1)));
    }
    Draw matrix = Draw.normal(3, 4);
    two("set", "[0:2] row", (a, b) -> a.set(new NDIndex("0:2"), b), matrix, Draw.normal(4));
    two("set", "[1, 2]", (a, b) -> a.set(new NDIndex("1, 2"), b), matrix, Draw.normal());
    two("set", "[:] of", (a, b) -> a.set(new NDIndex(":"), b), Draw.normal(3), Draw.normal(3));
    one("set", "longs", a -> a.set(new NDIndex(1, 2), 5f), new Shape(3, 4));
    one("set", "double", a -> a.set(new NDIndex("1"), 0.25), new Shape(3, 4));
    one("setScalar", "", a -> a.setScalar(new NDIndex("1, 2"), 5), new Shape(3, 4));
    one(
        "set",
        "twice",
        a -> {
          a.set(new NDIndex("1:"), 5);
          a.set(new NDIndex(":, 1"), part -> part.add(1));
        },
        new Shape(3, 4));
    for (DataType type : new DataType[] {DataType.INT32, DataType.INT64, DataType.UINT8}) {
      Draw whole = Draw.integers(0, 9, 3, 4).as(type);
      cases.add(
          Case.of(
                  "set",
                  x -> {
                    x.get(0).set(new NDIndex("1:, 2"), 5);
                    return x.get(0);
                  },
                  whole)
              .named("number"));
    }
  }

  private void arrays() {
    Draw rows = Draw.values(2, 0).as(DataType.INT64);
    Draw images = Draw.normal(IMAGES);
    cases.add(
        Case.of(
                "set",
                x -> {
                  NDArray copy = x.get(0).mul(2);
                  copy.set(new NDIndex("{}", x.get(1)), x.get(2));
                  return copy.mul(x.get(0));
                },
                images,
                rows,
                Draw.normal(2, 3, 5, 6))
            .named("rows")
            .gradients());
    two("set", "number at rows", (a, b) -> a.set(b, 3f), images, rows);
    two("set", "number at columns", (a, b) -> a.set(new NDIndex(":, {}", b), 3f), images, rows);
  }

  private void masks() {
    Draw mask = Draw.booleans(3, 4);
    Draw matrix = Draw.normal(3, 4);
    two("set", "number at a mask", (a, b) -> a.set(b, 3), matrix, mask);
    two("set", "number at a condition", (a, b) -> a.set(b.gt(0), 3), matrix, matrix);
    two(
        "set",
        "number at images of a mask",
        (a, b) -> a.set(b, 3),
        Draw.normal(IMAGES),
        Draw.booleans(IMAGES));
    two(
        "set",
        "number at rows of a mask",
        (a, b) -> a.set(b, 3),
        Draw.normal(4, 3),
        Draw.values(1, 0, 0, 1).as(DataType.BOOLEAN));
    two(
        "set",
        "function at a mask",
        (a, b) -> a.set(new NDIndex("{}", b), part -> part.mul(-1)),
        matrix,
        mask);
  }

  private void scatters() {
    Draw matrix = Draw.normal(3, 4);
    Draw distinct = Draw.values(new Shape(3, 2), 3, 1, 0, 2, 1, 3).as(DataType.INT64);
    cases.add(
        Case.of(
                "scatter",
                x -> x.get(0).mul(2).scatter(x.get(1), x.get(2), 1),
                matrix,
                distinct,
                Draw.normal(3, 2))
            .named("axis 1")
            .gradients());
    Draw rows = Draw.values(new Shape(2, 3), 2, 0, 1, 0, 1, 2).as(DataType.INT64);
    cases.add(
        Case.of(
                "scatter",
                x -> x.get(0).mul(2).scatter(x.get(1), x.get(2), 0),
                matrix,
                rows,
                Draw.normal(2, 3))
            .named("axis 0")
            .gradients());
    cases.add(
        Case.of(
                "put",
                x -> x.get(0).mul(2).put(x.get(1), x.get(2)),
                matrix,
                Draw.values(7, 0, 11).as(DataType.INT64),
                Draw.normal(3))
            .gradients());
  }

  private void whole() {
    Draw matrix = Draw.normal(2, 3);
    float[] numbers = {1, 2, 3, 4, 5, 6};
    self("set", "float[]", a -> a.set(numbers), matrix);
    self("set", "buffer", a -> a.set(FloatBuffer.wrap(numbers)), matrix);
    self(
        "set", "int[]", a -> a.set(new int[] {1, 2, 3}), Draw.integers(0, 9, 3).as(DataType.INT32));
    self("set", "long[]", a -> a.set(new long[] {1, 2, 3}), Draw.integers(0, 9, 3));
    self(
        "set", "double[]", a -> a.set(new double[] {1, 2, 3}), Draw.normal(3).as(DataType.FLOAT64));
    self(
        "set",
        "byte[]",
        a -> a.set(new byte[] {1, 2, -1}),
        Draw.integers(0, 9, 3).as(DataType.UINT8));
    self("intern", "", a -> a.intern(a.mul(3)), matrix);
    cases.add(
        Case.many(
            "copyTo",
            x -> {
              x.get(0).copyTo(x.get(1));
              return new NDList();
            },
            matrix,
            matrix));
  }

  private void self(String name, String variant, Consumer<NDArray> change, Draw draw) {
    cases.add(
        Case.many(
                name,
                x -> {
                  change.accept(x.get(0));
                  return new NDList();
                },
                draw)
            .named(variant));
  }
}
