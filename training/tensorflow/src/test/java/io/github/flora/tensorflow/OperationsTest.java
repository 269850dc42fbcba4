package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.flora.tensorflow.cases.Case;
import io.github.flora.tensorflow.cases.Cases;
import io.github.flora.tensorflow.cases.Judge;
import io.github.flora.tensorflow.cases.Judge.Outcome;
import io.github.flora.tensorflow.cases.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operation of the engine beside DJL's PyTorch engine, or beside a formula in plain Java
 * where that has none.
 */
class OperationsTest {

  private static final Path README = Path.of("README.md");
  private static final String BEGIN = "<!-- operations: written by OperationsTest -->\n";
  private static final String END = "<!-- /operations -->\n";

  private static final List<Case> CASES = Cases.all();

  /** Picks cases by a regular expression found in their names. */
  private static final Pattern PICKED = Pattern.compile(System.getProperty("flora.cases", ""));

  /** Where PyTorch tries the tests itself, all that it has. */
  static Stream<Case> cases() {
    return CASES.stream()
        .filter(c -> PICKED.matcher(c.toString()).find())
        .filter(c -> c.formula() == null || !EngineUnderTest.NAME.equals("PyTorch"));
  }

  static Stream<Case> differentiable() {
    return cases().filter(c -> !c.differentiable().isEmpty());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void valueIsTheJudges(Case c) {
    named(c, OperationsTest::compareValue);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("differentiable")
  void gradientIsTheJudges(Case c) {
    named(c, OperationsTest::compareGradient);
  }

  /** Reports number the cases; the message says which it was. */
  private static void named(Case c, Consumer<Case> comparison) {
    try {
      comparison.accept(c);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(c + ": " + e, e);
    }
  }

  private static void compareValue(Case c) {
    List<Tensor> inputs = c.draw();
    Case.Formula formula = c.formula();
    Outcome actual = Judge.value(EngineUnderTest.NAME, c, inputs);
    if (formula != null) {
      assertClose(formula.apply(inputs), actual.outputs(), c.tolerance(), "output");
    } else {
      Outcome expected = Judge.value("PyTorch", c, inputs);
      assertClose(expected.outputs(), actual.outputs(), c.tolerance(), "output");
      assertClose(expected.inputs(), actual.inputs(), c.tolerance(), "input after the call");
    }
  }

  private static void compareGradient(Case c) {
    List<Tensor> inputs = c.draw();
    Case.Formula formula = c.formula();
    List<Tensor> expected =
        formula != null
            ? Judge.differences(formula, c, inputs)
            : Judge.gradients("PyTorch", c, inputs);
    List<Tensor> actual = Judge.gradients(EngineUnderTest.NAME, c, inputs);
    assertClose(expected, actual, c.tolerance(), "gradient");
  }

  private static void assertClose(
      List<Tensor> expected, List<Tensor> actual, double tolerance, String what) {
    assertEquals(expected.size(), actual.size(), what + "s");
    for (int i = 0; i < expected.size(); i++) {
      Tensor.assertClose(expected.get(i), actual.get(i), tolerance, what + " " + i);
    }
  }

  @Test
  void everyCaseHasItsOwnName() {
    Map<String, Integer> count = new TreeMap<>();
    CASES.forEach(c -> count.merge(c.toString(), 1, Integer::sum));
    count.values().removeIf(n -> n == 1);
    assertEquals(Map.of(), count);
  }

  /** The README's table; {@code -Dflora.writeTables=true} writes it anew. */
  @Test
  void readmeSaysWhatEachWasComparedWith() throws IOException {
    String readme = Files.readString(README);
    int begin = readme.indexOf(BEGIN) + BEGIN.length();
    int end = readme.indexOf(END);
    String table = table();
    if (Boolean.getBoolean("flora.writeTables")) {
      Files.writeString(README, readme.substring(0, begin) + table + readme.substring(end));
    } else {
      assertEquals(table, readme.substring(begin, end));
    }
  }

  private static String table() {
    Map<String, List<Case>> byOperation = new LinkedHashMap<>();
    CASES.forEach(c -> byOperation.computeIfAbsent(c.operation(), o -> new ArrayList<>()).add(c));
    StringBuilder table =
        new StringBuilder("| operation | cases | value compared with | gradient compared with |\n");
    table.append("|---|---|---|---|\n");
    byOperation.forEach(
        (operation, of) -> {
          Set<String> values = new LinkedHashSet<>();
          Set<String> gradients = new LinkedHashSet<>();
          of.forEach(c -> values.add(c.valueJudge()));
          of.forEach(c -> gradients.add(c.gradientJudge()));
          if (gradients.size() > 1) {
            gradients.remove("–");
          }
          table.append(
              "| `%s` | %d | %s | %s |\n"
                  .formatted(
                      operation,
                      of.size(),
                      String.join(", ", values),
                      String.join(", ", gradients)));
        });
    return table.toString();
  }
}
