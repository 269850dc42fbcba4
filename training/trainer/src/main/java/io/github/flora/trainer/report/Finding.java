package io.github.flora.trainer.report;

/**
 * Something that a run's history shows, and what to try against it.
 *
 * @param kind what it is, in a word or two, such as {@code overfitting}; see {@link Diagnosis}
 * @param text what was seen, with numbers: one sentence
 * @param advice what to try: one sentence
 */
public record Finding(String kind, String text, String advice) {

  /** All of it in one line. */
  @Override
  public String toString() {
    return kind + ": " + text + " " + advice;
  }
}
