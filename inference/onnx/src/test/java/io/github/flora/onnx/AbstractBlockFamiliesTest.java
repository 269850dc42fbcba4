package io.github.flora.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Exports a block of every family from an engine: what {@link BlockLimits} lists has to stop with
 * the reason given there, all else has to agree.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AbstractBlockFamiliesTest {

  private final String engine;
  @TempDir Path folder;

  AbstractBlockFamiliesTest(String engine) {
    this.engine = engine;
  }

  /** New blocks for each engine: a block's weights stay where they were made. */
  static List<BlockCases.Case> cases() {
    return BlockCases.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void exportsAndAgrees(BlockCases.Case given) throws IOException {
    BlockLimits.Reason reason =
        Objects.requireNonNull(BlockLimits.byEngine().get(engine)).get(given.toString());
    String outcome = outcome(given);
    if (reason == null) {
      assertEquals("agrees", outcome);
    } else {
      assertTrue(outcome.contains(reason.message()), outcome);
    }
  }

  private String outcome(BlockCases.Case given) throws IOException {
    try (NDManager manager = NDManager.newBaseManager(engine)) {
      Block block = given.block().apply(manager);
      if (!block.isInitialized()) {
        Networks.initialize(block, manager, 7, given.shapes().toArray(Shape[]::new));
      }
      Path file = folder.resolve("block.onnx");
      ExportReport report =
          OnnxExporter.builder().optEngine(engine).build().export(block, file, given.inputs());
      assertTrue(report.agreement().within(1e-4), report.toString());
      assertEquals(1.0, report.agreement().top1Agreement());
      return "agrees";
    } catch (OnnxExportException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
