package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeatureBatchesTest {

  /** Seven examples of two numbers; example i is (i, 10 i) with label i + 1. */
  private static FeatureBatches seven() {
    float[] features = new float[14];
    int[] labels = new int[7];
    for (int i = 0; i < 7; i++) {
      features[2 * i] = i;
      features[2 * i + 1] = 10 * i;
      labels[i] = i + 1;
    }
    return new FeatureBatches(features, labels, new Shape(2), 3, Sampling.EACH_ONCE);
  }

  private static List<Long> labels(Iterable<Batch> batches) {
    List<Long> labels = new ArrayList<>();
    for (Batch batch : batches) {
      try (batch) {
        float[] rows = batch.images().toFloatArray();
        long[] own = batch.labels().toLongArray();
        assertEquals(new Shape(batch.size(), 2), batch.images().getShape());
        for (int i = 0; i < batch.size(); i++) {
          assertArrayEquals(
              new float[] {own[i] - 1, 10 * (own[i] - 1)},
              Arrays.copyOfRange(rows, 2 * i, 2 * i + 2));
          labels.add(own[i]);
        }
      }
    }
    return labels;
  }

  @Test
  void everyExampleComesOnceWithItsLabel() {
    try (NDManager manager = NDManager.newBaseManager()) {
      assertEquals(3, seven().count());
      assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L), labels(seven().inOrder(manager)));
      List<Long> shuffled = labels(seven().shuffled(manager, 5));
      assertEquals(shuffled, labels(seven().shuffled(manager, 5)));
      assertNotEquals(shuffled, labels(seven().shuffled(manager, 6)));
      assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L), shuffled.stream().sorted().toList());
    }
  }

  @Test
  void theOrderIsThatOfImagesOfTheSameSeed() {
    try (NDManager manager = NDManager.newBaseManager()) {
      ImageSet images = ImageSet.of(new byte[7], new int[] {1, 2, 3, 4, 5, 6, 7}, 1, 1, 1);
      List<Long> expected = new ArrayList<>();
      for (Batch batch : new Batches(images, Normalization.UNIT, 3).shuffled(manager, 5)) {
        try (batch) {
          Arrays.stream(batch.labels().toLongArray()).forEach(expected::add);
        }
      }
      assertEquals(expected, labels(seven().shuffled(manager, 5)));
    }
  }

  @Test
  void sizesThatDontAgreeAreRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new FeatureBatches(new float[3], new int[2], new Shape(2), 1, Sampling.EACH_ONCE));
    assertThrows(
        IllegalArgumentException.class,
        () -> new FeatureBatches(new float[4], new int[2], new Shape(2), 0, Sampling.EACH_ONCE));
  }
}
