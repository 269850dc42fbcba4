package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.List;

/** Operations on pictures, height × width × channels but for {@code interpolation}. */
final class ImageCases {

  private static final String[] MODES = {"nearest", "bilinear", "area", "bicubic"};

  private ImageCases() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    for (long[] shape : new long[][] {{5, 4, 3}, {2, 5, 4, 3}, {1, 1, 1}}) {
      Draw bytes = Draw.integers(0, 256, shape).as(DataType.UINT8);
      cases.add(Case.one("toTensor", a -> a.getNDArrayInternal().toTensor(), bytes));
      cases.add(
          Case.one("toTensor", a -> a.getNDArrayInternal().toTensor(), bytes.as(DataType.FLOAT32))
              .gradients());
    }
    float[] mean = {0.485f, 0.456f, 0.406f};
    float[] deviation = {0.229f, 0.224f, 0.225f};
    for (long[] shape : new long[][] {{3, 5, 4}, {2, 3, 5, 4}}) {
      cases.add(
          Case.one(
                  "NDArrayEx.normalize",
                  a -> a.getNDArrayInternal().normalize(mean, deviation),
                  Draw.normal(shape))
              .gradients());
    }
    for (long[] shape : new long[][] {{5, 4, 3}, {2, 5, 4, 3}}) {
      Draw floats = Draw.uniform(0, 255, shape);
      Draw bytes = Draw.integers(0, 256, shape).as(DataType.UINT8);
      cases.add(Case.one("crop", a -> a.getNDArrayInternal().crop(1, 2, 3, 2), floats).gradients());
      cases.add(Case.one("crop", a -> a.getNDArrayInternal().crop(0, 0, 4, 5), bytes));
      for (int mode = 0; mode < MODES.length; mode++) {
        for (int[] size : new int[][] {{8, 10}, {2, 3}, {4, 5}, {7, 3}, {1, 1}}) {
          int m = mode;
          cases.add(
              Case.one("resize", a -> a.getNDArrayInternal().resize(size[0], size[1], m), floats)
                  .named("%s to %d×%d".formatted(MODES[mode], size[0], size[1])));
        }
      }
      cases.add(
          Case.one("resize", a -> a.getNDArrayInternal().resize(8, 10, 0), bytes).named("bytes"));
    }
    for (int mode = 0; mode < MODES.length; mode++) {
      int m = mode;
      for (long[] size : new long[][] {{8, 9}, {2, 3}}) {
        cases.add(
            Case.one(
                    "interpolation",
                    a -> a.getNDArrayInternal().interpolation(size, m, false),
                    Draw.normal(2, 3, 5, 4))
                .named("%s to %d×%d".formatted(MODES[mode], size[0], size[1]))
                .gradients());
      }
    }
    return cases;
  }
}
