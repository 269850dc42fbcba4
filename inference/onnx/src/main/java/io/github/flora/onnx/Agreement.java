package io.github.flora.onnx;

import java.util.List;
import java.util.Locale;

/**
 * How well a file in ONNX Runtime agrees with the block that it was made from, over all outputs and
 * batch sizes.
 *
 * @param maxAbsoluteDifference largest difference of two elements
 * @param maxRelativeDifference the same as a share of the largest element's magnitude
 * @param top1Agreement share of rows whose largest element is at the same place, in [0, 1]; rows
 *     whose two largest lie within 1e-5 count as agreeing
 * @param batchSizes the batch sizes that were compared, the traced one first
 */
public record Agreement(
    double maxAbsoluteDifference,
    double maxRelativeDifference,
    double top1Agreement,
    List<Integer> batchSizes) {

  /** Copies the list. */
  public Agreement {
    batchSizes = List.copyOf(batchSizes);
  }

  /**
   * Whether a file is good.
   *
   * @param tolerance largest relative difference that is rounding, such as 1e-4
   * @return whether the difference is within it
   */
  public boolean within(double tolerance) {
    // Written so that NaN isn't.
    return maxRelativeDifference <= tolerance;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "largest difference %.2g (%.2g of the largest output), top-1 agreement %.2f %%, batch sizes"
            + " %s",
        maxAbsoluteDifference,
        maxRelativeDifference,
        100 * top1Agreement,
        batchSizes.toString().replaceAll("[\\[\\]]", ""));
  }
}
