package io.github.flora.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ProgressTest {

  private final StringWriter said = new StringWriter();

  private void show(boolean interactive) {
    Progress progress = new Progress(new PrintWriter(said), interactive);
    progress.expect(1, 2);
    progress.step("preparing a model with a long name");
    progress.step("round 1/2");
    progress.step("round 2/2");
    progress.leave();
  }

  @Test
  void aLineForEachProcess() {
    show(false);
    List<String> lines = said.toString().lines().toList();
    assertEquals(3, lines.size(), said::toString);
    assertEquals(" 1/3  preparing a model with a long name", lines.get(0));
    assertEquals(" 2/3  round 1/2", lines.get(1));
    assertTrue(lines.get(2).matches(" 3/3  round 2/2  \\d+:\\d\\d min left"), lines.get(2));
  }

  @Test
  void oneLineThatIsDrawnOver() {
    show(true);
    String[] drawn = said.toString().split("\r", -1);
    assertEquals(4, drawn.length, said::toString);
    assertEquals(drawn[1].length(), drawn[2].length(), "blanks wipe out what was longer");
    assertTrue(drawn[2].startsWith(" 2/3  round 1/2 "), drawn[2]);
    assertEquals(1, said.toString().lines().filter(line -> line.contains("round 2/2")).count());
    assertTrue(said.toString().endsWith(System.lineSeparator()), "leaves the line");
  }
}
