package io.github.flora.engine;

import java.util.Locale;

/**
 * How exactly a network computes while it is trained. Weights, what the optimizer keeps, and so
 * every file, are float32 in any case.
 */
public enum Precision {
  /** float32 throughout. */
  FP32,
  /**
   * Mixed: convolutions, matrix products and what lies between them in bfloat16, which has
   * float32's range and 8 bits of precision; the statistics of batch normalisation, the loss and
   * the update in float32. As in Micikevicius et al., <em>Mixed Precision Training</em>, 2018, but
   * without scaling the loss, which bfloat16 doesn't need (Kalamkar et al., 2019).
   */
  BF16;

  /**
   * Returns the name that the command line and files use.
   *
   * @return such as {@code bf16}
   */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
