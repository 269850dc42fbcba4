package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.internal.NDArrayEx;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
    for (int i = 0; i < Rule.values().length; i++) {
      cases.add(ruled(Rule.values()[i]));
    }
    return cases;
  }

  /** Gradients that DJL's PyTorch engine clips as it should: it only does so from above. */
  private static Draw gradient(float clip, long... shape) {
    return clip > 0 ? Draw.uniform(-0.4, 1.5, shape) : Draw.normal(shape);
  }

  /** What DJL's PyTorch engine throws at or gets wrong, with its published formula. */
  private enum Rule {
    CLIPPED("sgdUpdate", 2) {
      @Override
      void call(NDArrayEx ex, NDList x, NDList weights) {
        ex.sgdUpdate(x, weights, RATE, DECAY, RESCALE, CLIP, 0, true);
      }

      @Override
      void step(double[] v) {
        v[0] -= RATE * v[1];
      }
    },
    NAG("nagUpdate", 3) {
      @Override
      void call(NDArrayEx ex, NDList x, NDList weights) {
        ex.nagUpdate(x, weights, RATE, DECAY, RESCALE, CLIP, MOMENTUM);
      }

      @Override
      void step(double[] v) {
        v[2] = MOMENTUM * v[2] + v[1];
        v[0] -= RATE * (v[1] + MOMENTUM * v[2]);
      }
    },
    NAG_WITHOUT_MOMENTUM("nagUpdate", 2) {
      @Override
      void call(NDArrayEx ex, NDList x, NDList weights) {
        ex.nagUpdate(x, weights, RATE, DECAY, RESCALE, CLIP, 0);
      }

      @Override
      void step(double[] v) {
        v[0] -= RATE * v[1];
      }
    },
    ADADELTA("adadeltaUpdate", 4) {
      @Override
      void call(NDArrayEx ex, NDList x, NDList weights) {
        ex.adadeltaUpdate(x, weights, DECAY, RESCALE, CLIP, RHO, EPSILON);
      }

      @Override
      void step(double[] v) {
        v[2] = RHO * v[2] + (1 - RHO) * v[1] * v[1];
        double delta = v[1] * Math.sqrt(v[3] + EPSILON) / Math.sqrt(v[2] + EPSILON);
        v[3] = RHO * v[3] + (1 - RHO) * delta * delta;
        v[0] -= delta;
      }
    },
    ADAGRAD("adagradUpdate", 3) {
      @Override
      void call(NDArrayEx ex, NDList x, NDList weights) {
        ex.adagradUpdate(x, weights, RATE, DECAY, RESCALE, CLIP, EPSILON);
      }

      @Override
      void step(double[] v) {
        v[2] += v[1] * v[1];
        v[0] -= RATE * v[1] / (Math.sqrt(v[2]) + EPSILON);
      }
    },
    RMSPROP("rmspropUpdate", 3) {
      @Override
      void call(NDArrayEx ex, NDList x, NDList weights) {
        ex.rmspropUpdate(x, weights, RATE, DECAY, RESCALE, CLIP, RHO, MOMENTUM, EPSILON, false);
      }

      @Override
      void step(double[] v) {
        v[2] = RHO * v[2] + (1 - RHO) * v[1] * v[1];
        v[0] -= RATE * v[1] / Math.sqrt(v[2] + EPSILON);
      }
    },
    CENTERED_RMSPROP("rmspropUpdate", 5) {
      @Override
      void call(NDArrayEx ex, NDList x, NDList weights) {
        ex.rmspropUpdate(x, weights, RATE, DECAY, RESCALE, CLIP, RHO, MOMENTUM, EPSILON, true);
      }

      @Override
      void step(double[] v) {
        v[2] = RHO * v[2] + (1 - RHO) * v[1] * v[1];
        v[3] = RHO * v[3] + (1 - RHO) * v[1];
        v[4] = MOMENTUM * v[4] + RATE * v[1] / Math.sqrt(v[2] - v[3] * v[3] + EPSILON);
        v[0] -= v[4];
      }
    };

    static final float RATE = 0.1f;
    static final float DECAY = 0.1f;
    static final float RESCALE = 0.5f;
    static final float CLIP = 0.3f;
    static final float MOMENTUM = 0.9f;
    static final float RHO = 0.9f;
    static final float EPSILON = 1e-2f;

    private final String operation;
    private final int arrays;

    Rule(String operation, int arrays) {
      this.operation = operation;
      this.arrays = arrays;
    }

    abstract void call(NDArrayEx ex, NDList x, NDList weights);

    /** Changes weight, gradient as it is used, then the state, of one element. */
    abstract void step(double[] values);
  }

  private static Case ruled(Rule rule) {
    Draw[] draws = new Draw[rule.arrays];
    for (int i = 0; i < draws.length; i++) {
      // The mean of gradients is far below the root of the mean of their squares.
      draws[i] =
          i < 2
              ? Draw.normal(4, 3, 2, 2)
              : i == 3 && rule == Rule.CENTERED_RMSPROP
                  ? Draw.uniform(-0.1, 0.1, 4, 3, 2, 2)
                  : Draw.uniform(0.1, 1, 4, 3, 2, 2);
    }
    return Case.many(
            rule.operation,
            x -> {
              x.get(0).setRequiresGradient(true);
              rule.call(x.get(0).getNDArrayInternal(), x, new NDList(x.get(0)));
              NDList changed = new NDList(x.get(0));
              changed.addAll(x.subNDList(2));
              return changed;
            },
            draws)
        .named(rule.name().toLowerCase(Locale.ROOT).replace('_', ' '))
        .formulas(x -> stepped(rule, x));
  }

  private static List<Tensor> stepped(Rule rule, List<Tensor> x) {
    List<double[]> columns = x.stream().map(t -> t.values().clone()).toList();
    for (int j = 0; j < columns.get(0).length; j++) {
      int at = j;
      double[] v = columns.stream().mapToDouble(c -> c[at]).toArray();
      double clipped = Math.max(-Rule.CLIP, Math.min(Rule.CLIP, v[1] * Rule.RESCALE));
      v[1] = clipped + Rule.DECAY * v[0];
      rule.step(v);
      for (int i = 0; i < v.length; i++) {
        columns.get(i)[at] = v[i];
      }
    }
    List<Tensor> changed = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      if (i != 1) {
        changed.add(new Tensor(x.get(i).type(), x.get(i).shape(), columns.get(i)));
      }
    }
    return changed;
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
        gradient(clip, shape),
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
        gradient(clip, shape),
        draw,
        Draw.uniform(0.1, 1, shape));
  }
}
