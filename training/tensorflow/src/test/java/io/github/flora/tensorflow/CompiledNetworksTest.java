package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.loss.Loss;
import io.github.flora.engine.Optimizer;
import io.github.flora.engine.UpdateRule;
import io.github.flora.models.Network;
import io.github.flora.models.NetworkOptions;
import io.github.flora.models.Networks;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No network that comes with Flora falls back to single operations. */
final class CompiledNetworksTest {

  static List<String> names() {
    return Networks.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void isCompiled(String name) {
    Network network = Networks.get(name);
    long size = network.anySize() ? network.smallestSize() : network.inputShape().get(1);
    Shape input = new Shape(2, network.inputShape().get(0), size, size);
    TensorFlowSupport support = new TensorFlowSupport();
    try (NDManager manager = Engine.getEngine(TensorFlowEngine.NAME).newBaseManager()) {
      Block block = network.newBlock(NetworkOptions.of(10));
      block.initialize(manager, DataType.FLOAT32, input);
      NDArray data = manager.randomUniform(0, 1, input);
      NDArray labels = manager.create(new long[] {3, 7});
      UpdateRule rule = UpdateRule.of(Optimizer.Adam.DEFAULT);
      try (CompiledInference inference = (CompiledInference) support.newInference(manager, block);
          CompiledStep step =
              (CompiledStep) support.newStep(block, Loss.softmaxCrossEntropyLoss(), rule)) {
        assertEquals(new Shape(2, 10), inference.forward(data).getShape());
        assertEquals(new Shape(2, 10), step.step(manager, data, labels, 1e-3).output().getShape());
        assertTrue(inference.isCompiled(), "forward pass");
        assertTrue(step.isCompiled(), "training step");
      }
    }
  }
}
