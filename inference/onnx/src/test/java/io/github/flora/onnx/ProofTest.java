package io.github.flora.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts as a difference between a file and its block. */
class ProofTest {

  /** What the file says of two images: it doubles these numbers. */
  private static final float[] INPUT = {1, 2, 3, 6, 5, 4};

  @TempDir Path folder;

  /** Compares the file's answers with others. */
  private Agreement compare(float... expected) throws IOException {
    Path file = folder.resolve("double.onnx");
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Block block = LambdaBlock.singleton(a -> a.mul(2));
      block.initialize(manager, DataType.FLOAT32, new Shape(1, 3));
      OnnxExporter.builder().optEngine("PyTorch").build().export(block, file, new Shape(1, 3));
      try (OnnxSession session = OnnxSession.open(file, OnnxSession.Options.DEFAULT)) {
        Proof proof = new Proof(session);
        NDArray input = manager.create(INPUT, new Shape(2, 3));
        NDArray answer = manager.create(expected, new Shape(expected.length / 3, 3));
        proof.compare(new NDList(input), new NDList(answer));
        return proof.agreement();
      }
    }
  }

  @Test
  void equalAnswersAgreeInAll() throws IOException {
    assertEquals(new Agreement(0, 0, 1, List.of(2)), compare(2, 4, 6, 12, 10, 8));
  }

  @Test
  void anotherLargestOutputCountsAsOneImage() throws IOException {
    Agreement agreement = compare(2, 4, 6, 12, 16, 8);
    assertEquals(0.5, agreement.top1Agreement());
    assertEquals(6, agreement.maxAbsoluteDifference());
    assertEquals(6 / 16.0, agreement.maxRelativeDifference());
  }

  @Test
  void aTieMayGoEitherWay() throws IOException {
    // The block's two largest of the second image lie 5e-6 apart, the file prefers the other.
    assertEquals(1, compare(2, 4, 6, 1, 1.000005f, 0).top1Agreement());
    assertEquals(0.5, compare(2, 4, 6, 1, 1.0001f, 0).top1Agreement());
  }

  @Test
  void anotherShapeIsAsDifferentAsCanBe() throws IOException {
    assertEquals(Double.POSITIVE_INFINITY, compare(2, 4, 6).maxAbsoluteDifference());
  }
}
