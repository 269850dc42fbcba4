package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.loss.Loss;
import io.github.flora.data.Batches;
import io.github.flora.data.ImageSet;
import io.github.flora.data.Normalization;
import io.github.flora.data.SyntheticDigits;
import io.github.flora.engine.Engines;
import io.github.flora.engine.Optimizer;
import io.github.flora.engine.TrainingStep;
import io.github.flora.models.NetworkOptions;
import io.github.flora.models.Networks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory in the long run: 100 batches of 32 images an epoch, validation and all. */
abstract class AbstractSoakTest {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int ALLOWED_MEGABYTES = 30;

  private final String engine;

  /** Makes the tests for an engine, by the name that DJL has for it. */
  AbstractSoakTest(String engine) {
    this.engine = engine;
  }

  /**
   * What the process holds.
   *
   * @param resident resident memory in MB
   * @param outsideHeap the same without Java's heap, whose size goes up and down by itself
   * @param arrays live native arrays
   */
  private record Measured(double resident, double outsideHeap, int arrays) {
    @Override
    public String toString() {
      return "%.1f MB, %.1f outside the heap, %d arrays".formatted(resident, outsideHeap, arrays);
    }
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(strings = {"mlp", "cnn"})
  void memoryStaysFromStep300ToStep3000(String network) throws IOException {
    assumeTrue(Files.isReadable(STATUS), "resident memory is read from " + STATUS);
    Measured[] measured = measure(network, 300, 3000);
    System.out.printf(
        "%s, %s step 300: %s; step 3,000: %s%n", engine, network, measured[0], measured[1]);
    assertEquals(measured[0].arrays(), measured[1].arrays(), "live arrays");
    String both = measured[0] + "; " + measured[1];
    assertTrue(measured[1].resident() - measured[0].resident() <= ALLOWED_MEGABYTES, both);
    assertTrue(measured[1].outsideHeap() - measured[0].outsideHeap() <= ALLOWED_MEGABYTES, both);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlp", "cnn"})
  void liveArraysStay(String network) throws IOException {
    // Steps at the same place within their epoch.
    Measured[] measured = measure(network, 130, 330);
    assertEquals(measured[0].arrays(), measured[1].arrays(), "live arrays");
  }

  private Measured[] measure(String network, int first, int last) throws IOException {
    ImageSet images = SyntheticDigits.draw(1, 0, 3200);
    Batches batches = new Batches(images, Normalization.UNIT, 32);
    Hyperparameters values = SmallData.hyperparameters(1000, 32, "adam", 1e-3, 0, null, false);
    Measured[] measured = new Measured[2];
    AtomicInteger steps = new AtomicInteger();
    try (NDManager manager = SmallData.engine(engine).newBaseManager()) {
      Block block = Networks.get(network).newBlock(NetworkOptions.of(10));
      block.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 28, 28));
      try (TrainingStep step =
          TrainingStep.of(
              Engines.trainingSupport(engine),
              block,
              Loss.softmaxCrossEntropyLoss(),
              Optimizer.Adam.DEFAULT)) {
        new TrainingLoop(
                manager,
                block,
                step,
                batches,
                new Evaluator(manager, SyntheticDigits.draw(1, 3200, 320), Normalization.UNIT, 32),
                new Course(values, batches.count()),
                new Seeds(1),
                List.of())
            .run(
                List.of(),
                () -> {
                  int done = steps.incrementAndGet();
                  if (done == first || done == last) {
                    measured[done == first ? 0 : 1] = now(manager);
                  }
                  return done >= last;
                });
      }
    }
    return measured;
  }

  private static Measured now(NDManager manager) {
    System.gc();
    double resident = residentMegabytes();
    double heap = Runtime.getRuntime().totalMemory() / (double) (1 << 20);
    return new Measured(resident, resident - heap, LiveArrays.count(manager));
  }

  private static double residentMegabytes() {
    if (!Files.isReadable(STATUS)) {
      return Double.NaN;
    }
    try (var lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
