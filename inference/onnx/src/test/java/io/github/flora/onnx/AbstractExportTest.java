package io.github.flora.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The networks that people train, at the batch sizes that they run. */
abstract class AbstractExportTest {

  @TempDir Path folder;
  NDManager manager;

  AbstractExportTest(String engine) {
    manager = NDManager.newBaseManager(engine);
  }

  @BeforeEach
  void open() {
    manager = manager.newSubManager();
  }

  @AfterEach
  void close() {
    NDManager parent = manager.getParentManager();
    manager.close();
    manager = parent;
  }

  static Stream<Arguments> networks() {
    return Stream.of(
        arguments("mlp", Networks::mlp, new Shape(1, 1, 28, 28)),
        arguments("cnn", Networks::cnn, new Shape(1, 1, 28, 28)),
        arguments("lenet5", Networks::lenet5, new Shape(1, 1, 32, 32)),
        arguments("resnet18", Networks::resnet18, new Shape(1, 3, 224, 224)));
  }

  private static Arguments arguments(String name, Supplier<Block> block, Shape shape) {
    return Arguments.of(name, block, shape);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void agreesAtBatch1And7And64(String name, Supplier<Block> supplier, Shape shape)
      throws IOException {
    Block block = supplier.get();
    Networks.initialize(block, manager, 1, shape);
    Path file = folder.resolve(name + ".onnx");
    ExportReport report = OnnxExporter.export(block, new Shape[] {shape}, file);
    assertTrue(report.agreement().within(1e-4), report.toString());

    try (OnnxSession session = OnnxSession.open(file, OnnxSession.Options.DEFAULT)) {
      Proof proof = new Proof(session);
      for (int size : new int[] {1, 7, 64}) {
        long[] dims = shape.getShape().clone();
        dims[0] = size;
        try (NDManager scope = manager.newSubManager()) {
          NDList input = new NDList(scope.randomNormal(new Shape(dims)));
          proof.compare(input, block.forward(new ParameterStore(scope, false), input, false));
        }
      }
      Agreement agreement = proof.agreement();
      assertTrue(agreement.within(1e-4), agreement.toString());
      assertEquals(1.0, agreement.top1Agreement());
    }
  }
}
