package io.github.flora.tensorflow.op;

import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Layout;
import io.github.flora.tensorflow.core.Op;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Normalization over a batch and over an example. */
public final class Normalization {

  private Normalization() {}

  /**
   * What a batch normalization gives.
   *
   * @param output shaped like the input
   * @param mean the new running mean; the old one outside of training
   * @param variance the new running variance; the old one outside of training
   */
  public record Batch(Tensor output, Tensor mean, Tensor variance) {}

  /**
   * Normalizes over all axes but one, of C channels.
   *
   * @param e where to
   * @param x at least two dimensions, float16, bfloat16 or float32
   * @param runningMean C numbers
   * @param runningVariance C numbers, of the unbiased variance
   * @param gamma C factors
   * @param beta C summands
   * @param axis the axis of the channels; −1 means 1, as in DJL's PyTorch engine
   * @param momentum the share of the running numbers that is kept
   * @param epsilon added to the variance
   * @param training whether to normalize with the batch's mean and (biased) variance, otherwise
   *     with the running ones
   * @return the output and the running numbers
   * @throws IllegalArgumentException in training, if there is but one value per channel
   */
  public static Batch batch(
      Emitter e,
      Tensor x,
      Tensor runningMean,
      Tensor runningVariance,
      Tensor gamma,
      Tensor beta,
      int axis,
      float momentum,
      float epsilon,
      boolean training) {
    int channel = axis == -1 ? 1 : axis;
    long values = x.shape().size() / Math.max(1, x.shape().get(channel));
    if (training && values == 1) {
      throw new IllegalArgumentException(
          "batch normalization needs more than 1 value per channel in training, not an input of "
              + x.shape());
    }
    if (x.rank() != 4 || channel != 1) {
      return rearranged(
          e, x, runningMean, runningVariance, gamma, beta, channel, momentum, epsilon, training);
    }
    Tensor image = e.as(Layout.NHWC, x);
    Op op =
        e.op("FusedBatchNormV3")
            .raw(image, gamma, beta, runningMean, runningVariance)
            .attr("epsilon", epsilon)
            .attr("is_training", training);
    if (training) {
      op.attr("exponential_avg_factor", 1 - momentum);
    }
    Tensor[] results = op.all(6, Layout.NHWC);
    Tensor mean = training ? results[3] : runningMean;
    Tensor variance = training ? results[4] : runningVariance;
    Tensor reserve = results[5];
    Tape.record(
        new Tensor[] {results[0]},
        outputs -> {
          Tensor[] found =
              e.function(
                  "batchNormGradient",
                  List.of(epsilon, training),
                  (em, in) -> gradient(em, in, epsilon, training),
                  x,
                  gamma,
                  mean,
                  variance,
                  reserve,
                  Elementwise.given(outputs));
          return new @Nullable Tensor[] {found[0], found[1], found[2], null, null, null};
        },
        x,
        gamma,
        beta,
        mean,
        variance,
        reserve);
    return new Batch(
        results[0], training ? results[1] : runningMean, training ? results[2] : runningVariance);
  }

  private static Tensor[] gradient(Emitter e, Tensor[] in, float epsilon, boolean training) {
    Tensor[] found =
        e.op("FusedBatchNormGradV3")
            .raw(e.as(Layout.NHWC, in[5]), e.as(Layout.NHWC, in[0]), in[1], in[2], in[3], in[4])
            .attr("epsilon", epsilon)
            .attr("is_training", training)
            .all(5, Layout.NHWC);
    return Arrays.copyOf(found, 3);
  }

  /** The same with the channels brought to axis 1 of four. */
  private static Batch rearranged(
      Emitter e,
      Tensor x,
      Tensor runningMean,
      Tensor runningVariance,
      Tensor gamma,
      Tensor beta,
      int channel,
      float momentum,
      float epsilon,
      boolean training) {
    Tensor swapped = Shaping.swap(e, x, 1, channel);
    Shape seen = swapped.shape();
    Shape image = new Shape(seen.get(0), seen.get(1), seen.size() / seen.get(0) / seen.get(1), 1);
    Batch batch =
        batch(
            e,
            Shaping.reshape(e, swapped, image),
            runningMean,
            runningVariance,
            gamma,
            beta,
            1,
            momentum,
            epsilon,
            training);
    Tensor output = Shaping.swap(e, Shaping.reshape(e, batch.output, seen), 1, channel);
    return new Batch(output, batch.mean, batch.variance);
  }

  /**
   * Normalizes the last axes of every example by their mean and (biased) variance (Ba et al.,
   * 2016).
   *
   * @param e where to
   * @param x of a floating type
   * @param normalized the last dimensions of x
   * @param gamma factors of that shape
   * @param beta summands of that shape
   * @param epsilon added to the variance
   * @return shaped like x
   */
  public static Tensor layer(
      Emitter e, Tensor x, Shape normalized, Tensor gamma, Tensor beta, float epsilon) {
    Shape shape = x.shape();
    int outer = shape.dimension() - normalized.dimension();
    if (outer < 0 || !shape.slice(outer).equals(normalized)) {
      throw new IllegalArgumentException(
          "the last dimensions of %s aren't %s".formatted(shape, normalized));
    }
    Shape rows = new Shape(shape.slice(0, outer).size(), normalized.size());
    Tensor flat = Shaping.reshape(e, x, rows);
    Tensor factors = Shaping.reshape(e, gamma, new Shape(normalized.size()));
    Tensor summands = Shaping.reshape(e, beta, new Shape(normalized.size()));
    Tensor y =
        e.function(
                "layerNorm",
                List.of(epsilon),
                (em, in) -> {
                  Tensor scaled = em.op("Mul").raw(standard(em, in[0], epsilon)[0], in[1]).one();
                  return new Tensor[] {em.op("AddV2").raw(scaled, in[2]).one()};
                },
                flat,
                factors,
                summands)[0];
    Tape.record(
        new Tensor[] {y},
        outputs ->
            e.function(
                "layerNormGradient",
                List.of(epsilon),
                (em, in) -> layerGradient(em, in[0], in[1], em.plain(in[2]), epsilon),
                flat,
                factors,
                Elementwise.given(outputs)),
        flat,
        factors,
        summands);
    return Shaping.reshape(e, y, shape);
  }

  /** Rows of mean 0 and variance 1, and what they were divided by, inverted. */
  private static Tensor[] standard(Emitter e, Tensor rows, float epsilon) {
    Tensor centred = e.op("Sub").raw(rows, mean(e, rows)).one();
    Tensor variance = mean(e, e.op("Square").raw(centred).one());
    Tensor sum = e.op("AddV2").raw(variance, e.scalar(epsilon, rows.type())).one();
    Tensor inverse = e.op("Rsqrt").raw(sum).one();
    return new Tensor[] {e.op("Mul").raw(centred, inverse).one(), inverse};
  }

  private static Tensor mean(Emitter e, Tensor rows) {
    return e.op("Mean").raw(rows, e.ints(1)).attr("keep_dims", true).one();
  }

  private static Tensor sum(Emitter e, Tensor rows) {
    return e.op("Sum").raw(rows, e.ints(0)).attr("keep_dims", false).one();
  }

  private static Tensor[] layerGradient(
      Emitter e, Tensor rows, Tensor gamma, Tensor gradient, float epsilon) {
    Tensor[] standard = standard(e, rows, epsilon);
    Tensor along = e.op("Mul").raw(gradient, standard[0]).one();
    Tensor g = e.op("Mul").raw(gradient, gamma).one();
    Tensor share = mean(e, e.op("Mul").raw(g, standard[0]).one());
    Tensor kept = e.op("Sub").raw(g, mean(e, g)).one();
    Tensor inner = e.op("Sub").raw(kept, e.op("Mul").raw(standard[0], share).one()).one();
    return new Tensor[] {
      e.op("Mul").raw(inner, standard[1]).one(), sum(e, along), sum(e, gradient)
    };
  }
}
