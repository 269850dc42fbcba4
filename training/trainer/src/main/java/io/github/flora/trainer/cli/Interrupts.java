package io.github.flora.trainer.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Turns Ctrl-C (and SIGTERM) into a request to stop. The Java machine ends when its shutdown hooks
 * do, so the hook asks the work to stop and waits until it has.
 */
public final class Interrupts implements AutoCloseable {

  private static final AtomicBoolean UNDER_WAY = new AtomicBoolean();
  private static final long SECONDS_TO_STOP = 60;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread hook = new Thread(this::stop, "flora-interrupt");

  /** Watches from now on. */
  public Interrupts() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Whether the process is on its way out; {@code System.exit} would wait for itself then. */
  static boolean underWay() {
    return UNDER_WAY.get();
  }

  /**
   * Whether the user wants the work to end.
   *
   * @return true once the signal came
   */
  public boolean requested() {
    return underWay();
  }

  /**
   * Waits until the user wants the work to end.
   *
   * @throws InterruptedException if this thread is interrupted meanwhile
   */
  public void await() throws InterruptedException {
    asked.await();
  }

  private void stop() {
    UNDER_WAY.set(true);
    asked.countDown();
    try {
      boolean unused = stopped.await(SECONDS_TO_STOP, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Says that all is written and the process may end. */
  @Override
  public void close() {
    stopped.countDown();
    if (!underWay()) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The signal came just now; the hook finds the work done.
      }
    }
  }
}
