package io.github.flora.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.flora.trainer.cli.UsageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ComparisonTest {

  @TempDir Path temp;

  private Comparison old(Row... rows) throws Exception {
    Path file = temp.resolve("old.json");
    Files.writeString(file, Rows.report(List.of(rows), 0.0, List.of()).toJson());
    return Comparison.read(file);
  }

  /** Two spreads of 5 % are noise up to 10 %, upwards and downwards. */
  @ParameterizedTest
  @CsvSource({"1099,same", "1101,faster", "910,same", "908,slower", "2000,faster"})
  void beyondBothSpreadsItIsAChange(double now, String verdict) throws Exception {
    List<Comparison.Line> lines =
        old(Rows.row("PyTorch", 1, 1000.0, 0.05, 1))
            .lines(List.of(Rows.row("PyTorch", 1, now, 0.05, 1)));
    assertEquals(1, lines.size());
    assertEquals(now / 1000, lines.get(0).ratio());
    assertEquals(verdict, lines.get(0).verdict());
  }

  @Test
  void onlyWhatIsInBothIsCompared() throws Exception {
    List<Comparison.Line> lines =
        old(
                Rows.row("PyTorch", 1, 1000.0, null, 1),
                Rows.row("PyTorch", 32, null, null, 1),
                Rows.row("TensorFlow", 1, 1000.0, 0.05, 1))
            .lines(
                List.of(
                    Rows.row("PyTorch", 1, 1000.0, 0.05, 1),
                    Rows.row("PyTorch", 32, 1000.0, 0.05, 1),
                    Rows.row("TensorFlow", 8, 1000.0, 0.05, 1)));
    assertEquals(1, lines.size());
    assertEquals("unknown", lines.get(0).verdict(), "a single round has no spread");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{}", "{\"rows\": [{}]}", "{\"rows\": 5}", "\u00ff"})
  void whatIsNoReportIsRefused(String text) throws Exception {
    // The last isn't even text.
    Path file = Files.writeString(temp.resolve("bad.json"), text, StandardCharsets.ISO_8859_1);
    UsageException e = assertThrows(UsageException.class, () -> Comparison.read(file));
    assertTrue(
        String.valueOf(e.getMessage()).startsWith(file + " isn't what bench --json prints"),
        e::toString);
  }

  @Test
  void aMissingReportIsNamed() {
    Path missing = temp.resolve("missing.json");
    UsageException e = assertThrows(UsageException.class, () -> Comparison.read(missing));
    assertEquals(missing + ": there is no such file; check --compare", e.getMessage());
  }
}
