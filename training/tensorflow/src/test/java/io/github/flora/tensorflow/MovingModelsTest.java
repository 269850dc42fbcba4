package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDList.Encoding;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import io.github.flora.tensorflow.Steppers.Batch;
import io.github.flora.tensorflow.Steppers.Net;
import io.github.flora.tensorflow.Steppers.Rule;
import io.github.flora.tensorflow.Steppers.Stepper;
import io.github.flora.tensorflow.Steppers.Way;
import io.github.flora.tensorflow.cases.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Weights trained on one engine predict the same on the other. */
class MovingModelsTest {

  static Stream<Arguments> moves() {
    return Stream.of(Net.values())
        .flatMap(
            net ->
                Stream.of(
                    Arguments.of(net, "PyTorch", EngineUnderTest.NAME),
                    Arguments.of(net, EngineUnderTest.NAME, "PyTorch")));
  }

  private static Stepper trained(Net net, String engine) {
    Stepper stepper = Way.TRAINER.create(engine, net, net.weights(), Rule.SGD);
    for (int i = 0; i < 3; i++) {
      stepper.step(net.batch(i));
    }
    return stepper;
  }

  @ParameterizedTest
  @MethodSource("moves")
  void throughSafetensors(Net net, String from, String to) {
    Batch batch = net.batch(100);
    float[] expected;
    byte[] file;
    try (Stepper stepper = trained(net, from);
        Model model = Model.newInstance("names", from)) {
      expected = stepper.predict(batch);
      Block names = net.block();
      names.initialize(model.getNDManager(), DataType.FLOAT32, net.input());
      NDList arrays = new NDList();
      List<Tensor> weights = stepper.weights();
      for (Pair<String, Parameter> parameter : names.getParameters()) {
        NDArray array = weights.get(arrays.size()).create(model.getNDManager());
        array.setName(parameter.getKey());
        arrays.add(array);
      }
      file = arrays.encode(Encoding.SAFETENSORS);
      names.clear();
    }
    try (Model model = Model.newInstance("moved", to)) {
      NDManager manager = model.getNDManager();
      Block block = net.block();
      block.initialize(manager, DataType.FLOAT32, net.input());
      model.setBlock(block);
      NDList arrays = NDList.decode(manager, file);
      List<Tensor> weights = new ArrayList<>();
      for (Pair<String, Parameter> parameter : block.getParameters()) {
        weights.add(Tensor.of(arrays.get(parameter.getKey())));
      }
      assertEquals(arrays.size(), weights.size());
      Steppers.write(block, weights);
      assertClose(expected, Steppers.predict(block, manager, batch));
    }
  }

  /** DJL's own format, which {@code Model.save} writes. */
  @ParameterizedTest
  @MethodSource("moves")
  void throughDjlsFormat(Net net, String from, String to, @TempDir Path folder) throws Exception {
    Batch batch = net.batch(100);
    float[] expected;
    try (Model model = Model.newInstance("model", from)) {
      Block block = net.block();
      model.setBlock(block);
      block.initialize(model.getNDManager(), DataType.FLOAT32, net.input());
      try (Stepper stepper = trained(net, from)) {
        expected = stepper.predict(batch);
        Steppers.write(block, stepper.weights());
      }
      save(model, folder);
    }
    try (Model model = Model.newInstance("model", to)) {
      model.setBlock(net.block());
      model.load(folder, "model");
      assertClose(expected, Steppers.predict(model.getBlock(), model.getNDManager(), batch));
    }
  }

  private static void save(Model model, Path folder) throws IOException {
    model.save(folder, "model");
  }

  private static void assertClose(float[] expected, float[] actual) {
    assertArrayEquals(expected, actual, 1e-4f);
  }
}
