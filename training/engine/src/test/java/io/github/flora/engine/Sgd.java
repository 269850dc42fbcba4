package io.github.flora.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;

/** PyTorch's support with the plainest of rules: weight −= rate · gradient. */
final class Sgd implements EngineSupport {

  int updatersOpen;

  @Override
  public String engineName() {
    return "PyTorch";
  }

  @Override
  public void configureThreads(int threads) {}

  @Override
  public Updater newUpdater(Optimizer optimizer, List<NDArray> weights) {
    updatersOpen++;
    // The same storage without a gradient: PyTorch forbids changing a leaf of a graph in place.
    List<NDArray> values = weights.stream().map(NDArray::stopGradient).toList();
    return new Updater() {
      @Override
      public NDArray leaf(int index, NDManager manager) {
        NDArray leaf = weights.get(index).stopGradient();
        leaf.attach(manager);
        leaf.setRequiresGradient(true);
        return leaf;
      }

      @Override
      public void update(List<NDArray> leaves, double learningRate) {
        for (int i = 0; i < leaves.size(); i++) {
          values.get(i).subi(leaves.get(i).getGradient().mul(learningRate));
        }
      }

      @Override
      public void close() {
        values.forEach(NDArray::close);
        updatersOpen--;
      }
    };
  }
}
