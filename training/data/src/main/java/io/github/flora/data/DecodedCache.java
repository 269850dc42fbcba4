package io.github.flora.data;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Decoded images up to a number of bytes, first come, first kept: in training each image is wanted
 * once per epoch, so to drop one for another would gain nothing. Thread-safe.
 */
final class DecodedCache {

  private final Map<Path, DecodedImage> images = new ConcurrentHashMap<>();
  private final AtomicLong room;

  DecodedCache(long bytes) {
    this.room = new AtomicLong(bytes);
  }

  @Nullable DecodedImage get(Path file) {
    return images.get(file);
  }

  /** Keeps an image if there is room. */
  void offer(Path file, DecodedImage image) {
    long size = (long) image.height() * image.width() * image.channels();
    if (room.get() < size) {
      return;
    }
    if (room.addAndGet(-size) < 0 || images.putIfAbsent(file, image) != null) {
      room.addAndGet(size);
    }
  }

  long bytes() {
    return images.values().stream()
        .mapToLong(image -> (long) image.height() * image.width() * image.channels())
        .sum();
  }
}
