package io.github.flora.server;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.ContainerLifeCycle;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Ends connections whose clients drip a request's headers. Jetty's idle timeout starts anew with
 * every byte, so one byte now and then would hold a connection for ever.
 */
final class SlowClients extends ContainerLifeCycle implements Connection.Listener {

  private final Scheduler scheduler = new ScheduledExecutorScheduler("flora-timer", true);
  private final long limit;
  private final long period;
  private final Map<Connection, Client> clients = new ConcurrentHashMap<>();

  private enum State {
    /** Nothing is known to be asked. */
    IDLE,
    /** A request with all its headers is being read or answered. */
    BUSY,
    /** Too slow. */
    ENDED
  }

  private static final class Client {
    final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

    /** Bytes that came up to the end of the last request. */
    volatile long bytes;

    /** When the next request was first seen to have begun, or 0. */
    volatile long since;
  }

  /**
   * Makes a listener for a connector.
   *
   * @param limit the longest time for a request's headers
   */
  SlowClients(Duration limit) {
    installBean(scheduler);
    this.limit = limit.toNanos();
    this.period = Math.max(20, limit.toMillis() / 8);
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    schedule();
  }

  private void schedule() {
    Scheduler.Task unused = scheduler.schedule(this::sweep, period, TimeUnit.MILLISECONDS);
  }

  @Override
  public void onOpened(Connection connection) {
    clients.put(connection, new Client());
  }

  @Override
  public void onClosed(Connection connection) {
    clients.remove(connection);
  }

  /** A request's headers are there. */
  void begin(Connection connection) {
    Client client = clients.get(connection);
    if (client != null) {
      client.state.compareAndSet(State.IDLE, State.BUSY);
    }
  }

  /** A request was answered. */
  void end(Connection connection) {
    Client client = clients.get(connection);
    if (client != null) {
      client.bytes = connection.getBytesIn();
      client.since = 0;
      client.state.compareAndSet(State.BUSY, State.IDLE);
    }
  }

  private void sweep() {
    long now = System.nanoTime();
    clients.forEach(
        (connection, client) -> {
          if (client.state.get() != State.IDLE || connection.getBytesIn() <= client.bytes) {
            client.since = 0;
          } else if (client.since == 0) {
            client.since = now == 0 ? 1 : now;
          } else if (now - client.since > limit
              && client.state.compareAndSet(State.IDLE, State.ENDED)) {
            end408(connection);
          }
        });
    if (isRunning()) {
      schedule();
    }
  }

  private static void end408(Connection connection) {
    String body = Problem.timeout("the headers weren't there in time").json();
    String answer =
        "HTTP/1.1 408 Request Timeout\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
            .formatted(Problem.CONTENT_TYPE, body.length(), body);
    connection
        .getEndPoint()
        .write(
            Callback.from(connection::close),
            ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII)));
  }
}
