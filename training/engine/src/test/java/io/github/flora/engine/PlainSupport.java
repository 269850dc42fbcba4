package io.github.flora.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** PyTorch's support with the plainest of rules: weight −= rate · factor · gradient. */
final class PlainSupport implements EngineSupport {

  int updatersOpen;
  @Nullable Optimizer optimizer;
  List<Weight> weights = List.of();
  double clipNorm = Double.NaN;

  @Override
  public String engineName() {
    return "PyTorch";
  }

  @Override
  public void configureThreads(int threads) {}

  @Override
  public Updater newUpdater(Optimizer rule, List<Weight> toTrain, double limit) {
    updatersOpen++;
    optimizer = rule;
    weights = toTrain;
    clipNorm = limit;
    // The same storage without a gradient: PyTorch forbids changing a leaf of a graph in place.
    List<NDArray> values = toTrain.stream().map(w -> w.array().stopGradient()).toList();
    return new Updater() {
      @Override
      public NDArray leaf(int index, NDManager manager) {
        NDArray leaf = toTrain.get(index).array().stopGradient();
        leaf.attach(manager);
        leaf.setRequiresGradient(true);
        return leaf;
      }

      @Override
      public void update(List<NDArray> leaves, double learningRate) {
        for (int i = 0; i < leaves.size(); i++) {
          double rate = learningRate * toTrain.get(i).rateFactor();
          values.get(i).subi(leaves.get(i).getGradient().mul(rate));
        }
      }

      @Override
      public Map<String, List<NDArray>> state() {
        return Map.of();
      }

      @Override
      public void load(Map<String, List<NDArray>> state) {}

      @Override
      public void close() {
        values.forEach(NDArray::close);
        updatersOpen--;
      }
    };
  }
}
