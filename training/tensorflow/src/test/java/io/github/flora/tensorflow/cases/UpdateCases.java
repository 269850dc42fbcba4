package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.List;

/** The optimizers' updates in place. What they changed shows in the inputs after the call. */
final class UpdateCases {

  private UpdateCases() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    for (long[] shape : new long[][] {{}, {5}, {3, 4}, {4, 3, 2, 2}}) {
      for (float decay : new float[] {0, 0.1f}) {
        for (float clip : new float[] {-1, 0.5f}) {
          for (float rescale : new float[] {1, 0.5f}) {
            String variant = "decay %s, clip %s, rescale %s".formatted(decay, clip, rescale);
            for (float momentum : new float[] {0, 0.9f}) {
              cases.add(
                  sgd(shape, decay, clip, rescale, momentum)
                      .named("%s, momentum %s".formatted(variant, momentum)));
            }
            for (boolean adamw : new boolean[] {false, true}) {
              cases.add(
                  adam(shape, decay, clip, rescale, adamw).named(variant + (adamw ? ", W" : "")));
            }
          }
        }
      }
    }
    return cases;
  }

  private static Case sgd(long[] shape, float decay, float clip, float rescale, float momentum) {
    Draw draw = Draw.normal(shape);
    return Case.many(
        "sgdUpdate",
        x -> {
          x.get(0).setRequiresGradient(true);
          NDList weights = new NDList(x.get(0));
          x.get(0)
              .getNDArrayInternal()
              .sgdUpdate(
                  momentum == 0 ? x.subNDList(0, 2) : x,
                  weights,
                  0.1f,
                  decay,
                  rescale,
                  clip,
                  momentum,
                  true);
          return new NDList();
        },
        draw,
        draw,
        draw);
  }

  private static Case adam(long[] shape, float decay, float clip, float rescale, boolean w) {
    Draw draw = Draw.normal(shape);
    return Case.many(
        "adamUpdate",
        x -> {
          x.get(0).setRequiresGradient(true);
          NDList weights = new NDList(x.get(0));
          x.get(0)
              .getNDArrayInternal()
              .adamUpdate(
                  x, weights, 0.01f, 0.02f, decay, rescale, clip, 0.9f, 0.99f, 1e-7f, true, w);
          return new NDList();
        },
        draw,
        draw,
        draw,
        Draw.uniform(0.1, 1, shape));
  }
}
