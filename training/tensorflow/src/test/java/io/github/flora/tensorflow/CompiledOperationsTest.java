package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.github.flora.tensorflow.cases.Case;
import io.github.flora.tensorflow.cases.Cases;
import io.github.flora.tensorflow.cases.Judge;
import io.github.flora.tensorflow.cases.Tensor;
import io.github.flora.tensorflow.core.NotCompilableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation and its gradient, compiled, gives what it gives step by step. */
@Tag("slow")
class CompiledOperationsTest {

  private static final double TOLERANCE = 1e-4;

  private static final Engine ENGINE = Engine.getEngine("TensorFlow");

  /** Picks cases by a regular expression found in their names. */
  private static final Pattern PICKED = Pattern.compile(System.getProperty("flora.cases", ""));

  /** Operations that depend on numbers in some cases, and DJL's optimizers, whose rates change. */
  private static final Set<String> NOT_COMPILED =
      Set.of("booleanMask", "copyTo", "get", "nonzero", "set");

  static Stream<Case> cases() {
    return Cases.all().stream().filter(c -> PICKED.matcher(c.toString()).find());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void compiledIsAsEager(Case c) {
    try {
      compare(c);
    } catch (NotCompilableException e) {
      if (!NOT_COMPILED.contains(c.operation()) && !c.operation().endsWith("Update")) {
        throw new AssertionError(c + ": " + e, e);
      }
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(c + ": " + e, e);
    }
  }

  private static void compare(Case c) {
    List<Tensor> inputs = c.draw();
    List<Tensor> expected = new ArrayList<>(Judge.value("TensorFlow", c, inputs).outputs());
    if (!c.differentiable().isEmpty()) {
      expected.addAll(Judge.gradients("TensorFlow", c, inputs));
    }
    try (NDManager manager = ENGINE.newBaseManager();
        TensorFlowFunction function = new TensorFlowFunction("case", (m, x) -> run(c, m, x))) {
      NDList arrays = new NDList();
      inputs.forEach(t -> arrays.add(t.create(manager)));
      List<Tensor> actual = Tensor.of(function.call(manager, arrays));
      assertEquals(expected.size(), actual.size(), "results");
      for (int i = 0; i < actual.size(); i++) {
        Tensor.assertClose(expected.get(i), actual.get(i), TOLERANCE, "result " + i);
      }
    }
  }

  private static NDList run(Case c, NDManager manager, NDList inputs) {
    NDList results = new NDList(c.body().apply(manager, new NDList(inputs)));
    if (!c.differentiable().isEmpty()) {
      NDList copies = new NDList();
      inputs.forEach(x -> copies.add(x.duplicate()));
      Judge.differentiate(ENGINE, c, manager, copies);
      c.differentiable().stream().map(i -> copies.get(i).getGradient()).forEach(results::add);
    }
    return results;
  }
}
