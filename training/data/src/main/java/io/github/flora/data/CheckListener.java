package io.github.flora.data;

/**
 * Told how far the look at a data set's files has come, which takes minutes where there are many
 * photographs that no earlier start knew. Called on the thread that loads.
 */
@FunctionalInterface
public interface CheckListener {

  /** Isn't interested. */
  CheckListener NONE = (checked, files) -> {};

  /**
   * Another file has been looked at.
   *
   * @param checked how many have been, from 0 before the first
   * @param files how many there are
   */
  void onChecked(int checked, int files);
}
