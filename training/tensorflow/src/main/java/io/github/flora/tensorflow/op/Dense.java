package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Layers that look at every input alike: linear, embedding, dropout, prelu. */
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
          linear(e, Shaping.reshape(e, x, new Shape(shape.size() / inputs, inputs)), w, bias);
      return Shaping.reshape(e, rows, shape.slice(0, last).add(w.shape().get(0)));
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

  /**
   * Looks rows up.
   *
   * @param e where to
   * @param indices whole numbers from 0 to rows − 1, of any shape
   * @param w rows × width
   * @return shaped like the indices, with the width as one more dimension
   */
  public static Tensor embedding(Emitter e, Tensor indices, Tensor w) {
    Tensor rows =
        indices.type() == DataType.INT32 || indices.type() == DataType.INT64
            ? indices
            : Elementwise.cast(e, indices, DataType.INT64);
    Tensor y = e.op("GatherV2").in(w, rows, e.scalar(0, DataType.INT32)).one();
    long number = w.shape().get(0);
    return Tape.record(
        y,
        outputs -> {
          Tensor sums =
              e.op("UnsortedSegmentSum")
                  .in(Elementwise.given(outputs), rows, e.scalar(number, DataType.INT64))
                  .one();
          return new @Nullable Tensor[] {sums, null};
        },
        w,
        rows);
  }

  /**
   * Returns max(0, x) + alpha · min(0, x) (He et al., 2015).
   *
   * @param e where to
   * @param x any shape, the channels in dimension 1
   * @param alpha one slope, or one for each channel
   * @return shaped like x
   */
  public static Tensor prelu(Emitter e, Tensor x, Tensor alpha) {
    Tensor slopes = alpha;
    if (alpha.shape().size() != 1 && alpha.rank() == 1 && x.rank() > 1) {
      long[] dims = new long[x.rank() - 1];
      Arrays.fill(dims, 1);
      dims[0] = alpha.shape().get(0);
      slopes = Shaping.reshape(e, alpha, new Shape(dims));
    } else if (alpha.shape().size() == 1) {
      slopes = Shaping.reshape(e, alpha, new Shape());
    }
    Tensor positive = Comparisons.gt(e, x, e.scalar(0, x.type()));
    return Joining.where(e, positive, x, Arithmetic.mul(e, x, slopes));
  }
}
