package io.github.flora.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Exports a block of every family. An engine's subclass lists what can't be exported and why; all
 * else has to agree. The table in the README is what these cases give; with {@code
 * -Dflora.readme=write} the test writes it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AbstractBlockFamiliesTest {

  static final List<BlockCases.Case> CASES = BlockCases.all();

  private static final String BEGIN = "<!-- blocks: written by a test -->\n";
  private static final String END = "<!-- end of blocks -->\n";

  private final String engine;
  private final Map<String, Reason> expected;
  @TempDir Path folder;

  /**
   * @param engine the engine's name
   * @param expected why not, by case, of what can't be exported
   */
  AbstractBlockFamiliesTest(String engine, Map<String, Reason> expected) {
    this.engine = engine;
    this.expected = new TreeMap<>(expected);
  }

  /**
   * Why a case can't be exported.
   *
   * @param message a part of the message that stops it
   * @param note the same for the README
   */
  record Reason(String message, String note) {}

  @ParameterizedTest(name = "{0}")
  @FieldSource("CASES")
  void exportsAndAgrees(BlockCases.Case given) throws IOException {
    Reason reason = expected.get(given.toString());
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

  /** Every expectation belongs to a case, so that none is left over. */
  @Test
  void expectationsNameCases() {
    List<String> names = CASES.stream().map(BlockCases.Case::toString).toList();
    assertTrue(names.containsAll(expected.keySet()), expected.keySet().toString());
  }

  @Test
  void readmeSaysTheSame() throws IOException {
    StringBuilder table = new StringBuilder("| block | " + engine + " |\n|---|---|\n");
    for (BlockCases.Case given : CASES) {
      Reason reason = expected.get(given.toString());
      table
          .append("| `")
          .append(given.family())
          .append("` ")
          .append(given.name())
          .append(" | ")
          .append(reason == null ? "exports, agrees" : "not exported: " + reason.note())
          .append(" |\n");
    }
    Path readme = Path.of("README.md");
    String text = Files.readString(readme);
    int from = text.indexOf(BEGIN) + BEGIN.length();
    int to = text.indexOf(END);
    if ("write".equals(System.getProperty("flora.readme"))) {
      Files.writeString(readme, text.substring(0, from) + table + text.substring(to));
    } else {
      assertEquals(table.toString(), text.substring(from, to));
    }
  }
}
