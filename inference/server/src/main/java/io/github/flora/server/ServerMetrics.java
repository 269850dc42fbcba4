package io.github.flora.server;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** What the server measures, for Prometheus. Thread-safe. */
final class ServerMetrics implements AutoCloseable {

  /** The steps of a request. */
  enum Phase {
    /** From the image file to the model's pixels. */
    DECODE,
    /** Waiting for a batch. */
    QUEUE,
    /** Running the batch. */
    INFERENCE
  }

  private static final Duration[] TIMES = {
    Duration.ofNanos(250_000),
    Duration.ofNanos(500_000),
    Duration.ofMillis(1),
    Duration.ofNanos(2_500_000),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2500),
    Duration.ofSeconds(5)
  };
  private static final double[] SIZES = {1, 2, 4, 8, 16, 32, 64, 128, 256};

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final Map<Integer, Timer> requests = new ConcurrentHashMap<>();
  private final Map<Phase, Timer> phases = new EnumMap<>(Phase.class);
  private final DistributionSummary batches;
  private final Counter[] classes;

  ServerMetrics(List<String> labels) {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    collections.bindTo(registry);
    for (Phase phase : Phase.values()) {
      phases.put(
          phase,
          Timer.builder("flora.phase")
              .description("Time that the steps of a request take, each by itself")
              .tag("phase", phase.name().toLowerCase(Locale.ROOT))
              .serviceLevelObjectives(TIMES)
              .register(registry));
    }
    batches =
        DistributionSummary.builder("flora.batch.size")
            .description("Images that shared a run of the model")
            .serviceLevelObjectives(SIZES)
            .register(registry);
    classes = new Counter[labels.size()];
    for (int c = 0; c < classes.length; c++) {
      classes[c] =
          Counter.builder("flora.predictions")
              .description("Images by the class that the model gave them")
              .tag("class", labels.get(c))
              .register(registry);
    }
  }

  /** Says where to look for the queue's depth. */
  void queue(IntSupplier waiting, IntSupplier underWay) {
    Gauge.builder("flora.queue.depth", waiting::getAsInt)
        .description("Images that wait for a batch")
        .strongReference(true)
        .register(registry);
    Gauge.builder("flora.images.under.way", underWay::getAsInt)
        .description("Images that are decoded, wait or are computed")
        .strongReference(true)
        .register(registry);
  }

  /** Counts a request for a prediction. */
  void answered(int status, long nanoseconds) {
    requests.computeIfAbsent(status, this::requests).record(nanoseconds, TimeUnit.NANOSECONDS);
  }

  private Timer requests(int status) {
    return Timer.builder("flora.requests")
        .description("Requests for predictions by outcome, from the whole body to the answer")
        .tag("status", Integer.toString(status))
        .tag("outcome", outcome(status))
        .serviceLevelObjectives(TIMES)
        .register(registry);
  }

  private static String outcome(int status) {
    if (status == 503) {
      return "busy";
    }
    return status < 400 ? "answered" : status < 500 ? "refused" : "failed";
  }

  void decoded(long nanoseconds) {
    record(Phase.DECODE, nanoseconds);
  }

  void waited(long nanoseconds) {
    record(Phase.QUEUE, nanoseconds);
  }

  void ran(int images, long nanoseconds) {
    record(Phase.INFERENCE, nanoseconds);
    batches.record(images);
  }

  void predicted(int index) {
    classes[index].increment();
  }

  private void record(Phase phase, long nanoseconds) {
    Objects.requireNonNull(phases.get(phase)).record(nanoseconds, TimeUnit.NANOSECONDS);
  }

  /** As Prometheus reads it. */
  String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
