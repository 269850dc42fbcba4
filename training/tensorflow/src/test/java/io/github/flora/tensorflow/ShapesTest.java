package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Shapes, indexing, sorting and products: values and gradients as PyTorch gives them. */
class ShapesTest {

  /** Something to compute from a float array (2, 3, 4, 5) or of another shape. */
  interface Work {
    NDList on(NDManager manager, NDArray x);
  }

  private record Case(String name, Shape shape, Work work) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final Shape IMAGES = new Shape(2, 3, 4, 5);

  private static Case of(String name, Work work) {
    return new Case(name, IMAGES, work);
  }

  private static Case one(String name, java.util.function.UnaryOperator<NDArray> work) {
    return of(name, (m, x) -> new NDList(work.apply(x)));
  }

  private static Case one(
      String name, Shape shape, java.util.function.UnaryOperator<NDArray> work) {
    return new Case(name, shape, (m, x) -> new NDList(work.apply(x)));
  }

  private static Case index(String indices, Object... args) {
    return one("get " + indices, x -> x.get(new NDIndex(indices, args)));
  }

  private static NDArray longs(NDManager m, Shape shape, long... values) {
    return m.create(values, shape);
  }

  private static NDArray floats(NDManager m, Shape shape) {
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(i * 1.7 + 0.3);
    }
    return m.create(values, shape);
  }

  static Stream<Case> cases() {
    return Stream.of(
        one("reshape", x -> x.reshape(6, 20)),
        one("reshape -1", x -> x.reshape(-1, 10)),
        one("reshape empty", new Shape(0, 3), x -> x.reshape(3, 0)),
        one("flatten", NDArray::flatten),
        one("flatten axes", x -> x.flatten(1, 2)),
        one("flatten scalar", new Shape(), NDArray::flatten),
        one("expandDims", x -> x.expandDims(2)),
        one("expandDims -1", x -> x.expandDims(-1)),
        one("squeeze", new Shape(2, 1, 3, 1), NDArray::squeeze),
        one("squeeze axis", new Shape(2, 1, 3, 1), x -> x.squeeze(1)),
        one("transpose", NDArray::transpose),
        one("transpose to NCHW", x -> x.transpose(0, 3, 1, 2)),
        one("transpose there and back", x -> x.transpose(0, 3, 1, 2).transpose(0, 2, 3, 1)),
        one("transpose NHWC further", x -> x.transpose(0, 3, 1, 2).transpose(1, 0, 3, 2)),
        one("swapAxes", x -> x.swapAxes(1, 3)),
        one("transpose size 1", new Shape(2, 1, 3), x -> x.transpose(1, 0, 2)),
        one("reshape of NHWC", x -> x.transpose(0, 3, 1, 2).reshape(2, -1)),
        one(
            "flatten of 1x1 NHWC",
            new Shape(2, 1, 1, 3),
            x -> x.transpose(0, 3, 1, 2).flatten(1, 3)),
        one("slice of NHWC", x -> x.transpose(0, 3, 1, 2).get("0:1,1:4:2,:,:2")),
        one("row of NHWC", x -> x.transpose(0, 3, 1, 2).get(1)),
        one("flip of NHWC", x -> x.transpose(0, 3, 1, 2).flip(3)),
        one("pad of NHWC", x -> x.transpose(0, 3, 1, 2).pad(new Shape(1, 2, 0, 1), 0.5)),
        one("broadcast", new Shape(3, 1), x -> x.broadcast(2, 3, 4)),
        one("broadcast scalar", new Shape(), x -> x.broadcast(2, 3)),
        one("flip", x -> x.flip(0, 2)),
        one("rotate90", x -> x.rotate90(1, new int[] {1, 2})),
        one("rotate90 back", x -> x.rotate90(-1, new int[] {0, 3})),
        one("rotate90 twice", x -> x.rotate90(2, new int[] {3, 2})),
        one("tile", new Shape(2, 3), x -> x.tile(2)),
        one("tile each", new Shape(2, 3), x -> x.tile(new long[] {1, 3})),
        one("tile more", new Shape(2, 3), x -> x.tile(new long[] {2, 1, 3})),
        one("repeat", new Shape(2, 3), x -> x.repeat(2)),
        one("repeat axis", x -> x.repeat(1, 3)),
        one("repeat each", new Shape(2, 3), x -> x.repeat(new long[] {2, 3})),
        one("repeat to shape", new Shape(2, 3), x -> x.repeat(new Shape(4, 9))),
        one("pad", x -> x.pad(new Shape(1, 2, 0, 3), 1.5)),
        one("pad negative", x -> x.pad(new Shape(-1, 2), 0)),
        of("split", (m, x) -> x.split(3, 1)),
        of("split at", (m, x) -> x.split(new long[] {1, 3}, 2)),
        of("split, one used", (m, x) -> new NDList(x.split(new long[] {1}, 0).get(1))),
        of("split NHWC", (m, x) -> x.transpose(0, 3, 1, 2).split(new long[] {2}, 1)),
        of("concat", (m, x) -> new NDList(x.concat(floats(m, new Shape(2, 1, 4, 5)), 1))),
        of("concat with itself", (m, x) -> new NDList(x.concat(x, -1))),
        of(
            "concat NHWC",
            (m, x) -> {
              NDArray y = x.transpose(0, 3, 1, 2);
              return new NDList(
                  NDArrays.concat(new NDList(y, y.mul(y), x.reshape(y.getShape())), 1));
            }),
        of("stack", (m, x) -> new NDList(x.stack(x.flip(1), 1))),
        of("stack last", (m, x) -> new NDList(NDArrays.stack(new NDList(x, x, x), -1))),
        of("where", (m, x) -> new NDList(NDArrays.where(mask(m, IMAGES), x, floats(m, IMAGES)))),
        index(":,1"),
        index("1,2,3,4"),
        index("-1,:,-2"),
        index("0:1,1:,:3,::2"),
        index(":, -2:, 1:-1"),
        index("...,1:3"),
        index("1,...,0"),
        index(":,null,0,null,:2"),
        index("5:,0"),
        index("{}:{},{}", 0, 1, 2L),
        of("get take", (m, x) -> new NDList(x.get(longs(m, new Shape(3), 1, 0, 1)))),
        of(
            "get take negative",
            (m, x) -> new NDList(x.get(longs(m, new Shape(2, 2), 1, -1, 0, -2)))),
        of("get take axis", (m, x) -> new NDList(x.get(":,:,{}", longs(m, new Shape(2), 3, 1)))),
        of(
            "get two takes",
            (m, x) ->
                new NDList(
                    x.get(
                        ":,{},{}",
                        longs(m, new Shape(3), 0, 1, 1),
                        longs(m, new Shape(2, 1), 3, -1)))),
        of(
            "get two takes apart",
            (m, x) ->
                new NDList(
                    x.get(
                        "{},:,{},null",
                        longs(m, new Shape(2), 0, 1),
                        longs(m, new Shape(2), 3, -1)))),
        of("get mask", (m, x) -> new NDList(x.get(mask(m, IMAGES)))),
        of("get mask front", (m, x) -> new NDList(x.get(mask(m, new Shape(2, 3))))),
        of("get mask and slices", (m, x) -> new NDList(x.get("1:,{},::2", mask(m, new Shape(3))))),
        of(
            "get pick",
            (m, x) ->
                new NDList(
                    x.reshape(24, 5)
                        .get(
                            new NDIndex()
                                .addAllDim()
                                .addPickDim(
                                    m.arange(24)
                                        .toType(DataType.INT64, false)
                                        .reshape(24, 1)
                                        .get(":")
                                        .div(5)
                                        .toType(DataType.INT64, false))))),
        of(
            "gather",
            (m, x) -> new NDList(x.gather(longs(m, new Shape(1, 2, 1, 3), 0, 2, 1, 1, 0, 2), 1))),
        of(
            "gather last",
            (m, x) ->
                new NDList(
                    x.reshape(3, 40)
                        .gather(longs(m, new Shape(3, 3), 0, 9, 9, 1, 0, 2, 3, 3, 3), 1))),
        of("take", (m, x) -> new NDList(x.take(longs(m, new Shape(2, 2), 100, -1, 3, 3)))),
        of("matMul", (m, x) -> new NDList(x.matMul(floats(m, new Shape(5, 2))))),
        of("matMul batches", (m, x) -> new NDList(x.matMul(floats(m, new Shape(3, 5, 2))))),
        of("matMul broadcast left", (m, x) -> new NDList(floats(m, new Shape(6, 4)).matMul(x))),
        of("matMul vector", (m, x) -> new NDList(x.matMul(floats(m, new Shape(5))))),
        of("vector matMul", (m, x) -> new NDList(floats(m, new Shape(4)).matMul(x))),
        of("dot", (m, x) -> new NDList(x.flatten().dot(floats(m, new Shape(120))))),
        of("dot 2", (m, x) -> new NDList(x.reshape(12, 10).dot(floats(m, new Shape(10, 3))))),
        of(
            "batchMatMul",
            (m, x) -> new NDList(x.reshape(6, 4, 5).batchMatMul(floats(m, new Shape(6, 5, 2))))),
        one("inverse", new Shape(2, 3, 3), x -> x.add(eye(x)).inverse()),
        one("argMax", NDArray::argMax),
        one("argMax axis", x -> x.argMax(1)),
        one("argMin", NDArray::argMin),
        one("argMin axis", x -> x.argMin(-1)));
  }

  private static NDArray eye(NDArray x) {
    return x.getManager().eye(3).mul(3);
  }

  private static NDArray mask(NDManager m, Shape shape) {
    boolean[] values = new boolean[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i * 7 % 5 < 2;
    }
    return m.create(values, shape);
  }

  private record Outcome(List<Shape> shapes, List<DataType> types, List<float[]> numbers) {}

  private static Outcome outcome(String engine, Case c) {
    try (NDManager manager = NDManager.newBaseManager(null, engine)) {
      NDArray x = floats(manager, c.shape);
      x.setRequiresGradient(true);
      Outcome outcome = new Outcome(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
      try (GradientCollector collector = Engine.getEngine(engine).newGradientCollector()) {
        NDList results = c.work.on(manager, x);
        NDArray loss = null;
        for (NDArray y : results) {
          add(outcome, y);
          if (y.getDataType() == DataType.FLOAT32 && y.size() > 0) {
            NDArray weighted = y.mul(floats(manager, y.getShape())).sum();
            loss = loss == null ? weighted : loss.add(weighted);
          }
        }
        if (loss != null) {
          collector.backward(loss);
          add(outcome, x.getGradient());
        }
      }
      return outcome;
    }
  }

  private static void add(Outcome outcome, NDArray y) {
    outcome.shapes.add(y.getShape());
    outcome.types.add(y.getDataType());
    outcome.numbers.add(y.toType(DataType.FLOAT32, false).toFloatArray());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void asPyTorch(Case c) {
    Outcome expected = outcome("PyTorch", c);
    Outcome found = outcome("TensorFlow", c);
    assertEquals(expected.shapes, found.shapes);
    assertEquals(expected.types, found.types);
    for (int i = 0; i < expected.numbers.size(); i++) {
      assertArrayEquals(expected.numbers.get(i), found.numbers.get(i), 1e-4f, "output " + i);
    }
  }
}
