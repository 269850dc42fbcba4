package io.github.flora.server;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bodies of requests for predictions and hands them to what answers: without holding a
 * thread while a slow client sends, within limits of size, time and memory. All other requests go
 * on to Javalin.
 */
final class Uploads extends Handler.Wrapper {

  /** A body's declared length isn't trusted with more memory than this. */
  private static final int FIRST_BUFFER = 1 << 16;

  private final String path;
  private final int maxBody;
  private final Duration readTimeout;
  private final ServerMetrics metrics;
  private final Budget bytesAtOnce;
  private final AtomicInteger underWay = new AtomicInteger();
  private final SlowClients slowClients;
  private final PredictHandler predict;
  private final AtomicBoolean draining;

  /**
   * Makes a handler to be put in front.
   *
   * @param path where predictions are asked for
   * @param settings limits
   * @param metrics told of every request for a prediction
   * @param slowClients told of every request
   * @param predict answers requests for predictions
   * @param draining whether answers are the last of their connections
   */
  Uploads(
      String path,
      ServerSettings settings,
      ServerMetrics metrics,
      SlowClients slowClients,
      PredictHandler predict,
      AtomicBoolean draining) {
    this.path = path;
    this.maxBody = settings.maxBody();
    this.bytesAtOnce = new Budget(settings.bytesAtOnce());
    this.readTimeout = settings.readTimeout();
    this.metrics = metrics;
    this.slowClients = slowClients;
    this.predict = predict;
    this.draining = draining;
  }

  /** Returns how many requests are being read or answered. */
  int underWay() {
    return underWay.get();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    long start = System.nanoTime();
    boolean prediction =
        "POST".equals(request.getMethod()) && path.equals(Request.getPathInContext(request));
    Connection connection = request.getConnectionMetaData().getConnection();
    slowClients.begin(connection);
    underWay.incrementAndGet();
    // Before Jetty hears of it and turns to the connection's next request.
    Callback counted =
        Callback.from(
            () -> {
              slowClients.end(connection);
              underWay.decrementAndGet();
              if (prediction) {
                metrics.answered(response.getStatus(), System.nanoTime() - start);
              }
            },
            callback);
    if (draining.get()) {
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
    }
    if (!prediction) {
      // What is behind answers all, if only by saying that there is nothing.
      return super.handle(request, response, counted);
    }
    if (request.getLength() > maxBody) {
      refuse(response, counted, tooLarge());
    } else {
      new Upload(request, response, counted).start();
    }
    return true;
  }

  private Problem tooLarge() {
    return Problem.tooLarge(
        "the body is larger than %,d bytes; send a smaller image".formatted(maxBody));
  }

  private static Problem tooMuch() {
    return Problem.unavailable(
        "more bytes at once than the server can hold; try again in a second");
  }

  /** Answers and closes the connection, whose rest nobody wants to read. */
  private static void refuse(Response response, Callback callback, Problem problem) {
    response.getHeaders().put(HttpHeader.CONNECTION, "close");
    Problems.answer(response, callback, problem);
  }

  /** One body on its way in. Runs whenever there is something to read, on one thread at a time. */
  private final class Upload implements Runnable {

    private final Request request;
    private final Response response;
    private final Callback callback;
    private final AtomicBoolean decided = new AtomicBoolean();
    private byte[] body = new byte[0];
    private int size;
    private int taken;
    private boolean over;
    private Scheduler.@Nullable Task deadline;

    Upload(Request request, Response response, Callback callback) {
      this.request = request;
      this.response = response;
      this.callback = Callback.from(this::giveBack, callback);
    }

    void start() {
      if (!grow((int) Math.max(0, Math.min(request.getLength(), FIRST_BUFFER)))) {
        decided.set(true);
        refuse(response, callback, tooMuch());
        return;
      }
      run();
      // What came with its headers needs no deadline.
      if (!decided.get()) {
        deadline =
            request
                .getComponents()
                .getScheduler()
                .schedule(this::expire, readTimeout.toMillis(), TimeUnit.MILLISECONDS);
      }
    }

    private void expire() {
      if (decided.compareAndSet(false, true)) {
        refuse(
            response,
            callback,
            Problem.timeout(
                "the body wasn't there within %.1f s".formatted(readTimeout.toMillis() / 1e3)));
      }
    }

    @Override
    public void run() {
      while (!decided.get()) {
        Content.Chunk chunk = request.read();
        if (chunk == null) {
          request.demand(this);
          return;
        }
        if (Content.Chunk.isFailure(chunk)) {
          if (decide()) {
            refuse(
                response, callback, Problem.badRequest("the connection ended before the body did"));
          }
          return;
        }
        Problem problem = take(chunk.getByteBuffer());
        boolean last = chunk.isLast();
        chunk.release();
        if (problem != null) {
          if (decide()) {
            refuse(response, callback, problem);
          }
        } else if (last && decide()) {
          pass();
        }
      }
    }

    /** Whether it is for this thread to answer: the deadline may have done so. */
    private boolean decide() {
      if (!decided.compareAndSet(false, true)) {
        return false;
      }
      if (deadline != null) {
        deadline.cancel();
      }
      return true;
    }

    /** Takes what has come; returns what is wrong with it, if anything is. */
    private @Nullable Problem take(ByteBuffer bytes) {
      int more = bytes.remaining();
      if (more > maxBody - size) {
        return tooLarge();
      }
      if (size + more > body.length
          && !grow((int) Math.min(maxBody, Math.max(size + more, 2L * body.length)))) {
        return tooMuch();
      }
      bytes.get(body, size, more);
      size += more;
      return null;
    }

    /** Not while the deadline gives back: what is taken later would stay taken. */
    private synchronized boolean grow(int capacity) {
      if (over || !bytesAtOnce.take(capacity - taken)) {
        return false;
      }
      taken = capacity;
      body = Arrays.copyOf(body, capacity);
      return true;
    }

    private synchronized void giveBack() {
      over = true;
      bytesAtOnce.give(taken);
    }

    private void pass() {
      byte[] whole = size == body.length ? body : Arrays.copyOf(body, size);
      try {
        predict.handle(request, whole, response, callback);
      } catch (Throwable e) {
        // What even its own net lets through, such as too little memory; an answer it gets.
        Response.writeError(request, response, callback, e);
      }
    }
  }
}
