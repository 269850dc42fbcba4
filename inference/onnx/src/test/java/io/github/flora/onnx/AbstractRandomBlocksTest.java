package io.github.flora.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A hundred random trees of blocks, the same ones in every run, so that the gate means the same to
 * everybody; {@code -Dflora.seed=N} draws others, and each case's name is its own seed. Trees that
 * enlarge rounding errors are drawn anew.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AbstractRandomBlocksTest {

  private static final int TREES = 100;

  private final String engine;
  private int kept;
  private int redrawn;
  @TempDir Path folder;

  AbstractRandomBlocksTest(String engine) {
    this.engine = engine;
  }

  static LongStream seeds() {
    long first = Long.getLong("flora.seed", 1);
    System.out.println("random blocks: -Dflora.seed=" + first);
    return LongStream.range(first, first + TREES);
  }

  @AfterAll
  void fewAreDrawnAnew() {
    System.out.println("random blocks: " + redrawn + " drawn anew, " + kept + " kept");
    assertTrue(redrawn < 0.2 * TREES, redrawn + " of " + TREES + " drawn anew");
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void exportsAndAgrees(long seed) throws IOException {
    try (NDManager manager = NDManager.newBaseManager(engine)) {
      long drawn = seed;
      while (!wellConditioned(drawn, manager)) {
        drawn += 1_000_000_007;
        redrawn++;
      }
      kept++;
      RandomBlocks.Tree tree = RandomBlocks.tree(drawn);
      Networks.initialize(tree.block(), manager, drawn, tree.input());
      ExportReport report =
          OnnxExporter.builder()
              .optEngine(engine)
              .build()
              .export(tree.block(), folder.resolve("tree.onnx"), inputs(tree, drawn));
      assertTrue(report.agreement().within(1e-4), "seed " + drawn + ": " + report);
      assertEquals(3, report.agreement().batchSizes().size());
    }
  }

  /**
   * Whether a tree says the same if ten times as much is rounded as 32 bits do. Others, such as a
   * chain of normalisations of nearly equal numbers, differ between any two that compute them.
   */
  private boolean wellConditioned(long seed, NDManager parent) {
    try (NDManager manager = parent.newSubManager()) {
      ParameterStore store = new ParameterStore(manager, false);
      double difference = 0;
      double largest = 0;
      for (int size : new int[] {1, 2, 7}) {
        float[][] outputs = new float[2][];
        for (int i = 0; i < 2; i++) {
          RandomBlocks.Tree tree = RandomBlocks.tree(seed, i * 1e-6);
          Networks.initialize(tree.block(), manager, seed, tree.input());
          NDList batch = inputs(tree, seed).batch(manager, size);
          outputs[i] = tree.block().forward(store, batch, false).head().toFloatArray();
        }
        for (int i = 0; i < outputs[0].length; i++) {
          difference = Math.max(difference, Math.abs(outputs[0][i] - outputs[1][i]));
          largest = Math.max(largest, Math.abs(outputs[0][i]));
        }
      }
      return difference <= 1e-4 * largest;
    }
  }

  private static BatchSource inputs(RandomBlocks.Tree tree, long seed) {
    return (manager, size) -> {
      Shape shape = new Shape(size).addAll(tree.input().slice(1));
      Random random = new Random(seed + size);
      float[] values = new float[Math.toIntExact(shape.size())];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      return new NDList(manager.create(values, shape));
    };
  }
}
