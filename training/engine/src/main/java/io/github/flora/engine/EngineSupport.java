package io.github.flora.engine;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.loss.Loss;
import java.util.List;

/**
 * What one engine offers beyond DJL's interfaces. An engine that has none can run models but not
 * train them. Implementations are found with {@link java.util.ServiceLoader}.
 */
public interface EngineSupport {

  /**
   * Returns the engine that this supports.
   *
   * @return the name as DJL spells it
   */
  String engineName();

  /**
   * Sets how many threads one operation may use. Has to be called before the engine is first used.
   *
   * @param threads number of threads, at least 1
   */
  void configureThreads(int threads);

  /**
   * Creates the updater that changes weights by their gradients.
   *
   * @param optimizer the rule
   * @param weights what to train, at least one; frozen ones are left out
   * @param clipNorm the largest norm of all gradients together, as {@code
   *     torch.nn.utils.clip_grad_norm_}: with a larger norm n all of them are multiplied by
   *     clipNorm / (n + 1e-6). Above 0, or 0 for no limit
   * @return an updater that owns the optimizer's state, zero at the start
   */
  Updater newUpdater(Optimizer optimizer, List<Weight> weights, double clipNorm);

  /**
   * Creates the fastest step that the engine has.
   *
   * @param block the block to train, initialised on the engine. Parameters that are frozen now stay
   *     out of it
   * @param loss the loss; called with the labels and the block's output
   * @param rule how the parameters follow their gradients
   * @return the step, the caller's to close
   */
  default TrainingStep newStep(Block block, Loss loss, UpdateRule rule) {
    return new EagerStep(this, block, loss, rule);
  }

  /**
   * Creates the fastest inference that the engine has.
   *
   * @param manager on the device to compute on
   * @param block the network, initialised on the engine
   * @return what answers, the caller's to close
   */
  default Inference newInference(NDManager manager, Block block) {
    return Inference.eager(manager, block);
  }
}
