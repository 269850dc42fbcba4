package io.github.flora.server;

import java.util.concurrent.atomic.AtomicLong;

/** What all requests together may take of something at once. Thread-safe. */
final class Budget {

  private final AtomicLong left;

  /**
   * Makes a budget of which nothing is taken.
   *
   * @param amount how much there is
   */
  Budget(long amount) {
    left = new AtomicLong(amount);
  }

  /**
   * Takes without waiting.
   *
   * @param amount how much, at least 0
   * @return whether there was as much; then it has to be given back
   */
  boolean take(long amount) {
    long now = left.get();
    while (now >= amount) {
      if (left.compareAndSet(now, now - amount)) {
        return true;
      }
      now = left.get();
    }
    return false;
  }

  /** Gives back what was taken. */
  void give(long amount) {
    left.addAndGet(amount);
  }

  /** Returns how much can be taken. */
  long left() {
    return left.get();
  }
}
