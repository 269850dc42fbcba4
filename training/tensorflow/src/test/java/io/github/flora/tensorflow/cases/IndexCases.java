package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Reading parts of an array. */
final class IndexCases {

  private static final Shape IMAGES = new Shape(4, 3, 5, 6);

  /** Slices, fixed positions, ellipses and new axes, for four dimensions. */
  static final List<String> INDEXES =
      List.of(
          "1",
          "-1",
          ":",
          "...",
          ":, 1",
          ":, -2",
          "1:3",
          "-3:-1",
          ":2",
          "2:",
          "::2",
          "1::2",
          "0:4:3",
          "2:2",
          ":, :, 1:3",
          ":, :, 1:4:2, ::3",
          "0, 1",
          "0, 1, 2, 3",
          "1, :, -1",
          "..., 0",
          "..., 1:3",
          "1, ..., 2",
          "0, ..., ::2, 1",
          "1:3, ..., -1",
          ":, 0:1, :, :",
          ":, :2, 2, -3:");

  private static final Draw MASK = Draw.values(1, 0, 1, 1).as(DataType.BOOLEAN);
  private static final Draw ROWS = Draw.integers(0, 4, 3);

  private final List<Case> cases = new ArrayList<>();

  private IndexCases() {}

  static List<Case> all() {
    IndexCases c = new IndexCases();
    for (String index : INDEXES) {
      c.get(index, IMAGES);
    }
    c.get(":, null, 0", IMAGES);
    c.get("null, ..., 1", IMAGES);
    c.get("1", new Shape(3));
    c.get("-1:", new Shape(3));
    c.get("1:", new Shape(1, 2));
    c.get(":, 1", new Shape(0, 3));
    c.get("0:0", new Shape(2, 3));
    for (DataType type :
        new DataType[] {DataType.INT32, DataType.INT64, DataType.UINT8, DataType.BOOLEAN}) {
      Draw whole = Draw.integers(0, 2, 3, 4).as(type);
      c.cases.add(Case.one("get", a -> a.get("1:, ::2"), whole).named("1:, ::2"));
    }
    c.positions();
    c.arrays();
    c.masks();
    c.picks();
    c.gathers();
    c.sequenceMasks();
    return c.cases;
  }

  private void get(String index, Shape shape) {
    cases.add(
        Case.one("get", a -> a.get(index), Draw.normal(shape))
            .named("[" + index + "]")
            .gradients());
  }

  private void add(String name, String variant, Function<NDList, NDArray> call, Draw... inputs) {
    cases.add(Case.of(name, call, inputs).named(variant).gradients(0));
  }

  private void positions() {
    Draw draw = Draw.normal(3, 4);
    add("get", "longs", x -> x.get(0).get(1, 2), draw);
    add("get", "one long", x -> x.get(0).get(2L), draw);
    add("get", "negative long", x -> x.get(0).get(-1L), draw);
    add("get", "{}", x -> x.get(0).get(":, {}:{}", 1, 3), draw);
    add("getScalar", "", x -> x.get(0).getScalar(1, 2), draw);
    add("get", "a slice used twice", x -> x.get(0).get("1:").add(x.get(0).get(":2")), draw);
  }

  private void arrays() {
    Draw images = Draw.normal(IMAGES);
    add("get", "rows", x -> x.get(0).get(x.get(1)), images, ROWS);
    add("get", "rows, int32", x -> x.get(0).get(x.get(1)), images, ROWS.as(DataType.INT32));
    add("get", "rows", x -> x.get(0).get(x.get(1)), Draw.normal(4), ROWS);
    add("get", "repeated rows", x -> x.get(0).get(x.get(1)), images, twice());
    add("get", "columns", x -> x.get(0).get(":, {}", x.get(1)), Draw.normal(2, 4), ROWS);
    add("get", "no rows", x -> x.get(0).get(x.get(1)), images, Draw.integers(0, 1, 0));
    add("get", "rows, matrix", x -> x.get(0).get(x.get(1)), images, Draw.integers(0, 4, 2, 3));
    add("take", "", x -> x.get(0).take(x.get(1)), Draw.normal(3, 4), Draw.integers(0, 12, 5));
    add("take", "", x -> x.get(0).take(x.get(1)), Draw.normal(3, 4), Draw.integers(0, 12, 2, 3));
    add("take", "images", x -> x.get(0).take(x.get(1)), images, Draw.integers(0, 360, 2, 3));
  }

  private static Draw twice() {
    return Draw.values(2, 0, 2, 2).as(DataType.INT64);
  }

  private void masks() {
    Draw images = Draw.normal(IMAGES);
    Draw matrix = Draw.normal(3, 4);
    Draw all = Draw.booleans(3, 4);
    add("get", "mask", x -> x.get(0).get(x.get(1)), matrix, all);
    add("get", "mask of rows", x -> x.get(0).get(x.get(1)), Draw.normal(4, 3), MASK);
    add("get", "mask of images", x -> x.get(0).get(x.get(1)), images, MASK);
    add(
        "get",
        "mask as an index",
        x -> x.get(0).get(new NDIndex().addBooleanIndex(x.get(1))),
        matrix,
        all);
    add("booleanMask", "all", x -> x.get(0).booleanMask(x.get(1)), matrix, all);
    Draw none = Draw.values(0, 0, 0).as(DataType.BOOLEAN);
    add("booleanMask", "nothing", x -> x.get(0).booleanMask(x.get(1)), Draw.normal(3), none);
    add(
        "booleanMask",
        "last axis",
        x -> x.get(0).booleanMask(x.get(1), 1),
        Draw.normal(3, 4),
        MASK);
    add(
        "booleanMask",
        "images",
        x -> x.get(0).booleanMask(x.get(1)),
        images,
        Draw.booleans(IMAGES));
    cases.add(Case.one("nonzero", NDArray::nonzero, Draw.integers(0, 2, 3, 4)));
    cases.add(Case.one("nonzero", NDArray::nonzero, Draw.booleans(5)));
    cases.add(Case.one("nonzero", NDArray::nonzero, Draw.values(0, 0, 0)).named("nothing"));
    cases.add(Case.one("nonzero", NDArray::nonzero, Draw.values(0, -0.5, 3)).named("numbers"));
  }

  private void picks() {
    Draw scores = Draw.normal(4, 5);
    Draw labels = Draw.integers(0, 5, 4);
    for (DataType type : new DataType[] {DataType.INT64, DataType.INT32, DataType.FLOAT32}) {
      add(
          "pick",
          "of each row",
          x -> x.get(0).get(new NDIndex().addAllDim().addPickDim(x.get(1))),
          scores,
          type == DataType.FLOAT32 ? Draw.values(0, 4, 2, 2) : labels.as(type));
    }
    add(
        "pick",
        "of each row, a column of labels",
        x -> x.get(0).get(new NDIndex().addAllDim().addPickDim(x.get(1))),
        scores,
        Draw.integers(0, 5, 4, 1));
    add(
        "pick",
        "axis 1 of three",
        x -> x.get(0).get(new NDIndex().addAllDim().addPickDim(x.get(1))),
        Draw.normal(2, 5, 3),
        Draw.integers(0, 5, 2, 1, 3));
    add(
        "pick",
        "last axis of images",
        x -> x.get(0).get(new NDIndex().addAllDim(3).addPickDim(x.get(1))),
        Draw.normal(2, 3, 4, 5),
        Draw.integers(0, 5, 2, 3, 4, 1));
  }

  private void gathers() {
    Draw images = Draw.normal(IMAGES);
    add(
        "gather",
        "axis 0",
        x -> x.get(0).gather(x.get(1), 0),
        Draw.normal(3, 4),
        Draw.integers(0, 3, 2, 4));
    add(
        "gather",
        "axis 1",
        x -> x.get(0).gather(x.get(1), 1),
        Draw.normal(3, 4),
        Draw.integers(0, 4, 3, 2));
    add(
        "gather",
        "smaller",
        x -> x.get(0).gather(x.get(1), 1),
        Draw.normal(3, 4),
        Draw.integers(0, 4, 2, 5));
    add(
        "gather",
        "axis 1",
        x -> x.get(0).gather(x.get(1), 1),
        images,
        Draw.integers(0, 3, 4, 2, 5, 6));
    add(
        "gather",
        "axis -1",
        x -> x.get(0).gather(x.get(1), -1),
        images,
        Draw.integers(0, 6, 4, 3, 5, 2));
    Draw matrix = Draw.normal(3, 4);
    // PyTorch's engine changes the index that it is given.
    add(
        "gatherNd",
        "elements",
        x -> x.get(0).gatherNd(x.get(1).duplicate()),
        matrix,
        Draw.integers(0, 3, 2, 5));
    add(
        "gatherNd",
        "rows",
        x -> x.get(0).gatherNd(x.get(1).duplicate()),
        matrix,
        Draw.integers(0, 3, 1, 5));
    add(
        "gatherNd",
        "of images",
        x -> x.get(0).gatherNd(x.get(1).duplicate()),
        images,
        Draw.integers(0, 3, 2, 2, 3));
  }

  /** MXNet's SequenceMask: what lies past the length of its sequence becomes the value. */
  private void sequenceMasks() {
    Draw lengths = Draw.values(1, 3, 4);
    Draw sequences = Draw.normal(3, 4, 2);
    cases.add(
        Case.two("sequenceMask", NDArray::sequenceMask, sequences, lengths)
            .gradients(0)
            .formula(x -> sequenceMask(x.get(0), x.get(1), 0)));
    cases.add(
        Case.two("sequenceMask", (a, b) -> a.sequenceMask(b, -2), sequences, lengths)
            .named("-2")
            .gradients(0)
            .formula(x -> sequenceMask(x.get(0), x.get(1), -2)));
  }

  private static Tensor sequenceMask(Tensor x, Tensor lengths, double value) {
    double[] masked = x.values().clone();
    for (int i = 0; i < masked.length; i++) {
      if (i / 2 % 4 >= lengths.get(i / 8)) {
        masked[i] = value;
      }
    }
    return new Tensor(x.type(), x.shape(), masked);
  }
}
