package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** New arrays. */
final class CreationCases {

  private static final DataType[] TYPES = {
    DataType.FLOAT32,
    DataType.FLOAT64,
    DataType.FLOAT16,
    DataType.INT8,
    DataType.UINT8,
    DataType.INT32,
    DataType.INT64,
    DataType.BOOLEAN
  };

  private final List<Case> cases = new ArrayList<>();

  private CreationCases() {}

  static List<Case> all() {
    CreationCases c = new CreationCases();
    c.create();
    c.filled();
    c.sequences();
    c.matrices();
    return c.cases;
  }

  private void create() {
    add("create", "float", m -> m.create(1.5f));
    add("create", "double", m -> m.create(1.5));
    add("create", "int", m -> m.create(-3));
    add("create", "long", m -> m.create(5_000_000_000L));
    add("create", "byte", m -> m.create((byte) -3));
    add("create", "boolean", m -> m.create(true));
    add("create", "float[]", m -> m.create(new float[] {1, -2.5f}));
    add("create", "double[]", m -> m.create(new double[] {1, -2.5}));
    add("create", "int[]", m -> m.create(new int[] {1, -2}));
    add("create", "long[]", m -> m.create(new long[] {1, -2}));
    add("create", "byte[]", m -> m.create(new byte[] {1, -2}));
    add("create", "boolean[]", m -> m.create(new boolean[] {true, false, true}));
    add("create", "float[][]", m -> m.create(new float[][] {{1, 2}, {3, 4}, {5, 6}}));
    add("create", "double[][]", m -> m.create(new double[][] {{1, 2}, {3, 4}}));
    add("create", "int[][]", m -> m.create(new int[][] {{1, 2, 3}}));
    add("create", "long[][]", m -> m.create(new long[][] {{1}, {2}}));
    add("create", "byte[][]", m -> m.create(new byte[][] {{1, 2}}));
    add("create", "boolean[][]", m -> m.create(new boolean[][] {{true, false}}));
    add("create", "float[] of a shape", m -> m.create(new float[6], new Shape(2, 1, 3)));
    add("create", "int[] of a shape", m -> m.create(new int[] {1, 2, 3, 4}, new Shape(2, 2)));
    add("create", "a shape alone", m -> m.create(new Shape(2, 3)).zerosLike());
    add("create", "like", m -> m.ones(new Shape(2, 3)).like().zerosLike());
    add("create", "empty float[]", m -> m.create(new float[0]));
    add("create", "empty shape", m -> m.create(new float[0], new Shape(2, 0, 3)));
    for (DataType type : TYPES) {
      Draw draw = Draw.integers(0, 2, 2, 3).as(type);
      cases.add(Case.of("create", x -> x.get(0), draw));
    }
    DataType[] others = {
      DataType.INT16, DataType.UINT16, DataType.UINT32, DataType.UINT64, DataType.BFLOAT16
    };
    for (DataType type : others) { // PyTorch ends the JVM at these
      Draw draw = Draw.integers(0, 120, 2, 3).as(type);
      cases.add(Case.of("create", x -> x.get(0), draw).formula(x -> x.get(0)));
    }
  }

  private void add(String operation, String variant, Function<NDManager, NDArray> call) {
    cases.add(Case.creation(operation, variant, call));
  }

  private void filled() {
    for (Shape shape :
        new Shape[] {new Shape(), new Shape(2, 3), new Shape(0), new Shape(1, 2, 3, 4)}) {
      for (DataType type : TYPES) {
        String variant = type + " " + shape;
        add("zeros", variant, m -> m.zeros(shape, type));
        add("ones", variant, m -> m.ones(shape, type));
        if (type != DataType.BOOLEAN) {
          add("full", variant, m -> m.full(shape, 3f, type));
        }
      }
      add("zeros", shape.toString(), m -> m.zeros(shape));
      add("ones", shape.toString(), m -> m.ones(shape));
      add("full", "int " + shape, m -> m.full(shape, 7));
      add("full", "float " + shape, m -> m.full(shape, 0.25f));
    }
  }

  private void sequences() {
    add("arange", "to int", m -> m.arange(5));
    add("arange", "to float", m -> m.arange(4.5f));
    add("arange", "from to", m -> m.arange(2, 7));
    add("arange", "step", m -> m.arange(2, 9, 3));
    add("arange", "down", m -> m.arange(9, 2, -2));
    add("arange", "nothing", m -> m.arange(3, 3));
    add("arange", "wrong way", m -> m.arange(3, 1));
    add("arange", "fractions", m -> m.arange(0f, 1f, 0.25f));
    add("arange", "tenths", m -> m.arange(0f, 1f, 0.1f));
    for (DataType type :
        new DataType[] {DataType.FLOAT32, DataType.FLOAT64, DataType.INT32, DataType.INT64}) {
      add("arange", type.toString(), m -> m.arange(1f, 9f, 2f, type));
    }
    add("linspace", "floats", m -> m.linspace(0f, 1f, 5));
    add("linspace", "ints", m -> m.linspace(2, 10, 4));
    add("linspace", "down", m -> m.linspace(3f, -3f, 7));
    add("linspace", "one", m -> m.linspace(3f, 5f, 1));
    cases.add(
        Case.creation("linspace", "open end", m -> m.linspace(0f, 1f, 4, false))
            .formula(x -> Tensor.of(new Shape(4), 0, 0.25, 0.5, 0.75)));
    add("hanningWindow", "5", m -> m.hanningWindow(5));
  }

  private void matrices() {
    add("eye", "3", m -> m.eye(3));
    add("eye", "2×4", m -> m.eye(2, 4, 0));
    add("eye", "int32", m -> m.eye(3, 2, 0, DataType.INT32));
    for (int k : new int[] {1, -1, 2, 5}) {
      cases.add(Case.creation("eye", "diagonal " + k, m -> m.eye(3, 4, k)).formula(x -> eye(k)));
    }
  }

  private static Tensor eye(int k) {
    double[] values = new double[12];
    Arrays.setAll(values, i -> i % 4 - i / 4 == k ? 1 : 0);
    return Tensor.of(new Shape(3, 4), values);
  }
}
