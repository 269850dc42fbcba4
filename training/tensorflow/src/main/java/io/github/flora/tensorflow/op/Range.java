package io.github.flora.tensorflow.op;

/**
 * What a slice takes of one axis.
 *
 * @param begin the first position, from 0 on
 * @param end the position before which it ends; −1 with a negative step to take position 0 too
 * @param step the distance between positions, not 0
 * @param dropped whether the axis, of size 1 then, goes away
 */
public record Range(long begin, long end, long step, boolean dropped) {

  /**
   * Takes positions one after the other.
   *
   * @param begin the first
   * @param size how many
   * @return the range
   */
  public static Range of(long begin, long size) {
    return new Range(begin, begin + size, 1, false);
  }

  /**
   * Returns the number of positions.
   *
   * @return the size, 0 for none
   */
  public long size() {
    return Math.max(0, (end - begin + step - Long.signum(step)) / step);
  }
}
