package io.github.flora.data;

import java.util.Locale;

/** Whether images come from the world or were drawn by the program. */
public enum Source {
  /** The published data set. */
  REAL,
  /** Drawn by {@link SyntheticDigits}; accuracies on it don't compare with published ones. */
  SYNTHETIC;

  /** Returns the name in files: {@code real} or {@code synthetic}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
