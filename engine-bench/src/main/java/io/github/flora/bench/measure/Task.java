package io.github.flora.bench.measure;

import java.util.Locale;

/** What is measured. */
public enum Task {
  /** From an array of images to logits in Java. */
  INFERENCE,
  /** One optimisation step: forward, loss, backward, update. */
  TRAINING;

  /**
   * Returns the name that reports use.
   *
   * @return the name in lower case
   */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
