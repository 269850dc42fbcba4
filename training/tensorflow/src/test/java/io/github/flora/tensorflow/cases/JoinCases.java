package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Arrays from several, and several from one. */
final class JoinCases {

  private static final Shape IMAGES = new Shape(2, 3, 4, 6);

  private final List<Case> cases = new ArrayList<>();

  private JoinCases() {}

  static List<Case> all() {
    JoinCases c = new JoinCases();
    for (Shape shape :
        new Shape[] {new Shape(), new Shape(3), new Shape(2, 3), new Shape(0, 2), IMAGES}) {
      for (int axis = 0; axis <= shape.dimension(); axis++) {
        c.stack(axis, shape);
      }
      for (int axis = 0; axis < shape.dimension(); axis++) {
        c.concat(axis, shape);
      }
    }
    c.stack(-1, new Shape(2, 3));
    c.concat(-1, new Shape(2, 3));
    c.others();
    c.split();
    c.where();
    return c.cases;
  }

  private void stack(int axis, Shape shape) {
    Draw draw = Draw.normal(shape);
    cases.add(
        Case.of("stack", x -> NDArrays.stack(x, axis), draw, draw, draw)
            .named("axis " + axis)
            .gradients());
  }

  private void concat(int axis, Shape shape) {
    long[] longer = shape.getShape().clone();
    longer[(axis + longer.length) % longer.length] += 2;
    cases.add(
        Case.of(
                "concat",
                x -> NDArrays.concat(x, axis),
                Draw.normal(shape),
                Draw.normal(longer),
                Draw.normal(shape))
            .named("axis " + axis)
            .gradients());
  }

  private void others() {
    Draw draw = Draw.normal(2, 3);
    cases.add(Case.two("stack", NDArray::stack, draw, draw).named("two").gradients());
    cases.add(Case.two("concat", NDArray::concat, draw, draw).named("two").gradients());
    cases.add(
        Case.two("concat", (a, b) -> a.concat(b, 1), draw, draw).named("two, axis 1").gradients());
    cases.add(
        Case.of("concat", x -> NDArrays.concat(new NDList(x.get(0), x.get(0)), 1), draw)
            .named("the same twice")
            .gradients());
    cases.add(Case.of("stack", x -> NDArrays.stack(x, 0), draw).named("one alone").gradients());
    for (DataType type : new DataType[] {DataType.INT32, DataType.INT64, DataType.UINT8}) {
      Draw whole = Draw.integers(0, 9, 2, 3).as(type);
      cases.add(Case.two("concat", NDArray::concat, whole, whole));
      cases.add(Case.two("stack", NDArray::stack, whole, whole));
    }
  }

  private void split() {
    for (int axis = 0; axis < 4; axis++) {
      int along = axis;
      long parts = IMAGES.get(axis) == 3 ? 3 : 2;
      cases.add(
          Case.many("split", x -> x.get(0).split(parts, along), Draw.normal(IMAGES))
              .named("%d along %d".formatted(parts, axis))
              .gradients());
    }
    cases.add(Case.many("split", x -> x.get(0).split(3), Draw.normal(6)).named("3").gradients());
    cases.add(Case.many("split", x -> x.get(0).split(1), Draw.normal(4)).named("1").gradients());
    for (long[] at : new long[][] {{1}, {2, 3}, {1, 4}, {2, 2}, {0, 6}}) {
      cases.add(
          Case.many("split", x -> x.get(0).split(at, 3), Draw.normal(IMAGES))
              .named("at " + Arrays.toString(at))
              .gradients());
    }
    cases.add(
        Case.many("split", x -> x.get(0).split(new long[] {2}), Draw.normal(5, 2))
            .named("at [2]")
            .gradients());
    cases.add(
        Case.many("split", x -> x.get(0).split(new long[] {0}, 1), Draw.normal(0, 2))
            .named("empty")
            .gradients());
    cases.add(
        Case.many("split", x -> new NDList(x.get(0).split(3, 1).get(1)), Draw.normal(IMAGES))
            .named("only one part used")
            .gradients());
  }

  private void where() {
    for (Shape shape : Shapes.SINGLE) {
      Draw draw = Draw.normal(shape);
      cases.add(
          Case.of(
                  "where",
                  x -> NDArrays.where(x.get(0), x.get(1), x.get(2)),
                  Draw.booleans(shape),
                  draw,
                  draw)
              .gradients());
    }
    cases.add(
        Case.of(
                "where",
                x -> NDArrays.where(x.get(0), x.get(1), x.get(2)),
                Draw.booleans(2, 3),
                Draw.normal(2, 3),
                Draw.normal())
            .gradients());
    cases.add(
        Case.of(
            "where",
            x -> NDArrays.where(x.get(0), x.get(1), x.get(2)),
            Draw.booleans(2, 3),
            Draw.integers(0, 9, 2, 3),
            Draw.integers(0, 9, 2, 3)));
  }
}
