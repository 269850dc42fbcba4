package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplingTest {

  /** 700 of class 0, 250 of class 1, 50 of class 3; nothing of class 2. */
  private static final int[] LABELS =
      IntStream.range(0, 1000).map(i -> i < 700 ? 0 : i < 950 ? 1 : 3).toArray();

  /** Images whose one pixel is their number in their class's file, modulo 251. */
  private static ImageSet images() {
    byte[] pixels = new byte[LABELS.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i % 251);
    }
    return ImageSet.of(pixels, LABELS, 1, 1, 1);
  }

  private static long[] labels(Iterable<Batch> batches) {
    List<Long> labels = new ArrayList<>();
    for (Batch batch : batches) {
      try (batch) {
        Arrays.stream(batch.labels().toLongArray()).forEach(labels::add);
      }
    }
    return labels.stream().mapToLong(Long::longValue).toArray();
  }

  private static Batches balanced(ImageSet set, Augmentation augmentation) {
    return new Batches(set, Normalization.UNIT, 64, augmentation, Sampling.BALANCED);
  }

  @Test
  void everyClassIsAsLikelyAndSoIsEveryImageOfAClass() {
    int[] classes = new int[4];
    int[] images = new int[1000];
    for (int seed = 0; seed < 30; seed++) {
      int[] order = Sampling.BALANCED.order(LABELS, seed);
      assertEquals(1000, order.length);
      for (int image : order) {
        classes[LABELS[image]]++;
        images[image]++;
      }
    }
    // 30,000 draws, a third for each class: 10,000 ± 82 (one standard deviation).
    for (int c : new int[] {0, 1, 3}) {
      assertEquals(10_000, classes[c], 410, "class " + c);
    }
    assertEquals(0, classes[2]);
    // 200 ± 14 for each of the fifty.
    for (int i = 950; i < 1000; i++) {
      assertEquals(200, images[i], 70, "image " + i);
    }
    // 14 ± 3.8 for each of the seven hundred.
    assertTrue(Arrays.stream(images, 0, 700).allMatch(n -> n < 45), Arrays.toString(images));
  }

  @Test
  void eachOnceIsAPermutation() {
    int[] order = Sampling.EACH_ONCE.order(LABELS, 1);
    assertArrayEquals(IntStream.range(0, 1000).toArray(), IntStream.of(order).sorted().toArray());
  }

  @Test
  void noExamplesAreNoOrder() {
    assertArrayEquals(new int[0], Sampling.BALANCED.order(new int[0], 1));
  }

  @Test
  void batchesAreDrawnAndTheSeedDecides() {
    try (NDManager manager = NDManager.newBaseManager()) {
      Batches batches = balanced(images(), Augmentation.NONE);
      long[] drawn = labels(batches.shuffled(manager, 1));
      assertEquals(1000, drawn.length);
      // 333 ± 15, of which there are 50.
      long rare = Arrays.stream(drawn).filter(label -> label == 3).count();
      assertTrue(rare > 260 && rare < 410, "drawn " + rare);
      assertArrayEquals(drawn, labels(batches.shuffled(manager, 1)));
      assertFalse(Arrays.equals(drawn, labels(batches.shuffled(manager, 2))));
      assertArrayEquals(
          Arrays.stream(LABELS).asLongStream().toArray(), labels(batches.inOrder(manager)));
    }
  }

  @Test
  void featuresAreDrawnAsImagesAre() {
    try (NDManager manager = NDManager.newBaseManager()) {
      FeatureBatches features =
          new FeatureBatches(new float[LABELS.length], LABELS, new Shape(1), 64, Sampling.BALANCED);
      assertArrayEquals(
          labels(balanced(images(), Augmentation.NONE).shuffled(manager, 1)),
          labels(features.shuffled(manager, 1)));
    }
  }

  /** Fifty copies of one image would teach no more than one of them. */
  @Test
  void anImageThatComesAgainIsAugmentedOtherwise() {
    ImageSet digits = SyntheticDigits.draw(5, 0, 20);
    int[] labels = new int[20];
    labels[7] = 1;
    byte[] pixels = new byte[20 * 784];
    for (int i = 0; i < 20; i++) {
      System.arraycopy(digits.pixels(i), 0, pixels, i * 784, 784);
    }
    ImageSet rare = ImageSet.of(pixels, labels, 28, 28, 1);
    Set<String> looks = new HashSet<>();
    int times = 0;
    try (NDManager manager = NDManager.newBaseManager()) {
      for (Batch batch : balanced(rare, Augmentation.DIGITS).shuffled(manager, 1)) {
        try (batch) {
          float[] values = batch.images().toFloatArray();
          for (int i = 0; i < batch.size(); i++) {
            if (batch.labels().getLong(i) == 1) {
              times++;
              looks.add(Arrays.toString(Arrays.copyOfRange(values, 784 * i, 784 * (i + 1))));
            }
          }
        }
      }
    }
    assertTrue(times > 3, "came " + times + " times");
    assertEquals(times, looks.size());
  }
}
