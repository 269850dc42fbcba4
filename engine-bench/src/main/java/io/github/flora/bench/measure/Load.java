package io.github.flora.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the machine does beside this process, as Linux tells it.
 *
 * @param busy seconds of processor time that all processes used since the machine started, those
 *     that a hypervisor took included
 * @param own the same of this process
 * @param nanos when that was
 */
record Load(double busy, double own, long nanos) {

  /** Ticks per second of all times in /proc, on every platform that Linux runs Java on. */
  private static final double TICKS = 100;

  /** Positions in the line {@code cpu} of /proc/stat: user, nice, system, irq, softirq, steal. */
  private static final int[] BUSY = {1, 2, 3, 6, 7, 8};

  /** Now, or nothing on a system without /proc. */
  static Optional<Load> now() {
    try {
      String all = Files.readAllLines(Path.of("/proc/stat")).get(0);
      String own = Files.readString(Path.of("/proc/self/stat"));
      return Optional.of(of(all, own, System.nanoTime()));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  static Load of(String stat, String selfStat, long nanos) {
    List<String> all = List.of(stat.trim().split(" +", -1));
    double busy = 0;
    for (int position : BUSY) {
      busy += Double.parseDouble(all.get(position));
    }
    // The name in brackets may hold blanks; user and system time are fields 14 and 15 of the line.
    String[] own = selfStat.substring(selfStat.lastIndexOf(')') + 2).split(" ", -1);
    double mine = Double.parseDouble(own[11]) + Double.parseDouble(own[12]);
    return new Load(busy / TICKS, mine / TICKS, nanos);
  }

  /** The cores that other processes used on average from an earlier time until this one. */
  double othersSince(Load before) {
    double seconds = (nanos - before.nanos) / 1e9;
    return Math.max(0, (busy - before.busy) - (own - before.own)) / seconds;
  }

  /** The cores that other processes used since then, if that is known. */
  static OptionalDouble others(Optional<Load> before) {
    Optional<Load> now = now();
    return before.isPresent() && now.isPresent()
        ? OptionalDouble.of(now.get().othersSince(before.get()))
        : OptionalDouble.empty();
  }

  /** Peak resident memory of this process in 10⁶ bytes, if that is known. */
  static OptionalDouble peakMegabytes() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) * 1024 / 1e6)
          .findFirst();
    } catch (IOException | RuntimeException e) {
      return OptionalDouble.empty();
    }
  }
}
