package io.github.flora.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A hundred random trees of blocks, other ones in every run; {@code -Dflora.seed=…} repeats one
 * run, and each case's name is its own seed.
 */
abstract class AbstractRandomBlocksTest {

  private static final int TREES = 100;

  private final String engine;
  @TempDir Path folder;

  AbstractRandomBlocksTest(String engine) {
    this.engine = engine;
  }

  static LongStream seeds() {
    long first = Long.getLong("flora.seed", System.currentTimeMillis() % 1_000_000_000 * 1000);
    System.out.println("random blocks: -Dflora.seed=" + first);
    return LongStream.range(first, first + TREES);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void exportsAndAgrees(long seed) throws IOException {
    RandomBlocks.Tree tree = RandomBlocks.tree(seed);
    try (NDManager manager = NDManager.newBaseManager(engine)) {
      Networks.initialize(tree.block(), manager, seed, tree.input());
      ExportReport report =
          OnnxExporter.builder()
              .optEngine(engine)
              .optSeed(seed)
              .build()
              .export(tree.block(), folder.resolve("tree.onnx"), tree.input());
      assertTrue(report.agreement().within(1e-4), "seed " + seed + ": " + report);
      assertEquals(3, report.agreement().batchSizes().size());
    }
  }
}
