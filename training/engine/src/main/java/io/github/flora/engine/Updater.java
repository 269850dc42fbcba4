package io.github.flora.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;

/**
 * Changes weights by their gradients and owns the optimizer's state. Used by one thread at a time.
 *
 * <p>The state is the same for every engine, so that another one can go on with it. Names, order
 * and meaning are those of {@code torch.optim}; everything is 0 before the first step:
 *
 * <table>
 * <caption>State by optimizer</caption>
 * <tr><th>optimizer</th><th>name</th><th>per weight</th></tr>
 * <tr><td>Adam, AdamW</td><td>{@code exp_avg}</td>
 *     <td>first moment before its correction, shaped like the weight</td></tr>
 * <tr><td></td><td>{@code exp_avg_sq}</td>
 *     <td>second moment before its correction, shaped like the weight</td></tr>
 * <tr><td></td><td>{@code step}</td><td>number of updates so far, a float32 scalar</td></tr>
 * <tr><td>SGD with momentum</td><td>{@code momentum_buffer}</td>
 *     <td>buffer = momentum · buffer + gradient, without the learning rate, shaped like the
 *     weight</td></tr>
 * <tr><td>SGD without</td><td>none</td><td></td></tr>
 * </table>
 */
public interface Updater extends AutoCloseable {

  /**
   * Returns the array through which one step's forward pass reads a weight and in which its
   * gradient collects: the same numbers, no gradient yet.
   *
   * @param index the weight's place in the list that the updater was made with
   * @param manager the step's manager, which owns the result
   * @return the array to compute with
   */
  NDArray leaf(int index, NDManager manager);

  /**
   * Changes all weights in place. May change the gradients too.
   *
   * @param leaves this step's arrays of {@link #leaf}, all of them in order, gradients computed
   * @param learningRate the learning rate, at least 0
   */
  void update(List<NDArray> leaves, double learningRate);

  /**
   * Returns the optimizer's state.
   *
   * @return by name, in the order of the table above, one array per weight in the weights' order;
   *     the arrays stay the updater's, change with its next update and must not be closed
   */
  Map<String, List<NDArray>> state();

  /**
   * Goes on from a saved state. Copies the numbers; if something doesn't fit, nothing changes.
   *
   * @param state what {@link #state} returned, for the same optimizer and weights
   * @throws IllegalArgumentException if names, numbers of arrays or shapes are others
   */
  void load(Map<String, List<NDArray>> state);

  /** Frees the optimizer's state. */
  @Override
  void close();

  /**
   * Checks that a saved state fits.
   *
   * @param state the state of an updater
   * @param saved what it is to go on from
   * @throws IllegalArgumentException if names, numbers of arrays or shapes are others
   */
  static void requireFit(Map<String, List<NDArray>> state, Map<String, List<NDArray>> saved) {
    if (!saved.keySet().equals(state.keySet())) {
      throw new IllegalArgumentException(
          "the optimizer's state is %s, not %s".formatted(state.keySet(), saved.keySet()));
    }
    state.forEach(
        (name, arrays) -> {
          List<NDArray> values = saved.getOrDefault(name, List.of());
          if (values.size() != arrays.size()) {
            throw new IllegalArgumentException(
                "%s has to be of %d weights".formatted(name, arrays.size()));
          }
          for (int i = 0; i < values.size(); i++) {
            Shape shape = arrays.get(i).getShape();
            if (!shape.equals(values.get(i).getShape())) {
              throw new IllegalArgumentException(
                  "%s of weight %d has to be of shape %s, not %s"
                      .formatted(name, i, shape, values.get(i).getShape()));
            }
          }
        });
  }
}
