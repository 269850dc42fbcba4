package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import org.jspecify.annotations.Nullable;

/** Layers that look at every input alike: linear, dropout. */
public final class Dense {

  private Dense() {}

  /**
   * Computes x · wᵀ + bias.
   *
   * @param e where to
   * @param x any number of dimensions, I in the last
   * @param w O×I
   * @param bias O numbers, or null for none
   * @return shaped like x, but O in the last dimension
   */
  public static Tensor linear(Emitter e, Tensor x, Tensor w, @Nullable Tensor bias) {
    Shape shape = x.shape();
    int last = shape.dimension() - 1;
    if (last != 1) {
      long inputs = shape.get(last);
      Tensor rows =
          linear(e, Reshaping.reshaped(e, x, new Shape(shape.size() / inputs, inputs)), w, bias);
      return Reshaping.reshaped(e, rows, shape.slice(0, last).add(w.shape().get(0)));
    }
    Tensor y = multiplied(e, x, w, false, true);
    if (bias != null) {
      y = e.op("BiasAdd").in(y, bias).one();
    }
    boolean wantsX = Tape.tracks(x);
    boolean wantsW = Tape.tracks(w);
    boolean wantsBias = bias != null && Tape.tracks(bias);
    return Tape.record(
        y,
        outputs -> {
          Tensor g = Elementwise.given(outputs);
          return new @Nullable Tensor[] {
            wantsX ? multiplied(e, g, w, false, false) : null,
            wantsW ? multiplied(e, g, x, true, false) : null,
            wantsBias ? e.op("BiasAddGrad").in(g).one() : null
          };
        },
        bias == null ? new Tensor[] {x, w} : new Tensor[] {x, w, bias});
  }

  private static Tensor multiplied(
      Emitter e, Tensor a, Tensor b, boolean transposeA, boolean transposeB) {
    return e.op("MatMul")
        .in(a, b)
        .attr("transpose_a", transposeA)
        .attr("transpose_b", transposeB)
        .one();
  }

  /**
   * Sets numbers to 0 at random and scales the others, so that the expected value stays.
   *
   * @param e where to
   * @param x any shape
   * @param rate the probability of 0, from 0 to 1
   * @param training otherwise nothing is done
   * @return shaped like x
   */
  public static Tensor dropout(Emitter e, Tensor x, float rate, boolean training) {
    if (!(rate >= 0 && rate <= 1)) {
      throw new IllegalArgumentException("a dropout rate lies between 0 and 1, not " + rate);
    }
    if (!training || rate == 0) {
      return x;
    }
    Tensor drawn =
        e.op("StatelessRandomUniform")
            .raw(e.dims(x.layout().inMemory(x.shape())), e.nextSeed())
            .attr("dtype", x.type())
            .one(x.layout());
    Tensor kept =
        Elementwise.cast(
            e, e.op("GreaterEqual").raw(drawn, e.scalar(rate, x.type())).one(x.layout()), x.type());
    Tensor scale = e.scalar(rate == 1 ? 0 : 1 / (1 - (double) rate), x.type());
    Tensor factors = e.op("Mul").raw(kept, scale).one(x.layout());
    Tensor y = e.op("Mul").raw(x, factors).one(x.layout());
    return Tape.record(
        y,
        outputs -> {
          Tensor g = e.as(x.layout(), Elementwise.given(outputs));
          return new @Nullable Tensor[] {e.op("Mul").raw(g, factors).one(x.layout()), null};
        },
        x,
        factors);
  }
}
