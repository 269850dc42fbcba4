package io.github.flora.data;

import ai.djl.util.Utils;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLConnection;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets files from the network.
 *
 * @param offline whether not a byte may come from there
 * @param timeout the longest wait for a connection and for each piece of an answer
 */
record Download(boolean offline, Duration timeout) {

  private static final Logger logger = LoggerFactory.getLogger(Download.class);

  /** Heeds {@code DJL_OFFLINE} and {@code ai.djl.offline}. */
  static Download standard() {
    return new Download(Utils.isOfflineMode(), Duration.ofSeconds(15));
  }

  InputStream open(URI uri) throws IOException {
    if (offline) {
      throw new IOException("offline mode is on (ai.djl.offline or DJL_OFFLINE)");
    }
    URLConnection connection = uri.toURL().openConnection();
    connection.setConnectTimeout((int) timeout.toMillis());
    connection.setReadTimeout((int) timeout.toMillis());
    return new BufferedInputStream(connection.getInputStream());
  }

  /**
   * Downloads a file unless it is there already; moved into place when it is whole and right.
   *
   * @param uri where it comes from
   * @param target where it goes
   * @param md5 its known digest, in hexadecimal digits
   */
  void fetch(URI uri, Path target, String md5) throws IOException {
    if (Files.exists(target)) {
      return;
    }
    try (InputStream in = open(uri)) {
      logger.info("Downloading {}", uri);
      Path folder = Files.createDirectories(target.getParent());
      Path temporary = Files.createTempFile(folder, "download", ".tmp");
      try {
        Files.copy(in, temporary, StandardCopyOption.REPLACE_EXISTING);
        String found = HexFormat.of().formatHex(Digests.of("MD5", temporary));
        if (!found.equals(md5)) {
          throw new IOException(
              "%s has the MD5 digest %s instead of %s".formatted(uri, found, md5));
        }
        Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    }
  }

  /** A network error in words; the messages of most carry nothing but a name. */
  static String reason(IOException e) {
    @Nullable String message = e.getMessage();
    String text = message == null ? e.getClass().getSimpleName() : message;
    if (e instanceof UnknownHostException) {
      return "unknown host " + text + " (is there a network?)";
    }
    if (e instanceof SocketTimeoutException) {
      return "no answer in time (" + text + ")";
    }
    if (e instanceof ConnectException) {
      return "no connection (" + text + ")";
    }
    if (e instanceof FileNotFoundException) {
      return "not found: " + text;
    }
    return text.lines().findFirst().orElse(text);
  }
}
