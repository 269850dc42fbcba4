package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;

/** Operations that arrange the elements of one array. */
final class ShapeCases {

  private static final Shape IMAGES = new Shape(2, 3, 4, 5);

  private final List<Case> cases = new ArrayList<>();

  private ShapeCases() {}

  static List<Case> all() {
    ShapeCases c = new ShapeCases();
    c.reshapes();
    c.orders();
    c.repetitions();
    c.diagonals();
    c.paddings();
    return c.cases;
  }

  private void add(String name, String variant, UnaryOperator<NDArray> operation, Shape shape) {
    cases.add(Case.one(name, operation, Draw.normal(shape)).named(variant).gradients());
  }

  private void reshapes() {
    add("reshape", "(6, 20)", a -> a.reshape(6, 20), IMAGES);
    add("reshape", "(-1)", a -> a.reshape(-1), IMAGES);
    add("reshape", "(2, -1)", a -> a.reshape(2, -1), IMAGES);
    add("reshape", "(3, 2, -1, 2)", a -> a.reshape(3, 2, -1, 2), IMAGES);
    add("reshape", "same", a -> a.reshape(IMAGES), IMAGES);
    add("reshape", "to scalar", a -> a.reshape(new Shape()), new Shape(1, 1));
    add("reshape", "from scalar", a -> a.reshape(1, 1), new Shape());
    add("reshape", "empty", a -> a.reshape(3, 0, 2), new Shape(0, 3));
    add("reshape", "(0, -1), empty", a -> a.reshape(4, -1), new Shape(0, 4));
    for (int axis : new int[] {0, 1, 2, -1}) {
      add("expandDims", "axis " + axis, a -> a.expandDims(axis), new Shape(2, 3));
    }
    add("expandDims", "axis 0", a -> a.expandDims(0), new Shape());
    add("expandDims", "axis 2", a -> a.expandDims(2), IMAGES);
    add("expandDims", "axis 0", a -> a.expandDims(0), new Shape(0, 3));
    add("squeeze", "all", NDArray::squeeze, new Shape(1, 3, 1, 2));
    add("squeeze", "all", NDArray::squeeze, new Shape(1, 1));
    add("squeeze", "all", NDArray::squeeze, new Shape(2, 3));
    add("squeeze", "axis 0", a -> a.squeeze(0), new Shape(1, 3, 1, 2));
    add("squeeze", "axis 2", a -> a.squeeze(2), new Shape(1, 3, 1, 2));
    add("squeeze", "axis -2", a -> a.squeeze(-2), new Shape(1, 3, 1, 2));
    add("squeeze", "axes 0 2", a -> a.squeeze(new int[] {0, 2}), new Shape(1, 3, 1, 2));
    add("squeeze", "axes 2 3", a -> a.squeeze(new int[] {2, 3}), new Shape(2, 3, 1, 1));
    for (Shape shape : Shapes.SINGLE) {
      add("flatten", "all", NDArray::flatten, shape);
    }
    add("flatten", "0 to 1", a -> a.flatten(0, 1), IMAGES);
    add("flatten", "1 to -1", a -> a.flatten(1, -1), IMAGES);
    add("flatten", "1 to 2", a -> a.flatten(1, 2), IMAGES);
    add("broadcast", "scalar", a -> a.broadcast(2, 3), new Shape());
    add("broadcast", "leading", a -> a.broadcast(2, 4, 3), new Shape(3));
    add("broadcast", "inner", a -> a.broadcast(new Shape(2, 4, 3)), new Shape(2, 1, 3));
    add("broadcast", "same", a -> a.broadcast(2, 3), new Shape(2, 3));
    add("broadcast", "to nothing", a -> a.broadcast(0, 3), new Shape(1, 3));
    add("broadcast", "images", a -> a.broadcast(2, 3, 4, 5), new Shape(2, 3, 1, 1));
  }

  private void orders() {
    for (Shape shape : Shapes.SINGLE) {
      add("transpose", "reversed", NDArray::transpose, shape);
    }
    add("transpose", "(1, 0)", a -> a.transpose(1, 0), new Shape(2, 3));
    add("transpose", "(0, 2, 1)", a -> a.transpose(0, 2, 1), new Shape(2, 3, 4));
    add("transpose", "(0, 2, 3, 1)", a -> a.transpose(0, 2, 3, 1), IMAGES);
    add("transpose", "(0, 3, 1, 2)", a -> a.transpose(0, 3, 1, 2), IMAGES);
    add("transpose", "(3, 1, 0, 2)", a -> a.transpose(3, 1, 0, 2), IMAGES);
    add("transpose", "(0, 1, 3, 2)", a -> a.transpose(0, 1, 3, 2), new Shape(2, 3, 0, 1));
    add("transpose", "twice", a -> a.transpose(0, 2, 3, 1).transpose(0, 3, 1, 2), IMAGES);
    add("swapAxes", "0 1", a -> a.swapAxes(0, 1), new Shape(2, 3));
    add("swapAxes", "1 3", a -> a.swapAxes(1, 3), IMAGES);
    add("swapAxes", "1 1", a -> a.swapAxes(1, 1), IMAGES);
    add("swapAxes", "-1 0", a -> a.swapAxes(-1, 0), IMAGES);
    add("flip", "0", a -> a.flip(0), new Shape(4));
    add("flip", "3", a -> a.flip(3), IMAGES);
    add("flip", "1 -1", a -> a.flip(1, -1), IMAGES);
    add("flip", "0", a -> a.flip(0), new Shape(0, 3));
    for (int times : new int[] {-1, 1, 2, 4}) {
      int[] axes = {2, 3};
      add("rotate90", "times " + times, a -> a.rotate90(times, axes), IMAGES);
    }
  }

  private void repetitions() {
    add("tile", "2", a -> a.tile(2), new Shape(2, 3));
    add("tile", "2", a -> a.tile(2), new Shape());
    cases.add(
        Case.one("tile", a -> a.tile(2), Draw.normal(0, 3))
            .formula(x -> new Tensor(x.get(0).type(), new Shape(0, 6), new double[0])));
    add("tile", "[2, 3]", a -> a.tile(new long[] {2, 3}), new Shape(1, 3));
    add("tile", "[2, 1, 3]", a -> a.tile(new long[] {2, 1, 3}), new Shape(2, 3));
    add("tile", "[1, 2, 1, 2]", a -> a.tile(new long[] {1, 2, 1, 2}), IMAGES);
    Draw matrix = Draw.normal(2, 3);
    cases.add(
        Case.one("tile", a -> a.tile(1, 2), matrix)
            .named("axis 1")
            .gradients()
            .formula(x -> columns(x.get(0), 6, j -> j % 3)));
    cases.add(
        Case.one("tile", a -> a.tile(new Shape(2, 6)), matrix)
            .named("to a shape")
            .gradients()
            .formula(x -> columns(x.get(0), 6, j -> j % 3)));
    add("repeat", "2", a -> a.repeat(2), new Shape(2, 3));
    add("repeat", "2", a -> a.repeat(2), new Shape(3));
    cases.add(
        Case.one("repeat", a -> a.repeat(2), Draw.normal(0, 3))
            .formula(x -> new Tensor(x.get(0).type(), new Shape(0, 6), new double[0])));
    add("repeat", "axis 0", a -> a.repeat(0, 3), new Shape(2, 3));
    add("repeat", "axis 1", a -> a.repeat(1, 3), IMAGES);
    add("repeat", "axis -1", a -> a.repeat(-1, 2), new Shape(2, 3));
    add("repeat", "[2, 3]", a -> a.repeat(new long[] {2, 3}), new Shape(2, 2));
    add("repeat", "to a shape", a -> a.repeat(new Shape(4, 6)), new Shape(2, 3));
  }

  /** Takes columns of a matrix. */
  private static Tensor columns(Tensor x, int count, IntUnaryOperator which) {
    int rows = (int) x.shape().get(0);
    double[] values = new double[rows * count];
    for (int i = 0; i < values.length; i++) {
      values[i] = x.at(i / count, which.applyAsInt(i % count));
    }
    return new Tensor(x.type(), new Shape(rows, count), values);
  }

  private void diagonals() {
    add("diagonal", "main", NDArray::diagonal, new Shape(3, 4));
    add("diagonal", "main", NDArray::diagonal, new Shape(2, 3, 4));
    add("diagonal", "1", a -> a.diagonal(1), new Shape(3, 4));
    add("diagonal", "-1", a -> a.diagonal(-1), new Shape(4, 3));
    add("diagonal", "1, axes 1 2", a -> a.diagonal(1, 1, 2), new Shape(2, 3, 4));
    add("diagonal", "0, axes 2 3", a -> a.diagonal(0, 2, 3), IMAGES);
    cases.add(
        Case.one("trace", NDArray::trace, Draw.normal(3, 4))
            .gradients()
            .formula(x -> Tensor.of(new Shape(), trace(x.get(0), 0)).as(x.get(0).type())));
    cases.add(
        Case.one("trace", a -> a.trace(1), Draw.normal(3, 4))
            .named("1")
            .gradients()
            .formula(x -> Tensor.of(new Shape(), trace(x.get(0), 1)).as(x.get(0).type())));
  }

  private static double trace(Tensor x, int offset) {
    double sum = 0;
    for (int i = 0; i < 3 && i + offset < 4; i++) {
      sum += x.at(i, i + offset);
    }
    return sum;
  }

  private void paddings() {
    add("pad", "last", a -> a.pad(new Shape(1, 2), 0), new Shape(2, 3));
    add("pad", "last two", a -> a.pad(new Shape(1, 2, 3, 0), 0.5), new Shape(2, 3));
    add("pad", "images", a -> a.pad(new Shape(1, 2, 2, 1), -1), IMAGES);
    add("pad", "empty", a -> a.pad(new Shape(1, 1), 2), new Shape(2, 0));
    Draw whole = Draw.integers(0, 9, 2, 3).as(DataType.INT32);
    cases.add(Case.one("pad", a -> a.pad(new Shape(1, 1), 7), whole));
  }
}
