package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.translate.Batchifier;
import ai.djl.translate.PaddingStackBatchifier;
import io.github.flora.tensorflow.core.CompiledFunction;
import io.github.flora.tensorflow.core.EagerEmitter;
import io.github.flora.tensorflow.core.EagerTensor;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.GraphEmitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.NotCompilableException;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import io.github.flora.tensorflow.op.Indexing;
import io.github.flora.tensorflow.op.Joining;
import io.github.flora.tensorflow.op.Masking;
import io.github.flora.tensorflow.op.Products;
import io.github.flora.tensorflow.op.Range;
import io.github.flora.tensorflow.op.Repeating;
import io.github.flora.tensorflow.op.Shaping;
import io.github.flora.tensorflow.op.Slicing;
import io.github.flora.tensorflow.op.Sorting;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@link OperationsTest} doesn't ask: images that are channels-last by a transpose, several
 * arrays in one index, and that functions give what eager operations give.
 */
class ShapesTest {

  private static final Shape IMAGES = new Shape(2, 3, 4, 5);

  /** Something to compute from a float array (2, 3, 4, 5). */
  interface Work {
    NDList on(NDManager manager, NDArray x);
  }

  private record Case(String name, Work work) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Case of(String name, Work work) {
    return new Case(name, work);
  }

  /** A case on images that lie in memory as N×H×W×C. */
  private static Case images(String name, Work work) {
    return of(name, (m, x) -> work.on(m, x.transpose(0, 3, 1, 2)));
  }

  private static NDArray longs(NDManager m, Shape shape, long... values) {
    return m.create(values, shape);
  }

  private static float[] numbers(Shape shape) {
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(i * 1.7 + 0.3);
    }
    return values;
  }

  private static NDArray floats(NDManager m, Shape shape) {
    return m.create(numbers(shape), shape);
  }

  private static NDArray mask(NDManager m, Shape shape) {
    boolean[] values = new boolean[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i * 7 % 5 < 2;
    }
    return m.create(values, shape);
  }

  static Stream<Case> cases() {
    return Stream.of(
        images("there and back", (m, x) -> new NDList(x.transpose(0, 2, 3, 1))),
        images("transpose further", (m, x) -> new NDList(x.transpose(1, 0, 3, 2))),
        images("reshape", (m, x) -> new NDList(x.reshape(2, -1))),
        images("slice", (m, x) -> new NDList(x.get("0:1,1:4:2,:,:2"))),
        images("row", (m, x) -> new NDList(x.get(1))),
        images("flip", (m, x) -> new NDList(x.flip(3))),
        images("pad", (m, x) -> new NDList(x.pad(new Shape(1, 2, 0, 1), 0.5))),
        images("split", (m, x) -> x.split(new long[] {2}, 1)),
        images("split, one used", (m, x) -> new NDList(x.split(new long[] {1}, 0).get(1))),
        images(
            "concat with plain",
            (m, x) -> new NDList(NDArrays.concat(new NDList(x, x, floats(m, x.getShape())), 1))),
        images("stack", (m, x) -> new NDList(x.stack(x.mul(x), 1))),
        images("where", (m, x) -> new NDList(NDArrays.where(mask(m, x.getShape()), x, x.mul(x)))),
        images(
            "set",
            (m, x) -> {
              NDArray y = x.mul(2);
              y.set(new NDIndex(":,1:3,0"), floats(m, new Shape(2, 2, 4)));
              return new NDList(y);
            }),
        of(
            "one pixel",
            (m, x) -> new NDList(x.reshape(40, 1, 1, 3).transpose(0, 3, 1, 2).flatten(1, 3))),
        of("negative padding", (m, x) -> new NDList(x.pad(new Shape(-1, 2), 0))),
        of(
            "negative positions",
            (m, x) -> new NDList(x.get(longs(m, new Shape(2, 2), 1, -1, 0, -2)))),
        of(
            "two arrays",
            (m, x) ->
                new NDList(
                    x.get(
                        ":,{},{}",
                        longs(m, new Shape(3), 0, 1, 1),
                        longs(m, new Shape(2, 1), 3, -1)))),
        of(
            "two arrays apart",
            (m, x) ->
                new NDList(
                    x.get(
                        "{},:,{},null",
                        longs(m, new Shape(2), 0, 1),
                        longs(m, new Shape(2), 3, -1)))),
        of("mask in front", (m, x) -> new NDList(x.get(mask(m, new Shape(2, 3))))),
        of("mask and slices", (m, x) -> new NDList(x.get("1:,{},::2", mask(m, new Shape(3))))),
        of(
            "set at arrays",
            (m, x) -> {
              NDArray y = x.mul(2);
              y.set(new NDIndex(":,{},1:", longs(m, new Shape(2), 0, -1)), floats(m, new Shape(5)));
              return new NDList(y);
            }),
        of(
            "unique",
            (m, x) -> x.mul(3).toType(DataType.INT32, false).unique(null, true, true, true)));
  }

  private record Outcome(List<Shape> shapes, List<DataType> types, List<float[]> numbers) {}

  private static Outcome outcome(String engine, Case c) {
    try (NDManager manager = NDManager.newBaseManager(null, engine)) {
      NDArray x = floats(manager, IMAGES);
      x.setRequiresGradient(true);
      Outcome outcome = new Outcome(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
      try (GradientCollector collector = Engine.getEngine(engine).newGradientCollector()) {
        NDList results = c.work.on(manager, x);
        NDArray loss = x.sum();
        for (NDArray y : results) {
          add(outcome, y);
          if (y.getDataType() == DataType.FLOAT32) {
            loss = loss.add(y.mul(floats(manager, y.getShape())).sum());
          }
        }
        if (!c.name.equals("unique")) {
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

  /** An operation on tensors (2, 3, 4, 5). */
  interface Operation {
    Tensor of(Emitter e, Tensor x);
  }

  private record Compiled(String name, Operation operation) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Compiled compiled(String name, Operation operation) {
    return new Compiled(name, operation);
  }

  static Stream<Compiled> operations() {
    Shape matrix = new Shape(24, 5);
    return Stream.of(
        compiled("reshape", (e, x) -> Shaping.reshape(e, x, new Shape(6, -1))),
        compiled("transpose", (e, x) -> Shaping.transpose(e, x, 3, 0, 2, 1)),
        compiled("to channels last", (e, x) -> Shaping.transpose(e, x, 0, 3, 1, 2)),
        compiled("broadcast", (e, x) -> Repeating.broadcast(e, x, new Shape(2, 2, 3, 4, 5))),
        compiled("tile", (e, x) -> Repeating.tile(e, x, 2, 1)),
        compiled("pad", (e, x) -> Repeating.pad(e, x, new long[] {1, 2}, 3)),
        compiled("flip", (e, x) -> Shaping.flip(e, x, 1)),
        compiled(
            "slice",
            (e, x) ->
                Slicing.slice(
                    e,
                    x,
                    List.of(
                        new Range(1, 2, 1, true),
                        Range.of(0, 2),
                        new Range(3, -1, -2, false),
                        Range.of(0, 5)))),
        compiled("rows", (e, x) -> Indexing.rows(e, x, e.longs(2, -1, 2), 1)),
        compiled(
            "pick",
            (e, x) -> Indexing.pick(e, Shaping.reshape(e, x, matrix), e.longs(new long[24]), 1)),
        compiled("sort", (e, x) -> Sorting.sort(e, x, 2)),
        compiled("topK", (e, x) -> Sorting.topK(e, x, 2, -1, false)[0]),
        compiled("diagonal", (e, x) -> Indexing.diagonal(e, x, 1, 1, 3)),
        compiled(
            "split and concat",
            (e, x) -> Joining.concat(e, 1, Joining.split(e, x, new long[] {1, 2}, 1)[1], x)),
        compiled("stack", (e, x) -> Joining.stack(e, 1, x, x)),
        compiled("sequence", (e, x) -> Masking.sequence(e, x, e.longs(1, 2), 7)),
        compiled("matMul", (e, x) -> Products.matMul(e, x, Shaping.swap(e, x, 2, 3))));
  }

  private static Tensor tensor(Emitter e, Shape shape) {
    ByteBuffer data = ByteBuffer.allocate((int) shape.size() * 4).order(ByteOrder.nativeOrder());
    data.asFloatBuffer().put(numbers(shape));
    return e.constant(data, shape, DataType.FLOAT32);
  }

  /** The result and the gradient of its sum weighted by itself. */
  private static Tensor[] results(Emitter e, Tensor x, Operation operation) {
    List<Tensor> found = new ArrayList<>();
    try (Tape tape = new Tape()) {
      tape.watch(
          x,
          (emitter, gradient) -> {
            gradient.retain();
            found.add(emitter.plain(gradient));
          });
      Tensor y = operation.of(e, x);
      found.add(0, e.plain(y));
      tape.backward(e, y, y);
    }
    found.get(1).retain();
    return found.toArray(Tensor[]::new);
  }

  private static float[] read(Tensor tensor) {
    float[] values = new float[(int) tensor.shape().size()];
    ((EagerTensor) tensor).copy(false).asFloatBuffer().get(values);
    return values;
  }

  @ParameterizedTest
  @MethodSource("operations")
  void aFunctionGivesWhatEagerOperationsGive(Compiled c) {
    EagerEmitter eager = EagerEmitter.of(Device.cpu());
    try (GraphEmitter graph = new GraphEmitter()) {
      Tensor input = graph.input(DataType.FLOAT32, IMAGES, Layout.PLAIN);
      Tensor[] outputs = results(graph, input, c.operation);
      try (CompiledFunction function = new CompiledFunction(eager, "shapes", graph, outputs)) {
        eager.framed(
            () -> {
              Tensor x = tensor(eager, IMAGES);
              Tensor[] found = function.call(x);
              Tensor[] expected = results(eager, x, c.operation);
              for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i].shape(), found[i].shape());
                assertArrayEquals(read(expected[i]), read(found[i]), 1e-5f);
              }
              return x;
            });
      }
    }
  }

  @Test
  void whatDependsOnTheNumbersIsNotCompilable() {
    try (GraphEmitter graph = new GraphEmitter()) {
      Tensor x = graph.input(DataType.FLOAT32, IMAGES, Layout.PLAIN);
      assertThrows(NotCompilableException.class, () -> Masking.nonzero(graph, x));
      assertThrows(NotCompilableException.class, () -> Sorting.unique(graph, x));
    }
  }

  @Test
  void aNegativeStepReverses() {
    try (NDManager manager = NDManager.newBaseManager(null, "TensorFlow")) {
      NDArray x = manager.arange(5f);
      assertArrayEquals(new float[] {4, 2, 0}, x.get("::-2").toFloatArray());
      assertArrayEquals(new float[] {3, 2}, x.get("3:1:-1").toFloatArray());
      x.set(new NDIndex("1::-1"), manager.create(new float[] {7, 8}));
      assertArrayEquals(new float[] {8, 7, 2, 3, 4}, x.toFloatArray());
    }
  }

  @Test
  void aWrongIndexIsRefused() {
    try (NDManager manager = NDManager.newBaseManager(null, "TensorFlow")) {
      NDArray x = manager.zeros(new Shape(2, 3));
      assertThrows(IndexOutOfBoundsException.class, () -> x.get(2));
      assertThrows(IllegalArgumentException.class, () -> x.get("0,0,0"));
      assertThrows(IllegalArgumentException.class, () -> x.reshape(4, -1));
      assertThrows(IllegalArgumentException.class, () -> x.transpose(0, 0));
      assertThrows(IllegalArgumentException.class, () -> x.split(2, 1));
      assertThrows(IllegalArgumentException.class, () -> x.matMul(x));
      assertThrows(IllegalArgumentException.class, () -> x.setScalar(new NDIndex("0"), 1));
      assertEquals(
          List.of(0f, 0f),
          Arrays.asList(x.get("0,0").toFloatArray()[0], x.get("-1,-1").toFloatArray()[0]));
    }
  }

  @Test
  void samplesBecomeABatchAndABatchSamples() {
    try (NDManager manager = NDManager.newBaseManager(null, "TensorFlow")) {
      NDList first = new NDList(manager.arange(6f).reshape(2, 3), manager.create(1L));
      NDList second = new NDList(manager.ones(new Shape(2, 3)), manager.create(2L));
      NDList batch = Batchifier.STACK.batchify(new NDList[] {first, second});
      assertEquals(new Shape(2, 2, 3), batch.get(0).getShape());
      assertArrayEquals(new long[] {1, 2}, batch.get(1).toLongArray());
      NDList[] parts = Batchifier.STACK.split(batch, 2, false);
      assertArrayEquals(new long[] {2}, parts[1].get(1).toLongArray());
      NDList[] samples = Batchifier.STACK.unbatchify(batch);
      assertEquals(first.get(0), samples[0].get(0));
      assertEquals(second.get(1), samples[1].get(1));
      NDList padded =
          PaddingStackBatchifier.builder()
              .addPad(0, 0, m -> m.zeros(new Shape(1, 3)))
              .build()
              .batchify(
                  new NDList[] {
                    new NDList(manager.ones(new Shape(2, 3))),
                    new NDList(manager.ones(new Shape(4, 3)))
                  });
      assertEquals(new Shape(2, 4, 3), padded.get(0).getShape());
      assertEquals(18, padded.get(0).sum().getFloat());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"STRING", "UNKNOWN", "COMPLEX64"})
  void everyTypeIsMadeMovedAndReplaced(DataType type) {
    try (NDManager manager = NDManager.newBaseManager(null, "TensorFlow")) {
      NDArray x = manager.create(new float[] {0, 1, 1, 0, 1, 0}).toType(type, false).reshape(2, 3);
      NDArray y = NDArrays.concat(new NDList(x.transpose().get("1:"), x.transpose().get(":1")));
      assertEquals(type, y.getDataType());
      y.set(new NDIndex("0"), 0);
      y.set(new NDIndex("{}", manager.create(new long[] {2})), 1);
      NDArray picked = y.gather(manager.create(new long[] {1, 0, 1}, new Shape(3, 1)), 1);
      assertArrayEquals(
          new float[] {0, 0, 1, 0, 1, 1}, y.toType(DataType.FLOAT32, false).toFloatArray());
      assertArrayEquals(
          new float[] {0, 1, 1}, picked.toType(DataType.FLOAT32, false).toFloatArray());
    }
  }
}
