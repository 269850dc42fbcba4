package io.github.flora.bench;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Statistics of a few rounds, and figures for people. */
final class Numbers {

  /** Student's t of a two-sided 95 % interval for 1, 2, … degrees of freedom. */
  private static final double[] STUDENT = {
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093
  };

  private static final double NORMAL = 1.96;

  private Numbers() {}

  static @Nullable Double median(Collection<Double> values) {
    if (values.isEmpty()) {
      return null;
    }
    List<Double> sorted = values.stream().sorted().toList();
    int n = sorted.size();
    return (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
  }

  static @Nullable Double mean(Collection<Double> values) {
    return values.isEmpty()
        ? null
        : values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  static @Nullable Double max(Collection<Double> values) {
    return values.stream().max(Double::compare).orElse(null);
  }

  /** Half the width of the 95 % interval as a share of the median, or null for a single value. */
  static @Nullable Double spread(Collection<Double> values) {
    int n = values.size();
    Double median = median(values);
    if (n < 2 || median == null) {
      return null;
    }
    double mean = values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    double t = n - 2 < STUDENT.length ? STUDENT[n - 2] : NORMAL;
    return t * Math.sqrt(squares / (n - 1) / n) / median;
  }

  /** Three significant digits or all before the point, whichever are more; a dash for nothing. */
  static String shortly(@Nullable Double value) {
    if (value == null) {
      return "–";
    }
    double size = Math.abs(value);
    String pattern =
        size >= 99.95 ? "%,.0f" : size >= 9.995 ? "%.1f" : size >= 0.9995 ? "%.2f" : "%.3f";
    return String.format(Locale.ROOT, pattern, value);
  }

  /** A share in percent; a dash for nothing. */
  static String percent(@Nullable Double share, int digits) {
    return share == null ? "–" : String.format(Locale.ROOT, "%." + digits + "f %%", 100 * share);
  }

  /** Two digits and an exponent; a dash for nothing. */
  static String tiny(@Nullable Double value) {
    return value == null ? "–" : String.format(Locale.ROOT, "%.1e", value);
  }
}
