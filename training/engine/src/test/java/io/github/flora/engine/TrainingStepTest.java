package io.github.flora.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.loss.Loss;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The step that any engine of DJL's can take, and what it tells the updater. */
final class TrainingStepTest extends AbstractTrainingStepTest {

  private final PlainSupport support = (PlainSupport) support();

  TrainingStepTest() {
    super(new PlainSupport());
  }

  @Test
  void aModelWithNothingToTrainIsRefused() {
    Block block = newBlock();
    block.freezeParameters(true);
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> step(block));
    assertEquals("the model has nothing to train", e.getMessage());
    assertEquals(0, support.updatersOpen);
  }

  @Test
  void theUpdaterIsToldOfEveryParameter() {
    Block block = initialized(new SequentialBlock().add(linear(8)).add(linear(2)));
    Parameter last = block.getParameters().valueAt(3);
    UpdateRule rule =
        new UpdateRule(Optimizer.Sgd.DEFAULT, 2, false, parameter -> parameter == last ? 1 : 0.1);
    try (TrainingStep step = support.newStep(block, Loss.softmaxCrossEntropyLoss(), rule)) {
      assertEquals(Optimizer.Sgd.DEFAULT, support.optimizer);
      assertEquals(2, support.clipNorm);
      assertEquals(block.getParameters().values(), step.parameters());
      assertEquals(
          step.parameters().stream().map(Parameter::getArray).toList(),
          support.weights.stream().map(Weight::array).toList());
      assertEquals(
          List.of(true, false, true, false),
          support.weights.stream().map(Weight::decays).toList(),
          "weights decay, biases don't");
      assertEquals(
          List.of(0.1, 0.1, 0.1, 1.0), support.weights.stream().map(Weight::rateFactor).toList());
    }
  }

  @Test
  void unlessToldOtherwiseAllParametersAreAlike() {
    Block block = newBlock();
    try (TrainingStep step = step(block)) {
      assertEquals(0, support.clipNorm);
      assertEquals(
          step.parameters().stream().map(p -> Weight.of(p.getArray())).toList(), support.weights);
    }
  }

  @Test
  void closesItsUpdater() {
    TrainingStep step = step(newBlock());
    assertEquals(1, support.updatersOpen);
    step.close();
    assertEquals(0, support.updatersOpen);
  }
}
