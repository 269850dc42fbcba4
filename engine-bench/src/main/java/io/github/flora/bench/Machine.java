package io.github.flora.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where it was measured.
 *
 * @param cpu the processor's name, or null where the system doesn't tell
 * @param cores processors that Java may use
 * @param memoryGb memory in 10⁹ bytes, or null where the system doesn't tell
 * @param os operating system and architecture
 * @param java version of the Java machine
 */
record Machine(@Nullable String cpu, int cores, @Nullable Double memoryGb, String os, String java) {

  static Machine here() {
    String memory = field(Path.of("/proc/meminfo"), "MemTotal");
    return new Machine(
        field(Path.of("/proc/cpuinfo"), "model name"),
        Runtime.getRuntime().availableProcessors(),
        memory == null
            ? null
            : Math.round(Double.parseDouble(memory.replaceAll("\\D", "")) * 1024 / 1e8) / 10.0,
        "%s %s %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch")),
        System.getProperty("java.version"));
  }

  private static @Nullable String field(Path file, String name) {
    try {
      for (String line : Files.readAllLines(file)) {
        int colon = line.indexOf(':');
        if (colon > 0 && line.substring(0, colon).strip().equals(name)) {
          return line.substring(colon + 1).strip();
        }
      }
    } catch (IOException e) {
      // Not Linux.
    }
    return null;
  }

  /** One line for people. */
  String describe() {
    return "%s, %d core%s%s, %s, Java %s"
        .formatted(
            cpu == null ? "unknown processor" : cpu,
            cores,
            cores == 1 ? "" : "s",
            memoryGb == null ? "" : ", %.1f GB".formatted(memoryGb),
            os,
            java);
  }
}
