package io.github.flora.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Asks an HTTP server on kept connections, on one thread, and measures. It knows nothing of Flora
 * and needs no library, so that any server of pictures is measured alike:
 *
 * <pre>
 * java inference/server/src/test/java/io/github/flora/server/LoadGenerator.java \
 *     http://127.0.0.1:8080/predict FOLDER-OF-PICTURES [connections=16] [seconds=10] [warmup=5] [rate=0]
 * </pre>
 *
 * <p>A connection asks anew as soon as it has its answer; with a rate, requests (per second) are
 * due at fixed times instead, and their latency counts from then, also if all connections were
 * busy.
 */
final class LoadGenerator implements AutoCloseable {

  private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(US_ASCII);

  private final InetSocketAddress address;
  private final List<byte[]> requests;
  private final Listener listener;
  private final Selector selector;
  private final List<Connection> connections = new ArrayList<>();
  private final Deque<Connection> free = new ArrayDeque<>();
  private int sent;
  private int lost;
  private int underWay;
  private boolean reconnecting = true;

  /** Hears of every answer. */
  interface Listener {

    /**
     * An answer came.
     *
     * @param request index of the request in the list
     * @param status HTTP status
     * @param head status line and headers
     * @param body the answer's body
     * @param nanos time from when the request was due to the answer's last byte
     */
    void answered(int request, int status, String head, byte[] body, long nanos);
  }

  /**
   * Opens the connections.
   *
   * @param address the server
   * @param requests what to ask, in turns: whole HTTP requests, headers included
   * @param connections how many connections
   * @param listener hears of every answer
   * @throws IOException if the server can't be reached
   */
  LoadGenerator(
      InetSocketAddress address, List<byte[]> requests, int connections, Listener listener)
      throws IOException {
    this.address = address;
    this.requests = List.copyOf(requests);
    this.listener = listener;
    selector = Selector.open();
    for (int i = 0; i < connections; i++) {
      Connection connection = new Connection();
      this.connections.add(connection);
      connection.open();
    }
  }

  /** One connection and the request that is on it. */
  private final class Connection {
    private SocketChannel channel = SocketChannel.open();
    private ByteBuffer out = ByteBuffer.allocate(0);
    private ByteBuffer in = ByteBuffer.allocate(4096);
    private int request = -1;
    private long due;
    private boolean usable;

    Connection() throws IOException {}

    void open() throws IOException {
      channel.close();
      channel = SocketChannel.open(address);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, this);
      in.clear();
      usable = true;
      free.add(this);
    }

    void ask(int index, long when) throws IOException {
      request = index;
      due = when;
      out = ByteBuffer.wrap(requests.get(index));
      underWay++;
      write();
    }

    void write() throws IOException {
      try {
        channel.write(out);
      } catch (IOException e) {
        // A server that refuses a large body stops reading: its answer may still be there.
        out.position(out.limit());
      }
      channel
          .keyFor(selector)
          .interestOps(
              out.hasRemaining()
                  ? SelectionKey.OP_READ | SelectionKey.OP_WRITE
                  : SelectionKey.OP_READ);
    }

    void read() throws IOException {
      int count;
      try {
        count = channel.read(in);
      } catch (IOException e) {
        count = -1;
      }
      if (count < 0) {
        if (request >= 0) {
          lost++;
          underWay--;
          request = -1;
        } else {
          free.remove(this);
        }
        reopen();
        return;
      }
      if (request < 0) {
        // Nothing was asked, so nothing may come.
        throw new IOException("an answer to no request");
      }
      int head = endOfHead();
      if (head >= 0) {
        answered(head);
      } else if (!in.hasRemaining()) {
        grow(2 * in.capacity());
      }
    }

    private void grow(int capacity) {
      in = ByteBuffer.allocate(capacity).put(in.flip());
    }

    private int endOfHead() {
      byte[] bytes = in.array();
      for (int i = 0; i + END_OF_HEAD.length <= in.position(); i++) {
        if (bytes[i] == '\r' && Arrays.equals(bytes, i, i + 4, END_OF_HEAD, 0, 4)) {
          return i;
        }
      }
      return -1;
    }

    private void answered(int end) throws IOException {
      String head = new String(in.array(), 0, end, ISO_8859_1);
      int length = Integer.parseInt(header(head, "content-length", "0"));
      int total = end + END_OF_HEAD.length + length;
      if (in.position() < total) {
        if (in.capacity() < total) {
          grow(total);
        }
        return;
      }
      if (in.position() > total) {
        throw new IOException("more than one answer to a request");
      }
      byte[] body = Arrays.copyOfRange(in.array(), total - length, total);
      boolean whole = !out.hasRemaining();
      int asked = request;
      long nanos = System.nanoTime() - due;
      request = -1;
      underWay--;
      in.clear();
      if (whole && !header(head, "connection", "").equalsIgnoreCase("close")) {
        free.add(this);
      } else {
        reopen();
      }
      listener.answered(asked, Integer.parseInt(head, 9, 12, 10), head, body, nanos);
    }

    private void reopen() throws IOException {
      channel.close();
      usable = false;
      if (reconnecting) {
        open();
      }
    }
  }

  /**
   * Returns a header's value.
   *
   * @param head status line and headers
   * @param name its name in lower case
   * @param otherwise what to return if it isn't there
   */
  static String header(String head, String name, String otherwise) {
    int at = head.toLowerCase(Locale.ROOT).indexOf("\r\n" + name + ":");
    if (at < 0) {
      return otherwise;
    }
    int start = at + name.length() + 3;
    int end = head.indexOf("\r\n", start);
    return head.substring(start, end < 0 ? head.length() : end).strip();
  }

  /** A request with a body. */
  static byte[] post(URI uri, String type, byte[] body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String head =
        "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
            .formatted(uri.getRawPath(), uri.getAuthority(), type, body.length);
    bytes.writeBytes(head.getBytes(US_ASCII));
    bytes.writeBytes(body);
    return bytes.toByteArray();
  }

  /**
   * Asks for a while, then waits for the last answers.
   *
   * @param time how long
   * @param rate requests per second, or 0: as many as are answered
   * @throws IOException if the server can't be reached any more
   */
  void run(Duration time, double rate) throws IOException {
    long start = System.nanoTime();
    long end = start + time.toNanos();
    double gap = rate > 0 ? 1e9 / rate : 0;
    long dueCount = 0;
    long now = start;
    while (now < end) {
      while (!free.isEmpty()) {
        long due = rate > 0 ? start + (long) (dueCount * gap) : now;
        if (due > now) {
          break;
        }
        dueCount++;
        free.remove().ask(sent++ % requests.size(), due);
      }
      if (rate > 0 && !free.isEmpty()) {
        // No finer than a millisecond: waiting busily would take a core from the server.
        long wait = start + (long) (dueCount * gap) - System.nanoTime();
        selector.select(Math.max(1, wait / 1_000_000));
      } else {
        selector.select(100);
      }
      handle();
      now = System.nanoTime();
    }
    finish(Duration.ofSeconds(30));
  }

  /**
   * Waits for what was asked.
   *
   * @param atMost for how long
   */
  void finish(Duration atMost) throws IOException {
    long end = System.nanoTime() + atMost.toNanos();
    while (underWay > 0 && System.nanoTime() < end) {
      selector.select(100);
      handle();
    }
  }

  private void handle() throws IOException {
    for (SelectionKey key : selector.selectedKeys()) {
      Connection connection = (Connection) key.attachment();
      if (key.isValid() && key.isWritable()) {
        connection.write();
      }
      if (key.isValid() && key.isReadable()) {
        connection.read();
      }
    }
    selector.selectedKeys().clear();
  }

  /** From now on connections that end stay closed. */
  void stopReconnecting() {
    reconnecting = false;
  }

  /** Returns how many connections can still be asked on. */
  long open() {
    return connections.stream().filter(connection -> connection.usable).count();
  }

  /** Returns how many requests got no answer: the connection ended before, or it didn't come. */
  int lost() {
    return lost + underWay;
  }

  /** Returns how many requests were sent. */
  int sent() {
    return sent;
  }

  @Override
  public void close() throws IOException {
    for (Connection connection : connections) {
      connection.channel.close();
    }
    selector.close();
  }

  /** What came back, by status, and how fast. */
  static final class Summary implements Listener {
    private final Map<Integer, Integer> statuses = new TreeMap<>();
    private final Map<Integer, String> classes = new HashMap<>();
    private long[] nanos = new long[1 << 16];
    private int good;
    private int changed;

    @Override
    public void answered(int request, int status, String head, byte[] body, long time) {
      statuses.merge(status, 1, Integer::sum);
      if (status == 200) {
        if (good == nanos.length) {
          nanos = Arrays.copyOf(nanos, 2 * good);
        }
        nanos[good++] = time;
        String name = chosen(new String(body, ISO_8859_1));
        String before = classes.putIfAbsent(request, name);
        if (before != null && !before.equals(name)) {
          changed++;
        }
      }
    }

    private static String chosen(String json) {
      int at = json.indexOf("\"class\":");
      return at < 0 ? json : json.substring(at, json.indexOf(',', at));
    }

    /** Returns how many requests were answered with 200. */
    int good() {
      return good;
    }

    /**
     * Returns a percentile of the latency of what was answered with 200, in milliseconds.
     *
     * @param share 0 to 1
     */
    double percentile(double share) {
      long[] sorted = Arrays.copyOf(nanos, good);
      Arrays.sort(sorted);
      return good == 0 ? Double.NaN : sorted[(int) Math.ceil(share * (good - 1))] / 1e6;
    }

    String text(double seconds, int lost) {
      return String.format(
          Locale.ROOT,
          "%.1f answers/s, ms p50 %.3f p90 %.3f p99 %.3f max %.3f, statuses %s, lost %d, "
              + "classes that changed %d",
          good / seconds,
          percentile(0.5),
          percentile(0.9),
          percentile(0.99),
          percentile(1),
          statuses,
          lost,
          changed);
    }
  }

  private static int option(Map<String, Integer> options, String name) {
    return Objects.requireNonNull(options.get(name), name);
  }

  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 2) {
      System.err.println(
          "usage: LoadGenerator URL FOLDER [connections=16] [seconds=10] [warmup=5] [rate=0]");
      System.exit(2);
    }
    URI uri = URI.create(arguments[0]);
    Map<String, Integer> options =
        new HashMap<>(Map.of("connections", 16, "seconds", 10, "warmup", 5, "rate", 0));
    for (String argument : Arrays.asList(arguments).subList(2, arguments.length)) {
      String[] pair = argument.split("=", 2);
      if (pair.length != 2 || !options.containsKey(pair[0])) {
        System.err.println("unknown: " + argument);
        System.exit(2);
      }
      options.put(pair[0], Integer.parseInt(pair[1]));
    }
    List<byte[]> requests = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of(arguments[1]))) {
      for (Path file : files.sorted().toList()) {
        requests.add(post(uri, "application/octet-stream", Files.readAllBytes(file)));
      }
    }
    InetSocketAddress address = new InetSocketAddress(uri.getHost(), uri.getPort());
    for (String phase : List.of("warmup", "seconds")) {
      Summary summary = new Summary();
      try (LoadGenerator load =
          new LoadGenerator(address, requests, option(options, "connections"), summary)) {
        load.run(Duration.ofSeconds(option(options, phase)), option(options, "rate"));
        if (phase.equals("seconds")) {
          System.out.println(summary.text(option(options, phase), load.lost()));
        }
      }
    }
  }
}
