package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import io.github.flora.data.ImageSet;
import io.github.flora.data.Normalization;
import io.github.flora.engine.Inference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images whose three pixels are the logits themselves. */
abstract class AbstractEvaluatorTest {

  private static final Normalization PIXELS_AS_THEY_ARE =
      Normalization.of(new float[] {0}, new float[] {1 / 255f});
  private static final ImageSet IMAGES =
      ImageSet.of(
          new byte[] {1, 2, 3, 5, 5, 0, 9, 1, 1, 0, 0, 0, 3, 2, 1},
          new int[] {2, 1, 0, 0, 2},
          1,
          3,
          1);

  private final String engine;

  /** Makes the tests for an engine, by the name that DJL has for it. */
  AbstractEvaluatorTest(String engine) {
    this.engine = engine;
  }

  private final Inference logits = data -> data.reshape(data.getShape().get(0), -1);
  private NDManager manager;

  @BeforeEach
  void open() {
    manager = SmallData.engine(engine).newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private Evaluator evaluator(ImageSet images, int batchSize) {
    return new Evaluator(manager, images, PIXELS_AS_THEY_ARE, batchSize);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 100})
  void scoresDoNotDependOnTheBatches(int batchSize) {
    Evaluator.Scores scores = evaluator(IMAGES, batchSize).scores(logits);
    // Images 0, 2 and 3 (a tie, which its first class wins) are right.
    assertEquals(0.6, scores.accuracy(), 1e-12);
    double expected =
        (0.40760596
                + Math.log(2 + Math.exp(-5))
                + Math.log(1 + 2 * Math.exp(-8))
                + Math.log(3)
                + 2.40760596)
            / 5;
    assertEquals(expected, scores.loss(), 1e-5);
  }

  @Test
  void keepsTheOrderOfTheImages() {
    Predictions predictions = evaluator(IMAGES, 2).predictions(logits);
    assertEquals(5, predictions.size());
    int[] top1 = new int[5];
    for (int i = 0; i < 5; i++) {
      top1[i] = predictions.top1(i);
    }
    assertArrayEquals(new int[] {2, 0, 0, 0, 0}, top1);
    assertTrue(predictions.seconds() > 0);
  }

  @Test
  void withoutImagesThereIsNothingToScore() {
    Evaluator.Scores scores = evaluator(IMAGES.select(new int[0]), 8).scores(logits);
    assertTrue(Double.isNaN(scores.loss()));
    assertTrue(Double.isNaN(scores.accuracy()));
  }

  @Test
  void leavesNoArrays() {
    int before = manager.getManagedArrays().size();
    evaluator(IMAGES, 2).scores(logits);
    assertEquals(before, manager.getManagedArrays().size());
  }
}
