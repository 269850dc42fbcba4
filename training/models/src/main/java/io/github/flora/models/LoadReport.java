package io.github.flora.models;

import java.util.List;

/**
 * What {@link Weights#loadMatching} did and left. Every parameter of the block is either in {@code
 * loaded} or in {@code kept}; every tensor of the file is in {@code loaded}, {@code kept} or {@code
 * unexpected}, but for PyTorch's {@code num_batches_tracked}.
 *
 * @param loaded parameters that have the file's values now
 * @param kept parameters that were to be replaced and so have the values that they had
 * @param missing those of {@code kept} that the file lacks
 * @param unexpected tensors that were to be replaced and that the block lacks
 * @param mismatched one sentence for each of {@code kept} that has another shape or type in the
 *     file, such as {@code fc.weight is (1000, 512), not (102, 512)}
 */
public record LoadReport(
    List<String> loaded,
    List<String> kept,
    List<String> missing,
    List<String> unexpected,
    List<String> mismatched) {

  /** Copies the lists. */
  public LoadReport {
    loaded = List.copyOf(loaded);
    kept = List.copyOf(kept);
    missing = List.copyOf(missing);
    unexpected = List.copyOf(unexpected);
    mismatched = List.copyOf(mismatched);
  }
}
