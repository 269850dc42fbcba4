package io.github.flora.trainer;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.github.flora.data.Batch;
import io.github.flora.data.Batches;
import io.github.flora.data.ImageSet;
import io.github.flora.data.Normalization;
import io.github.flora.engine.CrossEntropy;
import io.github.flora.engine.Engines;
import io.github.flora.engine.Optimizer;
import io.github.flora.engine.Precision;
import io.github.flora.engine.TrainingStep;
import io.github.flora.engine.UpdateRule;
import io.github.flora.models.NetworkOptions;
import io.github.flora.models.Networks;
import java.io.IOException;
import java.util.Locale;
import java.util.Random;
import java.util.stream.DoubleStream;

/**
 * Images per second of training ResNet18 on random photographs of 224×224, batches of 32, 102
 * classes, SGD with momentum: what the loop does with a batch, from its bytes to the updated
 * weights and the metrics. Built with {@code mvn -DskipTests package}, run with what the launcher
 * sets:
 *
 * <pre>
 * m=training/trainer/target
 * OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=1000 \
 * GLIBC_TUNABLES=glibc.malloc.arena_max=1:glibc.malloc.trim_threshold=1073741824:\
 * glibc.malloc.mmap_threshold=1073741824:glibc.malloc.top_pad=268435456 \
 *   java -XX:+UseSerialGC -cp "$(echo $m/flora-trainer-*.jar):$m/test-classes:$(cat $m/classpath)" \
 *   io.github.flora.trainer.ResNet18Speed PyTorch 5
 * </pre>
 *
 * <p>With {@code -Dprecision=BF16} in mixed precision, where the engine has it.
 */
final class ResNet18Speed {

  private static final int BATCH = 32;
  private static final int SIDE = 224;
  private static final int CLASSES = 102;
  private static final int WARM_UP = 2;

  private static final Normalization IMAGENET =
      Normalization.of(new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f});

  private ResNet18Speed() {}

  /**
   * Prints the images per second of every step after two of warming up, and their median.
   *
   * @param args the engine's name and the number of steps; with a third, every step waits for a
   *     line on standard input, so that another program's can come between
   * @throws IOException if standard input can't be read
   */
  public static void main(String[] args) throws IOException {
    String engine = Engines.choose(args[0]);
    int steps = Integer.parseInt(args[1]);
    Engines.trainingSupport(engine).configureThreads(Runtime.getRuntime().availableProcessors());
    Batches batches = new Batches(photographs(), IMAGENET, BATCH);
    double[] speeds = new double[steps];
    try (NDManager manager = NDManager.newBaseManager(null, engine)) {
      Block block = Networks.get("resnet18").newBlock(NetworkOptions.of(CLASSES));
      block.initialize(manager, DataType.FLOAT32, new Shape(1, 3, SIDE, SIDE));
      try (TrainingStep step =
              Engines.trainingSupport(engine)
                  .newStep(
                      block,
                      new CrossEntropy(0),
                      UpdateRule.of(Optimizer.of("sgd")),
                      Precision.valueOf(System.getProperty("precision", "FP32")));
          Meter meter = new Meter(manager)) {
        for (int i = -WARM_UP; i < steps; i++) {
          if (args.length > 2) {
            int unused = System.in.read();
          }
          long start = System.nanoTime();
          // The set is one batch, which is gathered anew each time.
          for (Batch batch : batches.shuffled(manager, i)) {
            try (batch) {
              var outcome = step.step(batch.manager(), batch.images(), batch.labels(), 0.01);
              meter.add(outcome, batch.labels(), batch.size());
            }
          }
          if (!Double.isFinite(meter.meanLoss())) {
            throw new IllegalStateException("the loss is no longer a number");
          }
          if (i >= 0) {
            speeds[i] = BATCH / ((System.nanoTime() - start) / 1e9);
            System.out.printf(Locale.ROOT, "%.2f%n", speeds[i]);
          }
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s resnet18 %d px batch %d: median %.2f images/s%n",
        engine,
        SIDE,
        BATCH,
        DoubleStream.of(speeds).sorted().skip(steps / 2).findFirst().orElseThrow());
  }

  private static ImageSet photographs() {
    Random random = new Random(1);
    byte[] pixels = new byte[BATCH * SIDE * SIDE * 3];
    random.nextBytes(pixels);
    int[] labels = random.ints(BATCH, 0, CLASSES).toArray();
    return ImageSet.of(pixels, labels, SIDE, SIDE, 3);
  }
}
