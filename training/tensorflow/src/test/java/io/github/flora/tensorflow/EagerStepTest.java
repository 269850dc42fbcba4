package io.github.flora.tensorflow;

import ai.djl.nn.Block;
import ai.djl.training.loss.Loss;
import io.github.flora.engine.AbstractTrainingStepTest;
import io.github.flora.engine.EagerStep;
import io.github.flora.engine.EngineSupport;
import io.github.flora.engine.Optimizer;
import io.github.flora.engine.TrainingStep;
import io.github.flora.engine.UpdateRule;
import io.github.flora.engine.Updater;
import io.github.flora.engine.Weight;
import java.util.List;

/** The step carried out operation by operation. */
final class EagerStepTest extends AbstractTrainingStepTest {

  EagerStepTest() {
    super(new EagerSupport());
  }

  /** TensorFlow's support as it is without the compiled step. */
  private static final class EagerSupport implements EngineSupport {

    private final TensorFlowSupport support = new TensorFlowSupport();

    @Override
    public String engineName() {
      return support.engineName();
    }

    @Override
    public void configureThreads(int threads) {}

    @Override
    public Updater newUpdater(Optimizer optimizer, List<Weight> weights, double clipNorm) {
      return support.newUpdater(optimizer, weights, clipNorm);
    }

    @Override
    public TrainingStep newStep(Block block, Loss loss, UpdateRule rule) {
      return new EagerStep(this, block, loss, rule);
    }
  }
}
