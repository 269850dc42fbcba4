package io.github.flora.trainer.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunsTableTest {

  @Test
  void onlyDifferingSettingsAndAllResults() {
    RunRow first =
        new RunRow(
            "mnist-cnn-a",
            map("engine", "PyTorch", "batch size", "128", "learning rate", "0.001"),
            map("test accuracy", "99.12 %", "epochs", "5", "images/s", "4104.1"));
    RunRow second =
        new RunRow(
            "mnist-cnn-longer",
            map("engine", "TensorFlow", "batch size", "128", "learning rate", "3e-4"),
            map("test accuracy", "99.4 %", "epochs", "20", "images/s", "10361.5"));
    assertEquals(
        """
        run               engine      learning rate  test accuracy  epochs  images/s
        mnist-cnn-a       PyTorch             0.001        99.12 %       5    4104.1
        mnist-cnn-longer  TensorFlow           3e-4         99.4 %      20   10361.5
        """,
        RunsTable.toText(List.of(first, second)));
  }

  @Test
  void whatARunDoesNotHaveIsADash() {
    RunRow killed = new RunRow("killed", map("augment", "true"), map());
    RunRow done = new RunRow("done", map("schedule", "cosine"), map("epochs", "5"));
    assertEquals(
        """
        run     augment  schedule  epochs
        killed  true     -              -
        done    -        cosine         5
        """,
        RunsTable.toText(List.of(killed, done)));
  }

  @Test
  void oneRunDiffersFromNone() {
    RunRow row = new RunRow("a", map("engine", "PyTorch"), map("epochs", "5"));
    assertEquals("run  epochs\na         5\n", RunsTable.toText(List.of(row)));
    assertEquals("run\n", RunsTable.toText(List.of()));
  }

  @Test
  void oddCharactersKeepTheColumnsStraight() {
    RunRow first = new RunRow("𝔉lora\n2", map("data", ""), map("epochs", "1"));
    RunRow second = new RunRow("größer", map("data", "real\tone"), map("epochs", "12"));
    assertEquals(
        """
        run      data      epochs
        𝔉lora 2  -              1
        größer   real one      12
        """,
        RunsTable.toText(List.of(first, second)));
  }

  @Test
  void rowsKeepTheirOrderAndSoDoColumns() {
    Map<String, String> results = new LinkedHashMap<>();
    StringBuilder heading = new StringBuilder("run");
    for (int i = 20; i > 0; i--) {
      results.put("r" + i, "1");
      heading.append("  r").append(i);
    }
    RunRow row = new RunRow("b", map(), results);
    results.clear();
    String text = RunsTable.toText(List.of(row, new RunRow("a", map(), map("r1", "2"))));
    assertEquals(heading.toString(), text.lines().findFirst().orElseThrow());
    assertEquals(List.of("b", "a"), text.lines().skip(1).map(l -> l.substring(0, 1)).toList());
  }

  private static Map<String, String> map(String... entries) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < entries.length; i += 2) {
      map.put(entries[i], entries[i + 1]);
    }
    return map;
  }
}
