package io.github.flora.data;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Does numbered pieces of work in order, some of them ahead, on a thread of its own. The thread
 * never waits for whoever uses the results: work is handed to it only as far as there is room. So
 * whoever loses interest may simply go away; an idle thread ends by itself.
 *
 * <p>For one user's thread, which alone calls the methods.
 */
final class ReadAhead {

  /** Begins the names of the threads. */
  static final String THREAD_NAME = "flora-read-ahead";

  /** How long an idle thread stays, in milliseconds: longer than most training steps. */
  private static final long IDLE_MILLIS = 500;

  private final int count;
  private final IntConsumer work;
  private final FutureTask<?>[] ahead;
  private final ThreadPoolExecutor thread;
  private int submitted;

  /**
   * Describes the work; nothing starts yet.
   *
   * @param count pieces of work, numbered from 0
   * @param depth how many pieces may be done or under way before they are used, at least 1
   * @param work does a piece; called in order, never twice at a time
   */
  ReadAhead(int count, int depth, IntConsumer work) {
    this.count = count;
    this.work = work;
    this.ahead = new FutureTask<?>[depth];
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_MILLIS,
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread created = new Thread(task, THREAD_NAME);
              created.setDaemon(true);
              return created;
            });
    thread.allowCoreThreadTimeOut(true);
  }

  /**
   * Waits until a piece is done. An interrupt doesn't end the waiting, since no piece takes long,
   * but is kept for the caller.
   *
   * @param piece its number, which is not below any asked for before
   * @throws RuntimeException or {@link Error}, what the work threw
   */
  void await(int piece) {
    release(piece);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          ahead[piece % ahead.length].get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw rethrown(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Says that all pieces below a number have been used, so that there is room for more.
   *
   * @param piece the first that hasn't been used; the number of pieces says that this is the end
   */
  void release(int piece) {
    while (submitted < count && submitted < piece + ahead.length) {
      int next = submitted++;
      FutureTask<?> task = new FutureTask<>(() -> work.accept(next), null);
      ahead[next % ahead.length] = task;
      thread.execute(task);
    }
    if (piece >= count) {
      thread.shutdown();
    }
  }

  private static RuntimeException rethrown(@Nullable Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException exception
        ? exception
        : new IllegalStateException(cause);
  }
}
