package io.github.flora.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import io.github.flora.models.NetworkOptions;
import io.github.flora.models.Networks;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

final class SavedModelWriterTest {

  @TempDir private Path folder;

  private static NDManager manager() {
    return Engine.getEngine("TensorFlow").newBaseManager();
  }

  @ParameterizedTest
  @CsvSource({"mlp, 1, 28", "cnn, 1, 28", "lenet5, 1, 32", "resnet18, 3, 64"})
  void theWrittenModelAgrees(String network, int channels, int side) throws IOException {
    Path target = folder.resolve("model");
    long before = TensorHandles.live();
    try (NDManager manager = manager()) {
      Block block = Networks.get(network).newBlock(NetworkOptions.of(10));
      Shape input = new Shape(channels, side, side);
      block.initialize(manager, DataType.FLOAT32, new Shape(1).addAll(input));
      SavedModelWriter.Agreement agreement = SavedModelWriter.write(manager, block, input, target);
      assertTrue(agreement.maxRelDiff() <= 1e-5, agreement.toString());
    }
    assertEquals(before, TensorHandles.live());
    SavedModel model = SavedModel.parseFrom(Files.readAllBytes(target.resolve("saved_model.pb")));
    MetaGraphDef graph = model.getMetaGraphs(0);
    assertEquals("serve", graph.getMetaInfoDef().getTags(0));
    assertEquals(
        -1,
        graph
            .getSignatureDefOrThrow("serving_default")
            .getInputsOrThrow("input")
            .getTensorShape()
            .getDim(0)
            .getSize());
    assertFalse(Files.exists(folder.resolve("model.part")));
  }

  @Test
  void anExistingFolderIsKept() throws IOException {
    Files.createDirectory(folder.resolve("model"));
    try (NDManager manager = manager()) {
      Block block = new LambdaBlock(arrays -> arrays);
      assertThrows(
          FileAlreadyExistsException.class,
          () -> SavedModelWriter.write(manager, block, new Shape(3), folder.resolve("model")));
    }
  }

  @Test
  void aNetworkThatUsesTheNumberOfImagesIsRefused() {
    try (NDManager manager = manager()) {
      Block block = LambdaBlock.singleton(x -> x.mul((float) x.getShape().get(0)));
      assertThrows(
          IllegalStateException.class,
          () -> SavedModelWriter.write(manager, block, new Shape(3), folder.resolve("model")));
    }
    assertFalse(Files.exists(folder.resolve("model")));
    assertFalse(Files.exists(folder.resolve("model.part")));
  }
}
