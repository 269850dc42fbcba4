package io.github.flora.server;

import java.time.Duration;

/**
 * How a server behaves. Limits keep one client from taking what others need.
 *
 * @param host address to listen on
 * @param port port to listen on; 0 for any that is free
 * @param maxBatch images of the largest batch, at least 1
 * @param maxDelay the longest time that an image waits for others to share its batch
 * @param queue images that may be decoded, wait and be computed at once; further ones are refused
 * @param workers threads that run batches, at least 1
 * @param maxBody bytes of the largest body
 * @param maxPixels pixels of the largest image
 * @param maxParts images of one request
 * @param memory bytes of the heap that requests may take at once; one image and one body of the
 *     largest size are let in whatever it is
 * @param readTimeout the longest time from a request's first byte to its last
 * @param drainTimeout the longest time that requests under way get when the server ends
 */
record ServerSettings(
    String host,
    int port,
    int maxBatch,
    Duration maxDelay,
    int queue,
    int workers,
    int maxBody,
    long maxPixels,
    int maxParts,
    long memory,
    Duration readTimeout,
    Duration drainTimeout) {

  /**
   * Heap for each pixel of an image while it is decoded: 8 bytes as it comes (16 bits of red,
   * green, blue and alpha), 3 as it is needed, and as much again where it is turned or inverted.
   */
  private static final int BYTES_PER_PIXEL = 16;

  /** What {@code serve} does unless told otherwise. */
  static final ServerSettings DEFAULT =
      new ServerSettings(
          "127.0.0.1",
          8080,
          32,
          Duration.ofMillis(1),
          256,
          1,
          16 << 20,
          25_000_000,
          32,
          Runtime.getRuntime().maxMemory() / 2,
          Duration.ofSeconds(20),
          Duration.ofSeconds(8));

  ServerSettings {
    check(port >= 0 && port <= 65535, "--port is %d but has to be 0 to 65535", port);
    check(maxBatch >= 1 && maxBatch <= 4096, "--max-batch is %d but has to be 1 to 4096", maxBatch);
    check(
        !maxDelay.isNegative() && maxDelay.toMillis() <= 10_000,
        "--max-delay is %d ms but has to be 0 to 10000",
        maxDelay.toMillis());
    check(queue >= 1 && queue <= 1 << 20, "--queue is %d but has to be 1 to 1048576", queue);
    check(workers >= 1 && workers <= 256, "--workers is %d but has to be 1 to 256", workers);
    check(
        maxBody >= 1024 && maxBody <= 256 << 20,
        "--max-body is %d bytes but has to be 1024 to 268435456",
        maxBody);
    check(
        maxPixels >= 1 && maxPixels <= 100_000_000,
        "--max-pixels is %d but has to be 1 to 100000000",
        maxPixels);
    check(
        maxParts >= 1 && maxParts <= queue,
        "--max-parts is %d but has to be 1 to what --queue takes",
        maxParts);
    check(
        readTimeout.toMillis() >= 1 && readTimeout.toSeconds() <= 3600,
        "--read-timeout is %d ms but has to be 1 ms to an hour",
        readTimeout.toMillis());
    check(
        !drainTimeout.isNegative() && drainTimeout.toSeconds() <= 50,
        "--drain-timeout is %d s but has to be 0 to 50",
        drainTimeout.toSeconds());
  }

  /** Returns how many pixels may be decoded at once; half of the memory is theirs. */
  long pixelsAtOnce() {
    return Math.max(maxPixels, memory / 2 / BYTES_PER_PIXEL);
  }

  /** Returns how many bytes of bodies may be held at once; the other half is theirs. */
  long bytesAtOnce() {
    return Math.max(maxBody, memory / 2);
  }

  private static void check(boolean holds, String message, long value) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(value));
    }
  }
}
