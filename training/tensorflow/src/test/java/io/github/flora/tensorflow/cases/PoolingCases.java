package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Pooling of images. */
final class PoolingCases {

  /** Kernel, stride, padding, each height × width. */
  private static final int[][] WINDOWS = {
    {2, 2, 2, 2, 0, 0},
    {3, 3, 2, 2, 1, 1},
    {3, 3, 1, 1, 1, 1},
    {3, 3, 3, 3, 0, 0},
    {2, 2, 1, 1, 0, 0},
    {2, 3, 2, 1, 1, 0},
    {1, 1, 2, 2, 0, 0},
    {5, 4, 3, 2, 2, 1},
    {7, 6, 7, 6, 0, 0}
  };

  private final List<Case> cases = new ArrayList<>();

  private PoolingCases() {}

  static List<Case> all() {
    PoolingCases c = new PoolingCases();
    for (int[] w : WINDOWS) {
      Shape kernel = new Shape(w[0], w[1]);
      Shape stride = new Shape(w[2], w[3]);
      Shape padding = new Shape(w[4], w[5]);
      for (boolean ceil : new boolean[] {false, true}) {
        String window = "%s / %s, %s%s".formatted(kernel, stride, padding, ceil ? ", ceil" : "");
        c.add(
            "maxPool", window, a -> a.getNDArrayInternal().maxPool(kernel, stride, padding, ceil));
        c.add(
            "avgPool",
            window + ", padding counted",
            a -> a.getNDArrayInternal().avgPool(kernel, stride, padding, ceil, true));
        c.uncounted(window, w, ceil);
        if (w[4] + w[5] == 0) { // PyTorch pads no other
          for (float norm : new float[] {1, 2, 3}) {
            c.lp(
                "lpPool",
                window + ", norm " + norm,
                a -> a.getNDArrayInternal().lpPool(norm, kernel, stride, padding, ceil));
          }
        }
      }
    }
    // Larger than the image: there is one place, and only if the last one counts.
    Shape large = new Shape(10, 9);
    Shape far = new Shape(4, 4);
    Shape none = new Shape(0, 0);
    c.add("maxPool", "larger, ceil", a -> a.getNDArrayInternal().maxPool(large, far, none, true));
    c.add(
        "avgPool",
        "larger, ceil",
        a -> a.getNDArrayInternal().avgPool(large, far, none, true, true));
    c.add("globalMaxPool", "", a -> a.getNDArrayInternal().globalMaxPool());
    c.add("globalAvgPool", "", a -> a.getNDArrayInternal().globalAvgPool());
    c.lp("globalLpPool", "norm 2", a -> a.getNDArrayInternal().globalLpPool(2));
    c.sequences();
    c.ties();
    return c.cases;
  }

  private void add(String name, String variant, UnaryOperator<NDArray> operation) {
    for (long[] shape : new long[][] {{2, 3, 7, 6}, {1, 1, 9, 8}}) {
      cases.add(Case.one(name, operation, Draw.distinct(shape)).named(variant).gradients());
    }
  }

  /** DJL's PyTorch engine counts the padding whatever it is told. */
  private void uncounted(String window, int[] w, boolean ceil) {
    Shape kernel = new Shape(w[0], w[1]);
    Shape stride = new Shape(w[2], w[3]);
    Shape padding = new Shape(w[4], w[5]);
    cases.add(
        Case.one(
                "avgPool",
                a -> a.getNDArrayInternal().avgPool(kernel, stride, padding, ceil, false),
                Draw.distinct(2, 3, 7, 6))
            .named(window)
            .gradients()
            .formula(x -> average(x.get(0), w, ceil)));
  }

  private static Tensor average(Tensor x, int[] w, boolean ceil) {
    int[] size = {7, 6};
    int[] places = new int[2];
    for (int i = 0; i < 2; i++) {
      int room = size[i] + 2 * w[4 + i] - w[i];
      places[i] = (ceil ? (int) Math.ceil(room / (double) w[2 + i]) : room / w[2 + i]) + 1;
      if ((places[i] - 1) * w[2 + i] >= size[i] + w[4 + i]) {
        places[i]--;
      }
    }
    double[] values = new double[6 * places[0] * places[1]];
    for (int i = 0; i < values.length; i++) {
      int top = i / places[1] % places[0] * w[2] - w[4];
      int left = i % places[1] * w[3] - w[5];
      int count = 0;
      for (int row = Math.max(0, top); row < Math.min(7, top + w[0]); row++) {
        for (int column = Math.max(0, left); column < Math.min(6, left + w[1]); column++) {
          values[i] += x.get(i / places[1] / places[0] * 42 + row * 6 + column);
          count++;
        }
      }
      values[i] /= count;
    }
    return new Tensor(x.type(), new Shape(2, 3, places[0], places[1]), values);
  }

  private void lp(String name, String variant, UnaryOperator<NDArray> operation) {
    Draw draw = Draw.uniform(0.1, 2, 2, 3, 7, 6);
    cases.add(Case.one(name, operation, draw).named(variant).gradients());
  }

  private void sequences() {
    Shape three = new Shape(3);
    Shape two = new Shape(2);
    Shape one = new Shape(1);
    Draw draw = Draw.distinct(2, 3, 8);
    for (boolean ceil : new boolean[] {false, true}) {
      String variant = ceil ? "of sequences, ceil" : "of sequences";
      cases.add(
          Case.one("maxPool", a -> a.getNDArrayInternal().maxPool(three, two, one, ceil), draw)
              .named(variant)
              .gradients());
      cases.add(
          Case.one(
                  "avgPool", a -> a.getNDArrayInternal().avgPool(three, two, one, ceil, true), draw)
              .named(variant)
              .gradients());
    }
    cases.add(
        Case.one("globalMaxPool", a -> a.getNDArrayInternal().globalMaxPool(), draw).gradients());
    cases.add(
        Case.one("globalAvgPool", a -> a.getNDArrayInternal().globalAvgPool(), draw).gradients());
  }

  /** Equal numbers, as ReLU leaves them: the gradient goes to the first. */
  private void ties() {
    Shape two = new Shape(2, 2);
    Shape none = new Shape(0, 0);
    Draw whole = Draw.integers(-2, 2, 2, 3, 6, 6).as(DataType.FLOAT32);
    cases.add(
        Case.one("maxPool", a -> a.getNDArrayInternal().maxPool(two, two, none, false), whole)
            .named("ties")
            .gradients());
    cases.add(
        Case.one(
                "maxPool",
                a -> Activation.relu(a).getNDArrayInternal().maxPool(two, two, none, false),
                whole)
            .named("ties of ReLU")
            .gradients());
    cases.add(
        Case.one(
                "maxPool",
                a -> a.getNDArrayInternal().maxPool(two, two, none, false),
                Draw.normal(0, 3, 4, 4))
            .named("no image")
            .gradients());
    cases.add(
        Case.one(
                "maxPool",
                a -> a.getNDArrayInternal().maxPool(two, two, new Shape(1, 1), false).mul(2),
                Draw.uniform(-3, -1, 2, 3, 4, 4))
            .named("padding is below every number")
            .gradients());
  }
}
