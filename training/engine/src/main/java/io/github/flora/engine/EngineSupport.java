package io.github.flora.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.loss.Loss;
import java.util.List;
import java.util.Set;

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
   * Returns the precisions that the engine trains in, on a processor that has them.
   *
   * @return at least {@link Precision#FP32}
   */
  default Set<Precision> precisions() {
    return Set.of(Precision.FP32);
  }

  /**
   * Finds out before anything is computed whether the engine really trains in a precision here.
   *
   * @param precision the precision
   * @param device the device to train on
   * @throws EngineException if it doesn't; the message says what does
   */
  default void check(Precision precision, Device device) {
    if (!precisions().contains(precision)) {
      throw new EngineException("%s can't train in %s".formatted(engineName(), precision.id()));
    }
  }

  /**
   * Creates the fastest step that the engine has, in float32.
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
   * Creates the fastest step that the engine has in a precision.
   *
   * @param block the block to train, initialised on the engine with float32. Parameters that are
   *     frozen now stay out of it
   * @param loss the loss; called with the labels and the block's output
   * @param rule how the parameters follow their gradients
   * @param precision how exactly to compute
   * @return the step, the caller's to close
   * @throws EngineException if the engine doesn't have the precision
   */
  default TrainingStep newStep(Block block, Loss loss, UpdateRule rule, Precision precision) {
    check(precision, Device.cpu());
    return newStep(block, loss, rule);
  }

  /**
   * Creates the fastest inference that the engine has, in float32.
   *
   * @param manager on the device to compute on
   * @param block the network, initialised on the engine
   * @return what answers, the caller's to close
   */
  default Inference newInference(NDManager manager, Block block) {
    return Inference.eager(manager, block);
  }

  /**
   * Creates the fastest inference that the engine has in a precision.
   *
   * @param manager on the device to compute on
   * @param block the network, initialised on the engine with float32
   * @param precision how exactly to compute
   * @return what answers, the caller's to close
   * @throws EngineException if the engine doesn't have the precision
   */
  default Inference newInference(NDManager manager, Block block, Precision precision) {
    check(precision, manager.getDevice());
    return newInference(manager, block);
  }
}
