package io.github.flora.tensorflow.op;

import static io.github.flora.tensorflow.op.Elementwise.given;

import ai.djl.ndarray.types.Shape;
import io.github.flora.tensorflow.core.Emitter;
import io.github.flora.tensorflow.core.Tape;
import io.github.flora.tensorflow.core.Tensor;

/** Products of matrices. */
public final class Products {

  private Products() {}

  /**
   * Multiplies two matrices.
   *
   * @param e where to
   * @param a a matrix
   * @param b another of the same type
   * @param transposeA whether a is transposed before
   * @param transposeB whether b is transposed before
   * @return the product
   */
  public static Tensor product(
      Emitter e, Tensor a, Tensor b, boolean transposeA, boolean transposeB) {
    return Tape.record(
        multiplied(e, a, b, transposeA, transposeB),
        outputs -> {
          Tensor g = given(outputs);
          return new Tensor[] {
            transposeA
                ? multiplied(e, b, g, transposeB, true)
                : multiplied(e, g, b, false, !transposeB),
            transposeB
                ? multiplied(e, g, a, true, transposeA)
                : multiplied(e, a, g, !transposeA, false)
          };
        },
        a,
        b);
  }

  private static Tensor multiplied(Emitter e, Tensor a, Tensor b, boolean ta, boolean tb) {
    return e.op("MatMul").in(a, b).attr("transpose_a", ta).attr("transpose_b", tb).one();
  }

  /** Multiplies the matrices in the last two dimensions, broadcasting the ones before. */
  private static Tensor batched(Emitter e, Tensor a, Tensor b) {
    return Tape.record(
        multiplied(e, a, false, b, false),
        outputs -> {
          Tensor g = given(outputs);
          return new Tensor[] {
            Elementwise.reducedTo(e, multiplied(e, g, false, b, true), a),
            Elementwise.reducedTo(e, multiplied(e, a, true, g, false), b)
          };
        },
        a,
        b);
  }

  private static Tensor multiplied(Emitter e, Tensor a, boolean ta, Tensor b, boolean tb) {
    return e.op("BatchMatMulV2").in(a, b).attr("adj_x", ta).attr("adj_y", tb).one();
  }

  /**
   * Multiplies as NumPy's and PyTorch's {@code matmul} do: matrices in the last two dimensions, the
   * ones before broadcast; a tensor of one dimension is a row on the left, a column on the right.
   *
   * @param e where to
   * @param a at least one dimension
   * @param b at least one dimension, of the same type
   * @return the product
   * @throws IllegalArgumentException if the dimensions to be summed over differ
   */
  public static Tensor matMul(Emitter e, Tensor a, Tensor b) {
    if (a.rank() == 0 || b.rank() == 0) {
      throw new IllegalArgumentException("matMul takes no scalar");
    }
    Shape left = a.shape();
    Shape right = b.shape();
    long inner = left.get(a.rank() - 1);
    if (inner != right.get(Math.max(0, b.rank() - 2))) {
      throw new IllegalArgumentException(
          "matMul of " + left + " and " + right + ": the inner dimensions differ");
    }
    Tensor rows = a.rank() == 1 ? Shaping.expandDims(e, a, 0) : a;
    Tensor columns = b.rank() == 1 ? Shaping.expandDims(e, b, 1) : b;
    Tensor y;
    if (columns.rank() == 2) {
      // One large product is faster than many small ones, as is its gradient.
      Shape outer = rows.shape().slice(0, rows.rank() - 1);
      Tensor flat = Shaping.reshape(e, rows, new Shape(outer.size(), inner));
      y = product(e, flat, columns, false, false);
      y = Shaping.reshape(e, y, outer.add(columns.shape().get(1)));
    } else {
      y = batched(e, rows, columns);
    }
    if (a.rank() == 1) {
      y = Shaping.squeeze(e, y, -2);
    }
    return b.rank() == 1 ? Shaping.squeeze(e, y, -1) : y;
  }

  /**
   * Inverts matrices.
   *
   * @param e where to
   * @param x square matrices in the last two dimensions
   * @return their inverses
   */
  public static Tensor inverse(Emitter e, Tensor x) {
    Tensor y = e.op("MatrixInverse").in(x).one();
    return Tape.record(
        y,
        outputs -> {
          Tensor right = multiplied(e, given(outputs), false, y, true);
          Tensor both = multiplied(e, y, true, right, false);
          return new Tensor[] {e.op("Neg").in(both).one()};
        },
        x);
  }

  /**
   * Multiplies two vectors or two matrices, or a matrix and a vector.
   *
   * @param e where to
   * @param a one or two dimensions
   * @param b one or two dimensions, of the same type
   * @return the sum of products over a's last and b's first dimension
   */
  public static Tensor dot(Emitter e, Tensor a, Tensor b) {
    if (a.rank() > 2 || b.rank() > 2) {
      throw new UnsupportedOperationException(
          "dot of more than two dimensions: matMul is for these");
    }
    return matMul(e, a, b);
  }

  /**
   * Multiplies batches of matrices without broadcasting.
   *
   * @param e where to
   * @param a at least three dimensions
   * @param b as many dimensions, all but the last two the same, of the same type
   * @return the products
   */
  public static Tensor batchMatMul(Emitter e, Tensor a, Tensor b) {
    int rank = a.rank();
    if (rank < 3
        || b.rank() != rank
        || !a.shape().slice(0, rank - 2).equals(b.shape().slice(0, rank - 2))) {
      throw new IllegalArgumentException(
          "a batch of products takes two batches of matrices, not "
              + a.shape()
              + " and "
              + b.shape());
    }
    return matMul(e, a, b);
  }
}
