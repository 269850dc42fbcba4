package io.github.flora.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;

/** A request byte by byte, as no decent client would send it. */
final class RawRequest implements AutoCloseable {

  private final Socket socket = new Socket();

  RawRequest(int port) throws IOException {
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setSoTimeout(30_000);
  }

  RawRequest write(byte[] bytes) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(bytes);
    out.flush();
    return this;
  }

  RawRequest write(String text) throws IOException {
    return write(text.getBytes(ISO_8859_1));
  }

  /** Sends bytes that the server may not want any more. */
  RawRequest tryToWrite(byte[] bytes) throws IOException {
    try {
      return write(bytes);
    } catch (SocketException e) {
      return this;
    }
  }

  /** Says that nothing more comes, and still listens. */
  RawRequest end() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /** Goes away without a word: the peer gets a reset. */
  void abort() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** Reads until the server closes the connection. */
  Response read() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] part = new byte[8192];
    for (int n = socket.getInputStream().read(part);
        n >= 0;
        n = socket.getInputStream().read(part)) {
      bytes.write(part, 0, n);
    }
    String text = bytes.toString(ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      throw new IOException("no answer but: " + text);
    }
    List<String> head = text.substring(0, end).lines().toList();
    String body = new String(text.substring(end + 4).getBytes(ISO_8859_1), UTF_8);
    return new Response(
        Integer.parseInt(head.get(0).split(" ", -1)[1]), head.subList(1, head.size()), body);
  }

  /**
   * What came back.
   *
   * @param body all that followed the headers
   */
  record Response(int status, List<String> headers, String body) {

    String header(String name) {
      return headers.stream()
          .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst()
          .orElse("");
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
