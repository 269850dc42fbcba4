package io.github.flora.data;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Does numbered pieces of work, each of independent parts, some of them ahead, on threads of its
 * own. A thread never waits for whoever uses the results: work is handed to it only as far as there
 * is room. So whoever loses interest may simply go away; idle threads end by themselves.
 *
 * <p>For one user's thread, which alone calls the methods.
 */
final class ReadAhead {

  /** Begins the names of the threads. */
  static final String THREAD_NAME = "flora-read-ahead";

  /** How long an idle thread stays, in milliseconds: longer than most training steps. */
  private static final long IDLE_MILLIS = 500;

  private final int count;
  private final IntUnaryOperator parts;
  private final Work work;
  private final FutureTask<?>[][] ahead;
  private final ThreadPoolExecutor threads;
  private int submitted;

  /** What there is to do. */
  interface Work {

    /** Does a part of a piece; for parts of any piece it is called on several threads at a time. */
    void accept(int piece, int part);
  }

  /**
   * Describes the work; nothing starts yet.
   *
   * @param count pieces of work, numbered from 0
   * @param depth how many pieces may be done or under way before they are used, at least 1
   * @param threadCount how many threads work, at least 1
   * @param parts the number of parts of a piece
   * @param work does a part; begun in order
   */
  ReadAhead(int count, int depth, int threadCount, IntUnaryOperator parts, Work work) {
    this.count = count;
    this.parts = parts;
    this.work = work;
    this.ahead = new FutureTask<?>[depth][];
    this.threads =
        new ThreadPoolExecutor(
            threadCount,
            threadCount,
            IDLE_MILLIS,
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread created = new Thread(task, THREAD_NAME);
              created.setDaemon(true);
              return created;
            });
    threads.allowCoreThreadTimeOut(true);
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
      for (FutureTask<?> part : ahead[piece % ahead.length]) {
        boolean done = false;
        while (!done) {
          try {
            part.get();
            done = true;
          } catch (InterruptedException e) {
            interrupted = true;
          } catch (ExecutionException e) {
            throw rethrown(e.getCause());
          }
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
      FutureTask<?>[] tasks = new FutureTask<?>[parts.applyAsInt(next)];
      for (int i = 0; i < tasks.length; i++) {
        int part = i;
        tasks[i] = new FutureTask<>(() -> work.accept(next, part), null);
      }
      ahead[next % ahead.length] = tasks;
      for (FutureTask<?> task : tasks) {
        threads.execute(task);
      }
    }
    if (piece >= count) {
      threads.shutdown();
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
