package io.github.flora.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.flora.engine.Optimizer.Adam;
import io.github.flora.engine.Optimizer.AdamW;
import io.github.flora.engine.Optimizer.Sgd;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OptimizerTest {

  private static void refused(Executable executable) {
    assertThrows(IllegalArgumentException.class, executable);
  }

  @Test
  void namesAndDefaults() {
    assertEquals(List.of("adam", "adamw", "sgd", "nesterov"), Optimizer.names());
    assertEquals(new Adam(0.9, 0.999, 1e-7, 0), Optimizer.of("adam"));
    assertEquals(new AdamW(0.9, 0.999, 1e-8, 0.01), Optimizer.of("adamw"));
    assertEquals(new Sgd(0.9, false, 0), Optimizer.of("sgd"));
    assertEquals(new Sgd(0.9, true, 0), Optimizer.of("nesterov"));
    for (String name : Optimizer.names()) {
      assertEquals(name, Optimizer.of(name).name());
      assertEquals(0.25, Optimizer.of(name).withWeightDecay(0.25).weightDecay());
    }
  }

  @Test
  void numbersAreAllThatTheRuleHas() {
    Map<String, Double> adam =
        Map.of("beta1", 0.9, "beta2", 0.999, "epsilon", 1e-7, "weight_decay", 0.0);
    assertEquals(adam, Adam.DEFAULT.numbers());
    assertEquals(
        Map.of("beta1", 0.9, "beta2", 0.999, "epsilon", 1e-8, "weight_decay", 0.25),
        AdamW.DEFAULT.withWeightDecay(0.25).numbers());
    assertEquals(Map.of("momentum", 0.9, "weight_decay", 0.0), Sgd.DEFAULT.numbers());
    assertEquals(Map.of("momentum", 0.9, "weight_decay", 0.0), Sgd.NESTEROV.numbers());
  }

  @Test
  void anUnknownNameListsTheKnown() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Optimizer.of("lamb"));
    assertEquals(
        "no optimizer named 'lamb'; there are: adam, adamw, sgd, nesterov", e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  void sharesLieBelowOne(double value) {
    refused(() -> new Adam(value, 0.999, 1e-7, 0));
    refused(() -> new Adam(0.9, value, 1e-7, 0));
    refused(() -> new AdamW(value, 0.999, 1e-7, 0));
    refused(() -> new AdamW(0.9, value, 1e-7, 0));
    refused(() -> new Sgd(value, false, 0));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
  void magnitudesAreFiniteAndNotBelowZero(double value) {
    refused(() -> new Adam(0.9, 0.999, value, 0));
    refused(() -> new AdamW(0.9, 0.999, value, 0));
    refused(() -> Adam.DEFAULT.withWeightDecay(value));
    refused(() -> AdamW.DEFAULT.withWeightDecay(value));
    refused(() -> Sgd.DEFAULT.withWeightDecay(value));
    refused(() -> new UpdateRule(Adam.DEFAULT, value, true, parameter -> 1));
  }

  @Test
  void nesterovNeedsMomentum() {
    refused(() -> new Sgd(0, true, 0));
  }
}
